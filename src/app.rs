//! The root component: the content of `<body>`, on the server and in the browser.

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

/// The root component.
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

/// The layout of every page: header, content and confirmation dialog.
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

/// Fallback of the router in the browser. The server answers with an error document instead.
#[component]
fn NotFoundPage() -> impl IntoView {
    let error = AppError::NotFound;
    view! {
        <Title text=title(texts::error_title(&error))/>
        <ErrorPage error/>
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
