//! Latchkey for axum: sessions by cookie or Bearer token, and the JSON API. Does not need Leptos.
//!
//! An application that needs only the API merges [`api::router`] into its own router and serves it with [`serve()`].
//! Its handlers take [`Bearer`](api::extract::Bearer). See `examples/api_only.rs`.
//!
//! | module | contents |
//! |---|---|
//! | [`AppState`] | state of the server, shared by all requests |
//! | [`api`] | the JSON API, its `OpenAPI` document and documentation page |
//! | [`attach_client`](attach_client()) | IP address, user agent and id of a request; the request log |
//! | [`authenticate`](authenticate()) | authentication by session cookie, token rotation |
//! | [`csrf`] | CSRF protection |
//! | [`cookies`] | the cookies of session, flash and device |
//! | [`headers`] | security headers of every response |
//! | [`request_headers`] | request headers that are lists |
//! | [`rejection`] | error responses of middleware |
//! | [`health`], [`run()`], [`serve()`] | health checks; starting a server; its listener |
//!
//! Invariant: contains no business rules. Only [`cookies`] names a cookie.

pub mod api;
mod attach_client;
mod authenticate;
pub mod body;
mod connections;
pub mod cookies;
pub mod csrf;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod headers;
pub mod health;
mod host;
mod layers;
mod metrics;
pub mod rejection;
pub mod request_headers;
mod run;
mod serve;
mod state;
pub mod time_limit;
mod timed;
mod trailing_slash;

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
    /// The product of the unit tests.
    pub(crate) const PRODUCT: crate::types::Product = crate::types::Product {
        name: "Latchkey",
        tagline: "The login that a Leptos application starts from",
        slug: "latchkey",
        version: "0.0.0",
        brand_colour: "#3d4fd7",
    };
}
