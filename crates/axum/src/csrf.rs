//! CSRF protection: rejects unsafe requests from other sites, including login and registration.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use latchkey_types::AppError;

use crate::AppState;
use crate::attach_client::logged_path;
use crate::rejection::reject;

/// Rejects unsafe methods unless the request comes from this site or from a client that is not a browser.
pub async fn refuse_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || is_from_us(request.headers(), &state.config.origin()) {
        return next.run(request).await;
    }
    tracing::warn!(event = "malicious_csrf", path = logged_path(request.uri().path()), "cross-site request rejected");
    reject(AppError::CrossSite)
}

/// `Sec-Fetch-Site` decides if it is sent, else `Origin`. Without both, the client is no current browser and must not
/// send a cookie. The content type never decides: several types need no preflight.
fn is_from_us(headers: &HeaderMap, origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(header::ORIGIN) {
        Some(from) => from.as_bytes().eq_ignore_ascii_case(origin.as_bytes()),
        None => !headers.contains_key(header::COOKIE),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn sec_fetch_site_decides_then_origin_then_the_lack_of_a_cookie() {
        let ours = "https://example.org";
        for site in [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site"), Some("junk")] {
            for origin in [None, Some(ours), Some("https://evil.example"), Some("null"), Some("http://example.org")] {
                for cookie in [false, true] {
                    let mut headers = HeaderMap::new();
                    if let Some(site) = site {
                        headers.insert("sec-fetch-site", site.parse().unwrap());
                    }
                    if let Some(origin) = origin {
                        headers.insert(header::ORIGIN, origin.parse().unwrap());
                    }
                    if cookie {
                        headers.insert(header::COOKIE, "a=b".parse().unwrap());
                    }
                    let expected = match (site, origin) {
                        (Some(site), _) => ["same-origin", "none"].contains(&site),
                        (None, Some(origin)) => origin == ours,
                        (None, None) => !cookie,
                    };
                    assert_eq!(is_from_us(&headers, ours), expected, "{site:?} {origin:?} {cookie}");
                }
            }
        }
    }
}
