//! Latchkey: the login that a Leptos application starts from.
//!
//! One codebase, built twice: as the server (`ssr`, the default) and as the WASM that hydrates its pages (`hydrate`).
//!
//! | module | what it holds |
//! |---|---|
//! | [`app`], [`pages`], [`components`] | what people see; rendered on the server, hydrated in the browser |
//! | [`server_fns`] | the door for pages: plain URL-encoded POSTs under `/fn/`, thin |
//! | [`routes`] | every path, who may see it, and where one may be sent back to |
//! | [`visit`] | what the first byte of a page knows of its reader |
//! | [`error`], [`texts`] | closed codes, and the words that people read for them |
//! | [`domain`] | names, addresses, passwords, roles: parsed once |
//! | `server` | everything that never reaches a browser: doors, use cases, store, security |

// A page is one type of all its elements, some 130 deep.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` are two programs: build with one of them, never with --all-features");

pub mod app;
pub mod components;
pub mod domain;
pub mod error;
pub mod pages;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
pub mod server_fns;
pub mod texts;
pub mod visit;

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
