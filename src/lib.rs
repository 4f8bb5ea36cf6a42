//! Latchkey: the login that a Leptos application starts from.
//!
//! One codebase, built twice: as the server (`ssr`, the default) and as the WASM that hydrates its pages (`hydrate`).
//!
//! | module | contents |
//! |---|---|
//! | [`app`] | the root component and its routes |
//! | [`site`] | your pages, server functions, texts and tables; start here |
//! | [`auth`] | the login: pages, components, server functions, texts |
//! | [`routes`] | the guard tables of both: all pages and server functions, with their access rules |
//! | [`page_context`] | per-request data for every page |
//! | `server` | server only: router, documents, form posts, command line |
//!
//! It is built on the crates `latchkey-axum` (middleware, JSON API), `latchkey-core` (use cases, database, email) and
//! `latchkey-types`.

// The type of a page contains those of all its elements, some 130 levels deep.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("enable only one of the features `ssr` and `hydrate`, never --all-features");

pub mod app;
pub mod auth;
pub mod page_context;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
pub mod site;

/// Hydrates the page that the server has rendered. The crate `latchkey-hydrate` exports it to the browser.
///
/// A panic leaves plain HTML, see `server::document`.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    use auth::components::browser;

    std::panic::set_hook(Box::new(|panic| browser::give_up(&panic.to_string())));
    // A redirect from a server function follows a change of user, so it loads a new document: nothing of the old one
    // stays in memory. The first hook that is set takes precedence, so it is set before the router's own.
    let _ = leptos::server_fn::redirect::set_redirect_hook(|path| {
        if let Some(window) = web_sys::window() {
            let _ = window.location().assign(path);
        }
    });
    // Fails only if it is initialised already.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    leptos::task::spawn_local(async {
        app::load_part().await;
        if !browser::is_plain() {
            leptos::mount::hydrate_body(app::App);
            browser::set_hydrated();
        }
    });
}
