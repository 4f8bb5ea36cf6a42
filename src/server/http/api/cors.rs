//! Which other origins' scripts may read the answers of the API.
//!
//! Never with credentials: there are none here but the token, which a script has to show itself.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::routes::api::{Endpoint, Found, find};
use crate::server::config::CorsOrigins;
use crate::server::state::AppState;

const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type");
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static("retry-after, x-request-id");
/// For how many seconds a browser may believe a preflight. Two hours is the most that any does.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Answers preflights of the origins in the settings, and tells those origins' browsers that scripts may read the answer.
pub async fn answer(
    State((state, table)): State<(AppState, &'static [Endpoint])>,
    request: Request,
    next: Next,
) -> Response {
    let origins = &state.config.cors_origins;
    let allowed = allowed_origin(origins, request.headers());
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match allowed {
        Some(_) if is_preflight => preflight(table, &request),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if !is_preflight {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        }
    }
    if *origins != CorsOrigins::None {
        // Also where the origin is not allowed or absent: a cache must not give that answer to one that is.
        headers.append(header::VARY, HeaderValue::from_name(header::ORIGIN));
    }
    response
}

/// What to say to this origin, if anything.
fn allowed_origin(origins: &CorsOrigins, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    match origins {
        CorsOrigins::None => None,
        CorsOrigins::Any => Some(HeaderValue::from_static("*")),
        CorsOrigins::List(list) => {
            list.iter().any(|known| known.as_bytes() == origin.as_bytes()).then(|| origin.clone())
        }
    }
}

fn preflight(table: &[Endpoint], request: &Request) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let Found::OtherMethods(methods) = find(table, Method::OPTIONS.as_str(), path) else {
        return Problem::NotFound.into_response();
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    for name in [header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_REQUEST_HEADERS] {
        headers.append(header::VARY, HeaderValue::from_name(name));
    }
    response
}
