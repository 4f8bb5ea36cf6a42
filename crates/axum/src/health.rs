//! Health checks: liveness and readiness.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use latchkey_types::paths;

use crate::{AppState, headers};

/// Builds the router of `/livez` and `/readyz`.
pub fn router(state: &AppState) -> Router {
    let router = Router::new().route(paths::LIVEZ, get(livez)).route(paths::READYZ, get(readyz));
    router.with_state(state.clone())
}

/// The router of a server that waits for its database: alive, and for everything else unavailable.
pub(crate) fn waiting() -> Router {
    let router = Router::new().route(paths::LIVEZ, get(livez));
    let router = router.fallback(async || plain(StatusCode::SERVICE_UNAVAILABLE, "waiting for the database\n"));
    router.layer(from_fn(headers::add_constant))
}

/// Liveness: 200 while the process runs.
pub async fn livez() -> Response {
    plain(StatusCode::OK, "live\n")
}

/// Readiness: 200 while the database responds, all migrations are applied, and the server is not stopping.
pub async fn readyz(State(state): State<AppState>) -> Response {
    if state.stopping.is_cancelled() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match state.store.is_current().await {
        Ok(true) => plain(StatusCode::OK, "ready\n"),
        Ok(false) => plain(StatusCode::SERVICE_UNAVAILABLE, "migrations are missing: run `latchkey migrate`\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, 5.into());
    }
    response
}
