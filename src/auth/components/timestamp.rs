//! Timestamps in UTC.

use latchkey_types::Timestamp;
use leptos::prelude::*;

/// A timestamp that changes in place when `at` does.
#[component]
pub fn Time(
    /// Unix time in seconds.
    at: Signal<i64>,
) -> impl IntoView {
    let at = move || Timestamp::new(at.get());
    view! { <time datetime=move || at().to_rfc3339()>{move || at().to_text()}</time> }
}
