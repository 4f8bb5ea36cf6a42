//! What is said about something that went wrong or was done.

use leptos::prelude::*;

use super::DevMailHint;
use crate::error::AppError;
use crate::texts;
use crate::visit::Notice;

/// The message of an error. What each field says already is left to screen readers here.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "props are owned")]
pub fn Alert(
    /// What went wrong.
    error: AppError,
    /// Whether the page opens with the focus here.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let class = if matches!(error, AppError::Refused(_)) { "visually-hidden" } else { "notice danger" };
    view! {
        <p role="alert" class=class tabindex="-1" autofocus=autofocus>{texts::of_error(&error)}</p>
        {(error == AppError::Unconfirmed).then(|| view! { <DevMailHint/> })}
    }
}

/// The place where a page says what was done. It is there before it says anything, or screen readers miss it.
#[component]
pub fn Notices(
    /// What was done, if anything.
    #[prop(into)]
    notice: Signal<Option<Notice>>,
) -> impl IntoView {
    let text = move || notice.get().map(texts::of_notice);
    view! {
        <div role="status" class="notices">
            {move || text().map(|text| view! { <p class="notice success">{text}</p> })}
        </div>
        {move || notice.get().is_some_and(Notice::is_of_mail).then(|| view! { <DevMailHint/> })}
    }
}
