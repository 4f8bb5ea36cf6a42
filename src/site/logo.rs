//! The logo, in the header and on the start page. `public/favicon.svg` is the same for the browser tab.

use leptos::prelude::*;

/// The logo, in the colours of `style/brand.css`.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
            <rect class="plate" width="32" height="32" rx="9"></rect>
            <g class="key" fill="none" stroke-width="2.75" stroke-linecap="round" stroke-linejoin="round">
                <circle cx="12" cy="12" r="4.5"></circle>
                <path d="M15.3 15.3 24 24m-5-5 3-3"></path>
            </g>
        </svg>
    }
}
