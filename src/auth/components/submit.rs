//! The submit button of a form.

use leptos::prelude::*;

/// A submit button that is disabled while its form is pending.
#[component]
pub fn Submit(
    /// Label.
    label: &'static str,
    /// Label while the form is pending.
    busy_label: &'static str,
    /// Whether the form is pending.
    is_busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button primary"
            disabled=move || is_busy.get()
            aria-busy=move || is_busy.get().then_some("true")
        >
            {move || if is_busy.get() { busy_label } else { label }}
        </button>
    }
}
