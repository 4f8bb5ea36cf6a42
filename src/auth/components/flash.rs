//! The flash of a page: the result of the previous request, shown once.

use latchkey_types::{AppError, Flash, Outcome};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;

#[derive(Clone, Copy)]
struct LatestFlash(StoredValue<Option<Flash>>);

/// Provides the flash until its page is left.
pub fn provide_flash(flash: Option<Flash>) {
    provide_context(LatestFlash(StoredValue::new(flash)));
}

/// Returns the flash of a form that posts to `S`.
#[must_use]
pub fn use_flash<S: ServerFn>() -> Option<Flash> {
    flash_of_form(name_of(S::PATH))
}

/// Returns the flash of the form that posts to the server function called `name`.
pub(super) fn flash_of_form(name: &str) -> Option<Flash> {
    latest_flash().filter(|flash| flash.form.as_deref() == Some(name))
}

/// Returns the flash of the whole page.
#[must_use]
pub fn use_page_flash() -> Option<Flash> {
    latest_flash().filter(|flash| flash.form.is_none())
}

/// Returns the flash of this page, and discards it when the page is left: it is shown once. The next page renders before.
fn latest_flash() -> Option<Flash> {
    let LatestFlash(latest) = use_context()?;
    let path = use_location().pathname.get_untracked();
    on_cleanup(move || {
        latest.try_set_value(None);
    });
    latest.get_value().filter(|flash| flash.page == path)
}

/// Name of a server function: the last segment of its path. Identifies its form in a flash.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The outcome of a form, as its answer would have been.
pub(super) fn outcome_of(flash: &Flash) -> Option<Result<(), AppError>> {
    match &flash.outcome {
        Outcome::Rejected(error) => Some(Err(error.clone())),
        Outcome::Done(_) => Some(Ok(())),
        Outcome::Confirmed => None,
    }
}
