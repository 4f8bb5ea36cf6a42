//! The application: what is inside `<body>`, on the server and in the browser.

use latchkey_types::AppError;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Router, Routes};
use leptos_router::hooks::use_location;

use crate::auth::components::{
    ConfirmationDialog, ErrorPage, Header, browser, provide_confirmation, provide_flash, tabs,
};
use crate::auth::{AuthRoutes, texts, title};
use crate::page_context::{provide_page_context, use_page_context};
use crate::site::{self, SiteRoutes};

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
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

/// What every page has in common, and the page.
#[component]
fn Frame() -> impl IntoView {
    let path = use_location().pathname;
    let main = NodeRef::<html::Main>::new();
    focus_after_navigation(path, main);
    view! {
        <Header user=use_page_context().user path=move || path.get()/>
        <main id="content" tabindex="-1" node_ref=main>
            <Routes fallback=NotFoundPage>
                <AuthRoutes/>
                <SiteRoutes/>
            </Routes>
        </main>
        <ConfirmationDialog/>
    }
}

/// Where the router in the browser finds no page; the server answers with an error document.
#[component]
fn NotFoundPage() -> impl IntoView {
    let error = AppError::NotFound;
    view! {
        <Title text=title(texts::error_title(&error))/>
        <ErrorPage error/>
    }
}

/// A new page begins at its beginning for keyboards and screen readers too, as a new document would.
fn focus_after_navigation(path: Memo<String>, main: NodeRef<html::Main>) {
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if let (Some(main), true) = (main.get_untracked(), before.is_some_and(|before| before != now)) {
            browser::focus(&main);
        }
        now
    });
}
