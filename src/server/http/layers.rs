//! The router and the whole order of middleware, in one place.
//!
//! From the outside in: the compression; the headers; who asks; panics; the files of the site; then, by door,
//! * pages: other sites refused, who is logged in, who may see it, the page;
//! * server functions: other sites refused, the translation for forms, who is logged in, the function.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leptos::context::provide_context;
use leptos::nonce::use_nonce;
use leptos_axum::ResponseOptions;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::{assets, csrf, door, error_page, guard, headers, health, renew, request};
use crate::app::{App, shell};
use crate::error::AppError;
use crate::routes;
use crate::server::state::AppState;

/// The whole server but for the socket.
pub fn router(state: AppState) -> Router {
    let pages = pages(&state)
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .layer(from_fn_with_state(state.clone(), renew::recognise));
    let functions = Router::new()
        .route(&format!("{}/{{*name}}", routes::SERVER_FNS), post(server_fn))
        .layer(from_fn_with_state(state.clone(), renew::recognise))
        .layer(from_fn_with_state(state.clone(), door::translate));
    let lost = Router::new()
        .fallback(not_found)
        .layer(from_fn_with_state(state.clone(), renew::recognise))
        .with_state(state.clone());
    let on_panic = state.clone();
    Router::new()
        .merge(pages)
        .merge(functions)
        .fallback_service(lost)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), csrf::refuse_cross_site))
        .route(routes::LIVEZ, get(health::livez))
        .route(routes::READYZ, get(health::readyz))
        .layer(from_fn_with_state(state.clone(), assets::serve))
        .layer(CatchPanicLayer::custom(move |_panic| error_page::anonymous(&on_panic, AppError::Internal)))
        .layer(from_fn_with_state(state.clone(), request::identify))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(state)
}

/// One route a page of the table. What the app knows and the table does not is not served.
fn pages(state: &AppState) -> Router<AppState> {
    // Also starts what Leptos runs its futures with.
    let known = leptos_axum::generate_route_list(App);
    let mut router = Router::new();
    for route in known.iter().map(leptos_axum::AxumRouteListing::path) {
        if routes::access(route).is_some() {
            router = router.route(route, get(page));
        } else {
            tracing::error!(route, "a page that is not in the table of pages is not served");
        }
    }
    router.with_state(state.clone())
}

/// Renders a page whole before its head goes out, so that its status and its headers are true.
async fn page(State(state): State<AppState>, request: Request) -> Response {
    let in_context = state.clone();
    let provide = move || {
        provide_context(in_context.clone());
        let csp = use_nonce().and_then(|nonce| headers::csp(&nonce, &in_context));
        if let (Some(csp), Some(response)) = (csp, leptos::context::use_context::<ResponseOptions>()) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, csp);
        }
    };
    let (options, names) = (state.leptos.clone(), state.assets.names());
    leptos_axum::render_app_async_with_context(provide, move || shell(options.clone(), names.clone()))(request).await
}

async fn server_fn(State(state): State<AppState>, request: Request) -> Response {
    let is_known = leptos::server_fn::axum::server_fn_paths()
        .any(|(path, method)| path == request.uri().path() && method == Method::POST);
    if !is_known {
        return (StatusCode::NOT_FOUND, axum::Json(AppError::NotFound)).into_response();
    }
    leptos_axum::handle_server_fns_with_context(move || provide_context(state.clone()), request).await.into_response()
}

async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    error_page::respond(&state, &parts, AppError::NotFound)
}

/// `Allow` is added by the router.
async fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "This address does not take that method.\n").into_response()
}
