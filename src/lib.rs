//! Latchkey: the login that a Leptos application starts from.
//!
//! One codebase, built twice: as the server (`ssr`, the default) and as the WASM that hydrates its pages (`hydrate`).
//!
//! | module | contents |
//! |---|---|
//! | [`app`] | what is inside `<body>`, and the routes |
//! | [`site`] | your pages, server functions, texts and tables; start here |
//! | [`auth`] | the login: pages, components, server functions, texts |
//! | [`routes`] | the guard tables of both: which pages and functions exist, and who may use them |
//! | [`page_context`] | per-request data for every page |
//! | `server` | what never reaches a browser: router, documents, form posts, command line |
//!
//! Below are the crates `latchkey-axum` (middleware, JSON API), `latchkey-core` (use cases, database, email) and
//! `latchkey-types`.

// A page is one type of all its elements, some 130 deep.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` are two programs: build with one of them, never with --all-features");

pub mod app;
pub mod auth;
pub mod page_context;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
pub mod site;

/// Where the browser starts: takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    // A redirect from a server function follows a change of identity, so it loads a new document: nothing that the
    // old one knew stays in memory. The first hook that is set wins, so this comes before the router's own.
    let _ = leptos::server_fn::redirect::set_redirect_hook(|path| {
        if let Some(window) = web_sys::window() {
            let _ = window.location().assign(path);
        }
    });
    leptos::mount::hydrate_body(app::App);
}
