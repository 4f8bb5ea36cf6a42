//! The JSON API: Bearer tokens alone. It neither reads nor sets a cookie, so no other site can borrow a session here.
//!
//! From the outside in: other origins (`cors`); panics; the guard, which asks the table of endpoints and lets nothing else
//! through; the endpoint.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;

use crate::AppState;

pub mod admin;
pub mod cors;
pub mod docs;
pub mod endpoints;
pub mod error;
pub mod extract;
pub mod guard;
pub mod me;
pub mod openapi;
pub mod password;
pub mod registration;
pub mod session;
pub mod texts;
mod time;

pub use endpoints::is_api;
use error::ApiError;

use endpoints::Endpoint;

/// Every endpoint of the table.
pub fn router(state: &AppState) -> Router {
    let endpoints = Router::new()
        .route(endpoints::ROOT, get(me::about))
        .route(endpoints::ROOT_SLASH, get(me::about))
        .route(endpoints::REGISTRATION, post(registration::register))
        .route(endpoints::FINALIZE, get(registration::finalize).post(registration::finalize))
        .route(endpoints::LOGIN, post(session::log_in))
        .route(endpoints::REFRESH, post(session::refresh))
        .route(endpoints::LOGOUT, post(session::log_out))
        .route(endpoints::PROTECTED, get(me::protected))
        .route(endpoints::RESET, post(password::request))
        .route(endpoints::RESET_FINALIZE, post(password::finalize))
        .route(endpoints::REAUTHENTICATE, post(session::reauthenticate))
        .route(endpoints::ME, get(me::me))
        .route(endpoints::USERS, get(admin::users))
        .route(endpoints::USER, axum::routing::patch(admin::change))
        .route(endpoints::USER_SESSIONS, axum::routing::delete(admin::log_out))
        .route(endpoints::OPENAPI, get(openapi::serve));
    let documentation = Router::new()
        .route(endpoints::DOCS, get(docs::page))
        .route(endpoints::DOCS_SCRIPT, get(docs::script))
        .route(endpoints::DOCS_STYLE, get(docs::style));
    protected(endpoints.route(endpoints::CATCH_ALL, any(not_found)), endpoints::ENDPOINTS, state)
        .merge(protected(documentation, endpoints::DOCUMENTATION, state))
        .with_state(state.clone())
}

/// Adds the guard, CORS and panic handling to a router. Routes that `table` does not list are not served.
pub fn protected(endpoints: Router<AppState>, table: &'static [Endpoint], state: &AppState) -> Router<AppState> {
    endpoints
        .layer(from_fn_with_state((state.clone(), table), guard::admit))
        .layer(CatchPanicLayer::custom(|_panic| ApiError::Internal.into_response()))
        .layer(option_layer(cors::layer(&state.config.cors_origins)))
}

/// Never reached: the guard rejects every path that is not in the table.
async fn not_found() -> ApiError {
    ApiError::NotFound
}
