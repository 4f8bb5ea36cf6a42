//! CORS: the origins whose scripts may read responses of the API.
//!
//! Credentials are never allowed: the API uses no cookies, and a script has to send its token itself.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use latchkey_core::config::CorsOrigins;
use tower_http::cors::{AllowOrigin, CorsLayer};

const EXPOSED_HEADERS: [HeaderName; 2] = [header::RETRY_AFTER, HeaderName::from_static("x-request-id")];
/// How long browsers may cache a preflight response. Chromium caps it at two hours.
const MAX_AGE: Duration = Duration::from_secs(7_200);

/// Builds the CORS layer for the configured origins; `None` if there are none.
#[must_use]
pub fn layer(origins: &CorsOrigins) -> Option<CorsLayer> {
    let allowed = match origins {
        CorsOrigins::None => return None,
        CorsOrigins::Any => AllowOrigin::any(),
        CorsOrigins::List(list) => {
            AllowOrigin::list(list.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
        }
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers(EXPOSED_HEADERS)
        .max_age(MAX_AGE);
    Some(layer)
}
