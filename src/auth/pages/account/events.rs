//! Recent security events of the account.

use leptos::prelude::*;

use crate::auth::components::Time;
use crate::auth::texts;
use latchkey_types::SecurityEvent;

/// A table with one row per event, or per several failures; on narrow screens, one card per event.
#[component]
pub(super) fn Events(events: Vec<SecurityEvent>) -> impl IntoView {
    let row = |event: SecurityEvent| {
        let (device, address) = if event.has_several_sources {
            (texts::SEVERAL.to_owned(), texts::SEVERAL.to_owned())
        } else if event.address.is_empty() {
            (event.device, texts::ON_THE_SERVER.to_owned())
        } else {
            (event.device, event.address)
        };
        view! {
            <tr>
                <td data-label=texts::WHAT>{texts::of_event(event.kind)}{texts::times(event.count)}</td>
                <td data-label=texts::WHEN><Time at=event.at.into()/></td>
                <td data-label=texts::DEVICE>{device}</td>
                <td data-label=texts::ADDRESS>{address}</td>
            </tr>
        }
        .into_any()
    };
    let columns = [texts::WHAT, texts::WHEN, texts::DEVICE, texts::ADDRESS];
    view! {
        <table class="events">
            <thead>
                <tr>{columns.map(|column| view! { <th scope="col">{column}</th> }.into_any()).collect_view()}</tr>
            </thead>
            <tbody>{events.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
