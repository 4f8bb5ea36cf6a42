//! A form that is replaced by a notice.

use leptos::html;
use leptos::prelude::*;

use super::{Notices, browser};
use latchkey_types::Notice;

/// Replaces a form by a notice once it is done, for forms that send an email.
#[component]
pub fn FormOrNotice(
    /// Whether the form is done.
    is_done: Signal<bool>,
    /// The notice.
    notice: Notice,
    /// The form.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    // The button that had the focus is hidden now.
    Effect::new(move |was_done: Option<bool>| {
        let is_done = is_done.get();
        if let (Some(false), true, Some(place)) = (was_done, is_done, place.get_untracked()) {
            browser::focus(&place);
        }
        is_done
    });
    view! {
        <div node_ref=place tabindex="-1">
            <Notices notice=Signal::derive(move || is_done.get().then(|| notice.clone()))/>
        </div>
        <div hidden=move || is_done.get()>{children()}</div>
    }
}
