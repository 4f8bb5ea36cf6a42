//! The router and the order of all middleware.
//!
//! Outermost first: lists in headers, compression, headers, client, panic handling, `Host`, trailing slashes. Then, by kind
//! of request:
//! * files: no cookies;
//! * pages: cookies, rejections as pages, CSRF, authentication, guard, page;
//! * server functions: cookies, form posts, CSRF, authentication, guard, function;
//! * the API: no cookies; its own layers are in [`latchkey_axum::api`].

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use latchkey_axum::cookies::{CookieManagerLayer, Cookies};
use latchkey_axum::rejection::reject;
use latchkey_axum::time_limit::limit_time;
use latchkey_axum::{AppState, api, authenticate, csrf, headers, health, outer_layers};
use latchkey_types::{AppError, Flash, paths};
use leptos::context::{provide_context, use_context};
use leptos::nonce::use_nonce;
use leptos_axum::ResponseOptions;
use tower::ServiceBuilder;

use super::document::shell;
use super::{ServerState, assets, dev_mail, error_page, executor, form_posts, guard, page_context};
use crate::app::App;
use crate::auth::PageStatus;
use crate::routes;

/// Builds the router of the whole server.
pub fn router(state: ServerState) -> Router {
    let app = state.app.clone();
    let pages = cookie_layers(pages(&state).layer(from_fn_with_state(state.clone(), guard::guard_page)), &app)
        .merge(cookie_layers(dev_mail::pages(&state), &app))
        .layer(from_fn_with_state(state.clone(), error_page::render_rejections));
    let functions = post(server_fn).route_layer(from_fn_with_state(state.clone(), guard::guard_function));
    let functions = Router::new().route(&format!("{}/{{*name}}", paths::SERVER_FNS), functions);
    let functions =
        cookie_layers(functions, &app).layer(from_fn_with_state(state.clone(), form_posts::handle_form_post));
    let not_found = cookie_layers(Router::new().fallback(not_found), &app)
        .layer(from_fn_with_state(state.clone(), error_page::render_rejections))
        .layer(CookieManagerLayer::new())
        .with_state(state.clone());
    let router = pages
        .merge(functions)
        .layer(CookieManagerLayer::new())
        .merge(assets::built_files(&state))
        .route(paths::CHANGE_PASSWORD, get(async || form_posts::redirect(paths::ACCOUNT)))
        .fallback_service(assets::public_files(&state, not_found))
        .with_state(state.clone())
        .merge(api::router(&app))
        .merge(health::router(&app));
    outer_layers(router, &app, move || error_page::anonymous(&state, AppError::Internal))
}

/// Adds a time limit, CSRF protection and authentication.
fn cookie_layers(router: Router<ServerState>, app: &AppState) -> Router<ServerState> {
    let layers = ServiceBuilder::new()
        .layer(from_fn(|request, next| limit_time(|| reject(AppError::Unavailable), request, next)))
        .layer(from_fn_with_state(app.clone(), csrf::refuse_cross_site))
        .layer(from_fn_with_state(app.clone(), authenticate));
    router.method_not_allowed_fallback(method_not_allowed).layer(layers)
}

/// The paths of the app, collected once per process: while Leptos lists them, no resource of any page loads, and a page
/// that is rendering at that time would never finish. This also initialises the executor of Leptos.
static KNOWN_PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    executor::init();
    leptos_axum::generate_route_list(App).iter().map(|route| route.path().to_owned()).collect()
});

/// Adds a route for each page of the guard table. Routes of the app that are not in the table are not served.
fn pages(_: &ServerState) -> Router<ServerState> {
    let mut router = Router::new();
    for path in KNOWN_PATHS.iter() {
        if routes::pages().any(|page| page.pattern == path) {
            router = router.route(path, get(page));
        } else {
            tracing::error!(path, "page is not in the guard table and is not served");
        }
    }
    router
}

/// Renders a page completely before its head is sent, so that status and headers are correct.
async fn page(State(state): State<ServerState>, jar: Cookies, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut flash = state.app.cookies.flash(&jar);
    if let Some(Flash { page, draft: Some(draft), values, .. }) = &mut flash
        && page == parts.uri.path()
    {
        *values = state.app.services.form_drafts.load(draft).await.unwrap_or_default();
    }
    let context = page_context::of_request(&state, &parts, flash);
    let request = Request::from_parts(parts, body);
    let (app, connect) = (state.app.clone(), state.reload_sources.clone());
    let provide = move || {
        provide_context(app.clone());
        provide_context(context.clone());
        let Some(response) = use_context::<ResponseOptions>() else { return };
        let csp = use_nonce().and_then(|nonce| headers::page_policy(&nonce, &connect));
        if let Some(csp) = csp {
            response.insert_header(header::CONTENT_SECURITY_POLICY, csp);
        }
        provide_context(page_status(response));
    };
    let shell = move || shell(&state);
    leptos_axum::render_app_async_with_context(provide, shell)(request).await
}

/// Sets the status of the response to that of an error that replaces the page's content. Requests without access have
/// been redirected before.
fn page_status(response: ResponseOptions) -> PageStatus {
    PageStatus::new(move |error| {
        if let AppError::Unavailable
        | AppError::NotFound
        | AppError::MissingRole
        | AppError::TooManyRequests(_)
        | AppError::Internal = error
        {
            response.set_status(latchkey_axum::rejection::status(error));
        }
        if let Some(seconds) = error.retry_after_seconds() {
            response.insert_header(header::RETRY_AFTER, seconds.into());
        }
    })
}

async fn server_fn(State(state): State<ServerState>, request: Request) -> Response {
    let is_known = leptos::server_fn::axum::server_fn_paths()
        .any(|(path, method)| path == request.uri().path() && method == Method::POST);
    if !is_known {
        return reject(AppError::NotFound);
    }
    let app = state.app.clone();
    leptos_axum::handle_server_fns_with_context(move || provide_context(app.clone()), request).await.into_response()
}

async fn not_found() -> Response {
    reject(AppError::NotFound)
}

/// The router adds `Allow`.
async fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "This path does not support the method.\n").into_response()
}
