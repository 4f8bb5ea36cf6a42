//! The JSON API. It accepts Bearer tokens only and neither reads nor sets cookies, so it needs no CSRF protection.
//!
//! The layers, outermost first: CORS ([`cors`]), time limit, panic handling, the guard, the endpoint. The guard rejects every
//! request that the table of endpoints does not list.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use tower::ServiceBuilder;
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;
use crate::time_limit::limit_time;

pub mod admin;
pub mod cors;
pub mod docs;
pub mod endpoints;
pub mod error;
mod error_responses;
pub mod extract;
pub mod guard;
pub mod me;
pub mod openapi;
pub mod passkeys;
pub mod password;
pub mod registration;
pub mod second_factor;
pub mod session;
pub mod texts;
mod time;

pub use endpoints::{is_api, is_root};
use error::ApiError;

use endpoints::Endpoint;

/// Builds the router of the endpoints, the `OpenAPI` document and the documentation page.
pub fn router(state: &AppState) -> Router {
    let endpoints = Router::from(described_endpoints()).route(endpoints::CATCH_ALL, any(not_found));
    let documentation = Router::new()
        .route(endpoints::DOCS, get(docs::page))
        .route(endpoints::DOCS_SCRIPT, get(docs::script))
        .route(endpoints::DOCS_STYLE, get(docs::style));
    protected(endpoints, endpoints::ENDPOINTS, state)
        .merge(protected(documentation, endpoints::DOCUMENTATION, state))
        .with_state(state.clone())
}

/// Builds the router of the endpoints with their descriptions.
fn described_endpoints() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(me::about))
        .routes(routes!(me::about_with_slash))
        .routes(routes!(registration::register))
        .routes(routes!(registration::finalize, registration::finalize_by_get))
        .routes(routes!(session::log_in))
        .routes(routes!(second_factor::verify_login))
        .routes(routes!(passkeys::begin_passkey_login))
        .routes(routes!(passkeys::log_in_by_passkey))
        .routes(routes!(session::refresh))
        .routes(routes!(session::log_out))
        .routes(routes!(me::protected))
        .routes(routes!(password::request_reset))
        .routes(routes!(password::reset_password))
        .routes(routes!(session::reauthenticate))
        .routes(routes!(me::me))
        .routes(routes!(second_factor::set_up, second_factor::remove))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::renew_codes))
        .routes(routes!(passkeys::list_passkeys, passkeys::add_passkey))
        .routes(routes!(passkeys::begin_passkey))
        .routes(routes!(passkeys::remove_passkey))
        .routes(routes!(admin::list_users))
        .routes(routes!(admin::change_user))
        .routes(routes!(admin::end_sessions))
        .routes(routes!(admin::remove_second_factor))
        .routes(routes!(openapi::serve))
}

/// Adds the guard, CORS and panic handling to a router. Routes that `table` does not list are not served.
pub fn protected(endpoints: Router<AppState>, table: &'static [Endpoint], state: &AppState) -> Router<AppState> {
    endpoints
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(|request, next| limit_time(|| ApiError::Unavailable, request, next)))
                .layer(CatchPanicLayer::custom(|_panic| ApiError::Internal.into_response()))
                .layer(from_fn_with_state((state.clone(), table), guard::admit)),
        )
        .layer(option_layer(cors::layer(&state.config.cors_origins)))
}

/// Never reached: the guard rejects every path that is not in the table.
async fn not_found() -> ApiError {
    ApiError::NotFound
}
