//! The layers around a whole server, in one place.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::{AppState, attach_client, headers};

/// Puts compression, headers, the client of the request and the catching of panics around a router, from the outside in.
/// `on_panic` makes the response for a handler that panicked.
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
