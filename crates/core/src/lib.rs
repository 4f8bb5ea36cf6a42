//! The login without a transport: accounts, sessions, tokens, passwords, email and the database.
//!
//! | module | contents |
//! |---|---|
//! | [`service`] | the use cases; each exists once and serves pages, API and command line |
//! | [`security`] | password hashes, JWTs, email tokens, randomness; knows no database |
//! | [`store`] | the database: connection, transactions, migrations, queries |
//! | [`mail`] | rendering and delivery of queued emails |
//! | [`config`] | the settings, parsed and validated |
//! | [`kinds`] | enums that the database stores as strings |
//! | [`extension`] | what an application adds: migrations, hooks, emails, audit kinds |
//! | [`telemetry`] | the names of the metrics |
//! | [`client`], [`clock`], [`prune`] | the client of a request, the clock, the task that deletes old rows |
//!
//! Invariant: knows neither axum nor Leptos. Except for emails, user-visible text is added at the edge.

pub mod client;
pub mod clock;
pub mod config;
mod error_conversions;
pub mod extension;
pub mod kinds;
pub mod mail;
pub mod prune;
pub mod security;
pub mod service;
mod service_error;
pub mod store;
pub mod telemetry;
mod tls;

#[cfg(test)]
mod tests {
    use latchkey_types::Product;

    /// The application of the unit tests.
    pub(crate) const PRODUCT: Product = Product {
        name: "Latchkey",
        tagline: "The login that a Leptos application starts from",
        slug: "latchkey",
        version: "0.0.0",
        brand_colour: "#3d4fd7",
    };
}
