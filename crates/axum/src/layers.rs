//! The outer layers of a server.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::{AppState, attach_client, headers};

/// Adds compression, headers, client information and panic handling to a router, outermost first. `on_panic` builds the
/// response if a handler panics.
pub fn outer_layers<S>(
    router: Router<S>,
    state: &AppState,
    on_panic: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router
        .layer(CatchPanicLayer::custom(move |_panic| on_panic()))
        .layer(from_fn_with_state(state.clone(), attach_client::attach_client))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}
