//! An error in place of the content of a page.

use leptos::prelude::*;

use super::{Alert, browser};
use crate::auth::report_status;
use latchkey_types::AppError;

/// Shows why the content could not be loaded. An ended session redirects to the login.
#[component]
pub fn LoadError(
    /// The error.
    error: AppError,
) -> impl IntoView {
    report_status(&error);
    let is_over = error == AppError::NotLoggedIn;
    Effect::new(move |_| {
        if is_over {
            browser::log_in_again();
        }
    });
    view! { <Alert error/> }
}
