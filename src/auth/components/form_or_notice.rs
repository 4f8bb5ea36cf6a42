//! What stands around a form that has a mail sent.

use leptos::html;
use leptos::prelude::*;

use super::{Notices, browser};
use latchkey_types::Notice;

/// A form that gives way to a notice once it is done: there is nothing to do here any more but to read the mail.
#[component]
pub fn FormOrNotice(
    /// Whether it is done.
    is_done: Signal<bool>,
    /// What is said then.
    notice: Notice,
    /// The form.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    // The button that had the focus is gone.
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
