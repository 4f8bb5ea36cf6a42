//! Security headers of every response.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use latchkey_core::security::random;

use crate::{AppState, api};

/// CSP for non-HTML responses: nothing is loaded, and framing is denied.
const CSP_OF_OTHERS: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: browsers would also omit the Origin of form posts.
    (header::REFERRER_POLICY, "same-origin"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];
/// Two years, as the HSTS preload list recommends.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");
const HSTS_WITH_SUBDOMAINS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Adds the security headers. Keeps a `Content-Security-Policy` or `Cache-Control` that the handler has set.
pub async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_api = api::is_api(request.uri().path());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    insert_constant(headers);
    if is_api {
        // CORS decides which origins may read API responses.
        headers.remove(CROSS_ORIGIN_RESOURCE_POLICY);
    }
    if state.config.is_https() {
        let hsts = if state.config.hsts_include_subdomains { HSTS_WITH_SUBDOMAINS } else { HSTS };
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let csp = if is_html(headers) { page_policy(&random::id().unwrap_or_default(), "") } else { None };
        headers.insert(header::CONTENT_SECURITY_POLICY, csp.unwrap_or(CSP_OF_OTHERS));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    response
}

fn insert_constant(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Adds the headers that need no settings, for a server that has no state yet.
pub(crate) async fn add_constant(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    insert_constant(headers);
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP_OF_OTHERS);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// CSP for pages: resources of this server, and the inline script with the nonce of the response. `connect` adds
/// sources to `connect-src`; each starts with a space.
#[must_use]
pub fn page_policy(nonce: &str, connect: &str) -> Option<HeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'{connect}; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}
