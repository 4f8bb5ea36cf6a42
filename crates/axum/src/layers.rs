//! The outer layers of a server.

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use crate::authenticate::Uncompressed;
use crate::{AppState, attach_client, headers, host, request_headers, trailing_slash};

/// Adds the reading of lists in headers, compression, security headers, client information, panic handling, the check of
/// `Host` and the redirect of trailing slashes to a router, outermost first. `on_panic` builds the response if a handler
/// panics.
pub fn outer_layers<S>(
    router: Router<S>,
    state: &AppState,
    on_panic: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_compressible());
    // One layer of the router: each has a cost of its own for every request.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(state.clone(), request_headers::clean))
        .layer(compression)
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn_with_state(state.clone(), attach_client::attach_client))
        .layer(CatchPanicLayer::custom(move |_panic| on_panic()))
        .layer(from_fn_with_state(state.clone(), host::check))
        .layer(from_fn(trailing_slash::redirect));
    router.layer(layers)
}

/// Not the responses for logged-in users: the size of a compressed page tells whether the query, which anyone can put into
/// a link, repeats something private of the page (BREACH).
fn is_compressible() -> impl Predicate {
    let is_public =
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| extensions.get::<Uncompressed>().is_none();
    DefaultPredicate::new().and(is_public)
}
