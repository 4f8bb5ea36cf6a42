//! The JSON API: Bearer tokens alone. It neither reads nor sets a cookie, so no other site can borrow a session here.
//!
//! From the outside in: other origins (`cors`); panics; the guard, which asks the table of endpoints and lets nothing else
//! through; the endpoint.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::routes::api as routes;
use crate::server::state::AppState;

pub mod admin;
pub mod cors;
pub mod docs;
pub mod extract;
pub mod guard;
pub mod me;
pub mod openapi;
pub mod password;
pub mod problem;
pub mod registration;
pub mod session;
mod time;

use problem::Problem;
use routes::Endpoint;

/// Every endpoint of the table.
pub fn router(state: &AppState) -> Router<AppState> {
    let endpoints = Router::new()
        .route(routes::ROOT, get(me::about))
        .route(routes::ROOT_SLASH, get(me::about))
        .route(routes::REGISTRATION, post(registration::register))
        .route(routes::FINALIZE, get(registration::finalize).post(registration::finalize))
        .route(routes::LOGIN, post(session::log_in))
        .route(routes::REFRESH, post(session::refresh))
        .route(routes::LOGOUT, post(session::log_out))
        .route(routes::PROTECTED, get(me::protected))
        .route(routes::RESET, post(password::request))
        .route(routes::RESET_FINALIZE, post(password::finalize))
        .route(routes::ME, get(me::me))
        .route(routes::USERS, get(admin::users))
        .route(routes::USER, axum::routing::patch(admin::change))
        .route(routes::USER_SESSIONS, axum::routing::delete(admin::log_out))
        .route(routes::OPENAPI, get(openapi::serve));
    let documentation =
        Router::new().route(routes::DOCS, get(docs::page)).route(routes::DOCS_SCRIPT, get(docs::script));
    guarded(endpoints.route(routes::REST, any(lost)), routes::ENDPOINTS, state).merge(guarded(
        documentation,
        routes::DOCUMENTATION,
        state,
    ))
}

/// Puts the guard and all else of the API around endpoints. What `table` does not name is not served.
pub fn guarded(endpoints: Router<AppState>, table: &'static [Endpoint], state: &AppState) -> Router<AppState> {
    endpoints
        .layer(from_fn_with_state((state.clone(), table), guard::admit))
        .layer(CatchPanicLayer::custom(|_panic| Problem::Internal.into_response()))
        .layer(from_fn_with_state((state.clone(), table), cors::answer))
}

/// Reached by nothing: the guard refuses what is not in the table.
async fn lost() -> Problem {
    Problem::NotFound
}
