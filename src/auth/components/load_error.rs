//! What stands where the content of a page would be.

use leptos::prelude::*;

use super::{Alert, browser};
use crate::auth::report_status;
use latchkey_types::AppError;

/// Why the content can't be shown. A session that ended elsewhere leads to the login.
#[component]
pub fn LoadError(
    /// What went wrong.
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
