//! The button that sends a form.

use leptos::prelude::*;

/// A button that can't be pressed again while its form is under way.
#[component]
pub fn Submit(
    /// What it does.
    label: &'static str,
    /// What it says meanwhile.
    busy_label: &'static str,
    /// Whether the form is under way.
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
