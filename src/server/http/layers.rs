//! The router and the whole order of middleware, in one place.
//!
//! From the outside in: the compression; the headers; who asks; panics; the files of the site; then, by door,
//! * pages: other sites refused, who is logged in, who may see it, the page;
//! * server functions: other sites refused, the translation for forms, who is logged in, who may call it, the function;
//! * the API: no cookie is looked at; its own order stands in `api.rs`.

use std::sync::LazyLock;

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

use super::{api, assets, csrf, dev_mail, door, error_page, guard, headers, health, renew, request};
use crate::app::{App, shell};
use crate::error::AppError;
use crate::routes;
use crate::server::state::AppState;

/// The whole server but for the socket.
pub fn router(state: AppState) -> Router {
    let pages = pages(&state)
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .layer(from_fn_with_state(state.clone(), renew::recognise));
    let guarded_functions = post(server_fn).route_layer(from_fn_with_state(state.clone(), guard::guard_function));
    let functions = Router::new()
        .route(&format!("{}/{{*name}}", routes::SERVER_FNS), guarded_functions)
        .layer(from_fn_with_state(state.clone(), renew::recognise))
        .layer(from_fn_with_state(state.clone(), door::translate));
    let lost = Router::new()
        .fallback(not_found)
        .layer(from_fn_with_state(state.clone(), renew::recognise))
        .with_state(state.clone());
    let router = Router::new()
        .merge(pages)
        .merge(functions)
        .merge(dev_mail::pages(&state))
        .fallback_service(lost)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), csrf::refuse_cross_site))
        .merge(api::router(&state))
        .route(routes::LIVEZ, get(health::livez))
        .route(routes::READYZ, get(health::readyz))
        .layer(from_fn_with_state(state.clone(), assets::serve));
    around(router, &state).with_state(state)
}

/// What is around everything, whatever answers.
fn around(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let on_panic = state.clone();
    router
        .layer(CatchPanicLayer::custom(move |_panic| error_page::anonymous(&on_panic, AppError::Internal)))
        .layer(from_fn_with_state(state.clone(), request::identify))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// The paths that the app knows, found out once a process: while Leptos looks for them, no resource of any page in the
/// process loads, and one that was being rendered then would never be finished. Also starts what Leptos runs its futures with.
static KNOWN_PATHS: LazyLock<Vec<String>> =
    LazyLock::new(|| leptos_axum::generate_route_list(App).iter().map(|route| route.path().to_owned()).collect());

/// One route a page of the table. What the app knows and the table does not is not served.
fn pages(state: &AppState) -> Router<AppState> {
    let mut router = Router::new();
    for route in KNOWN_PATHS.iter() {
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use axum::body::Body;
    use clap::Parser;
    use tower::ServiceExt;

    use super::*;
    use crate::server::clock::Clock;
    use crate::server::config::RawSettings;
    use crate::server::store::Store;

    #[derive(Parser, Debug)]
    struct Line {
        #[command(flatten)]
        settings: RawSettings,
    }

    async fn state() -> AppState {
        let line = ["latchkey", "--jwt-secret=kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9", "--database-url=sqlite::memory:"];
        let config = Line::try_parse_from(line).unwrap().settings.config().unwrap();
        let store = Store::connect(&config.database_url).await.unwrap();
        let leptos = leptos::config::LeptosOptions::builder().output_name("latchkey").build();
        AppState::new(config, store, Clock::system(), assets::Assets::default(), leptos).unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_a_page_that_says_nothing_of_it_and_the_server_lives() {
        let state = state().await;
        let fault = Router::new().route("/fault", get(async || -> String { unreachable!("a secret of the inside") }));
        let router = around(fault.route(routes::LIVEZ, get(health::livez)), &state).with_state(state);
        let ask =
            async |path: &str| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let answer = ask("/fault").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        let page = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("</html>") && !page.contains("inside"), "{page}");
        assert_eq!(ask(routes::LIVEZ).await.status(), StatusCode::OK);
    }
}
