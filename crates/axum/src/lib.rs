//! Latchkey for axum: sessions in a cookie or by Bearer token, and the JSON API. Needs no Leptos.
//!
//! An application that wants only the API merges [`api::router`] into its own and serves the result with [`serve()`]; its
//! handlers take [`Bearer`](api::extract::Bearer). `examples/api_only.rs` is such an application.
//!
//! | module | contents |
//! |---|---|
//! | [`AppState`] | the parts of a running server, shared by all requests |
//! | [`api`] | the JSON API, its `OpenAPI` document and the page to try it |
//! | [`attach_client`](attach_client()) | address, user agent and id of a request, and its line in the log |
//! | [`authenticate`](authenticate()) | the session of the cookie, and the rotation of its token |
//! | [`csrf`] | refuses unsafe requests from other sites |
//! | [`cookies`] | the session cookie and the flash cookie |
//! | [`headers`] | the headers of every response |
//! | [`rejection`] | how a middleware refuses a request |
//! | [`health`], [`run()`], [`serve()`] | `/livez`, `/readyz`; from settings to a running server; the socket |
//!
//! Invariant: no rule of a use case. Only [`cookies`] names a cookie.

pub mod api;
mod attach_client;
mod authenticate;
pub mod body;
pub mod cookies;
pub mod csrf;
pub mod headers;
pub mod health;
mod layers;
pub mod rejection;
mod run;
mod serve;
mod state;
mod timed;

pub use attach_client::attach_client;
pub use authenticate::{SessionCookie, authenticate};
pub use latchkey_core as core;
pub use latchkey_types as types;
pub use layers::outer_layers;
pub use run::run;
pub use serve::serve;
pub use state::AppState;

#[cfg(test)]
mod tests {
    /// The application of the unit tests.
    pub(crate) const PRODUCT: crate::types::Product = crate::types::Product {
        name: "Latchkey",
        tagline: "The login that a Leptos application starts from",
        slug: "latchkey",
        version: "0.0.0",
        brand_colour: "#3d4fd7",
    };
}
