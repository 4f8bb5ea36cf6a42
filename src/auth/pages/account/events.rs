//! Recent security events of the account.

use leptos::prelude::*;

use crate::auth::components::Time;
use crate::auth::texts;
use latchkey_types::SecurityEvent;

/// A table with one row per event; on narrow screens, one card per event.
#[component]
pub(super) fn Events(events: Vec<SecurityEvent>) -> impl IntoView {
    let row = |event: SecurityEvent| {
        let address = if event.address.is_empty() { texts::ON_THE_SERVER.to_owned() } else { event.address };
        view! {
            <tr>
                <td data-label=texts::WHAT>{texts::of_event(event.kind)}</td>
                <td data-label=texts::WHEN><Time at=event.at.into()/></td>
                <td data-label=texts::DEVICE>{event.device}</td>
                <td data-label=texts::ADDRESS>{address}</td>
            </tr>
        }
    };
    let columns = [texts::WHAT, texts::WHEN, texts::DEVICE, texts::ADDRESS];
    view! {
        <table class="events">
            <thead>
                <tr>{columns.map(|column| view! { <th scope="col">{column}</th> }).collect_view()}</tr>
            </thead>
            <tbody>{events.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
