//! The root component: the content of `<body>`, on the server and in the browser.

use leptos::children::ToChildren;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Router};
use leptos_router::hooks::use_location;

use crate::auth::components::{ConfirmationDialog, Header, browser, provide_confirmation, provide_flash, tabs};
use crate::auth::{self, PageRoutes, load_document};
use crate::page_context::{provide_page_context, use_page_context};
use crate::site;

/// The root component.
#[component]
pub fn App() -> impl IntoView {
    provide_context(site::CONFIG);
    let context = provide_page_context();
    provide_flash(context.flash);
    provide_confirmation();
    Effect::new(move |_| {
        browser::reload_when_restored();
        tabs::sync_tabs(site::CONFIG.product.slug, context.user.as_ref().map(|user| user.id.as_str()));
    });
    view! {
        <Router>
            <Frame/>
        </Router>
    }
}

/// Loads the part of the WASM that the page of this document needs. Afterwards, the page can be hydrated at once.
#[cfg(feature = "hydrate")]
pub async fn load_part() {
    page_routes().load_part(&window().location().pathname().unwrap_or_default()).await;
}

/// All pages.
fn page_routes() -> PageRoutes {
    PageRoutes::new(auth::page_routes().into_iter().chain(site::page_routes()))
}

/// The layout of every page: header, content and confirmation dialog.
#[component]
fn Frame() -> impl IntoView {
    let path = use_location().pathname;
    let main = NodeRef::<html::Main>::new();
    focus_after_navigation(path, main);
    view! {
        <Header user=use_page_context().user path=move || path.get()/>
        <main id="content" tabindex="-1" node_ref=main>
            <FlatRoutes fallback=load_document children=ToChildren::to_children(page_routes)/>
        </main>
        <ConfirmationDialog/>
    }
}

/// Moves the focus to the new page after a client-side navigation, as loading a document would.
fn focus_after_navigation(path: Memo<String>, main: NodeRef<html::Main>) {
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if let (Some(main), true) = (main.get_untracked(), before.is_some_and(|before| before != now)) {
            browser::focus(&main);
        }
        now
    });
}
