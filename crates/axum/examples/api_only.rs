//! An axum application without pages: the JSON API and one endpoint of its own.
//!
//! Run it with `cargo run -p latchkey-axum --example api_only`, then call it with the token from `POST /api/login`:
//! `curl localhost:3000/hello -H "Authorization: Bearer $TOKEN"`.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use latchkey_axum::api::{self, error::ApiError, extract::Bearer};
use latchkey_axum::core::{config::RawSettings, extension::Extension};
use latchkey_axum::types::Product;
use latchkey_axum::{AppState, health, outer_layers, run};

const PRODUCT: Product = Product {
    name: "Hello",
    tagline: "An API that greets its users",
    slug: "hello",
    version: env!("CARGO_PKG_VERSION"),
    brand_colour: "#3d4fd7",
};

fn router(state: &AppState) -> Router {
    let own = Router::new().route("/hello", get(hello)).with_state(state.clone());
    let router = own.merge(api::router(state)).merge(health::router(state));
    outer_layers(router, state, || ApiError::Internal.into_response())
}

async fn hello(Bearer(user): Bearer) -> String {
    format!("Hello, {}!\n", user.current_user().username)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = RawSettings::default().load()?.config(PRODUCT)?;
    run(config, Extension::default(), router).await
}
