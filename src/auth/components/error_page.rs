//! The content of an error page.

use leptos::prelude::*;

use crate::auth::texts;
use latchkey_types::AppError;
use latchkey_types::paths;

/// Status, heading and text of an error, with a link to the start page.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "props are owned")]
pub fn ErrorPage(
    /// The error.
    error: AppError,
) -> impl IntoView {
    view! {
        <section class="card">
            <p class="code">{error.status()}</p>
            <h1>{texts::error_title(&error)}</h1>
            <p class="lead">{texts::of_error(&error)}</p>
            <div class="actions">
                <a class="button" href=paths::HOME>{texts::GO_HOME}</a>
            </div>
        </section>
    }
}
