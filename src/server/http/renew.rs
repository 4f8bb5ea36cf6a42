//! Who is logged in, found out before anything renders, and the token exchanged there if it is due.
//!
//! Here and not in a page: a cookie that is set while a page streams is lost (leptos#3147).

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::cookies::{CookieJar, Cookies};
use super::{door, refusal};
use crate::server::client::Client;
use crate::server::service::session::Arrival;
use crate::server::state::AppState;

/// The token of the cookie, whatever it is worth.
#[derive(Clone)]
pub struct Presented(pub String);

/// Gives the request its visitor, and the answer the cookie of an exchange. At most one exchange a request.
pub async fn recognise(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let cookies = Cookies::of(&state.config);
    let Some(token) = CookieJar::of(request.headers(), &cookies).session() else { return next.run(request).await };
    let Some(client) = request.extensions().get::<Client>().cloned() else { return next.run(request).await };
    let mut renewed = None;
    match state.services.session.arrive(&token, &client).await {
        // A dead cookie means nobody and is left to be overwritten: an answer that is late and clears it would wipe the
        // newer login of another tab.
        Ok(Arrival::Nobody) => {}
        Ok(Arrival::Here(visitor)) => {
            request.extensions_mut().insert(visitor);
        }
        Ok(Arrival::Renewed(visitor, signed_in)) => {
            request.extensions_mut().insert(visitor);
            renewed = Some(cookies.session(&signed_in));
        }
        Err(fault) => {
            let (parts, _) = request.into_parts();
            return door::refuse(&state, &parts, refusal::of_fault(fault));
        }
    }
    request.extensions_mut().insert(Presented(token));
    let mut response = next.run(request).await;
    // What the use case said of the cookie, at a login or a logout, is newer.
    let said =
        response.headers().get_all(header::SET_COOKIE).iter().any(|value| cookies.is_about_session(value.as_bytes()));
    if let Some(Ok(value)) = renewed.filter(|_| !said).map(|cookie| HeaderValue::from_str(&cookie)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
