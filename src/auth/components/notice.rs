//! What is said about something that went wrong or was done.

use leptos::prelude::*;

use super::{DevMailHint, use_page_flash};
use crate::auth::texts;
use crate::auth::use_site;
use crate::page_context::use_page_context;
use latchkey_types::AppError;
use latchkey_types::{Notice, Outcome};

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
    let (site, user) = (use_site(), use_page_context().user);
    let text = move || match (notice.get()?, &user) {
        (Notice::Welcome, Some(user)) => Some(texts::welcome(&user.username)),
        (notice, _) => Some(site.notice(&notice).to_owned()).filter(|text| !text.is_empty()),
    };
    view! {
        <div role="status" class="notices">
            {move || text().map(|text| view! { <p class="notice success">{text}</p> })}
        </div>
        {move || notice.get().is_some_and(|notice| notice.is_of_mail()).then(|| view! { <DevMailHint/> })}
    }
}

/// What was done before the reader came to this page, such as setting a new password.
#[component]
pub fn PageNotice() -> impl IntoView {
    let notice = use_page_flash().and_then(|flash| match flash.outcome {
        Outcome::Done(notice) => Some(notice),
        _ => None,
    });
    view! { <Notices notice/> }
}
