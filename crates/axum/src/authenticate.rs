//! Authentication by the session cookie. Rotates the token if it is due.
//!
//! This happens before rendering: a cookie that is set while a page streams is lost (leptos#3147).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use latchkey_core::client::Client;
use latchkey_core::service::session::{AuthSession, Authentication};
use tower_cookies::Cookies;

use crate::AppState;
use crate::attach_client::log_user;
use crate::rejection::reject;

/// The token of the session cookie, not verified.
#[derive(Clone)]
pub struct SessionCookie(pub String);

/// Marks the responses of logged-in users, which are not compressed.
#[derive(Clone, Copy)]
pub(crate) struct Uncompressed;

/// Attaches the session of the cookie to the request, and sets a rotated token on the response. At most one rotation
/// per request. A later write to the cookie jar, by a login or a logout, takes precedence.
pub async fn authenticate(State(state): State<AppState>, jar: Cookies, mut request: Request, next: Next) -> Response {
    let Some(token) = state.cookies.session(&jar) else { return next.run(request).await };
    let Some(client) = request.extensions().get::<Client>() else { return next.run(request).await };
    match state.services.session.authenticate(&token, client).await {
        // An invalid cookie is ignored and not cleared: a late response that clears it would delete the newer login of
        // another tab.
        Ok(Authentication::Anonymous) => {}
        Ok(Authentication::Authenticated(auth)) => {
            request.extensions_mut().insert(auth);
        }
        Ok(Authentication::Renewed(auth, issued)) => {
            request.extensions_mut().insert(auth);
            state.cookies.set_session(&jar, &issued);
        }
        Err(fault) => return reject(fault.into()),
    }
    let session = request.extensions().get::<AuthSession>();
    session.inspect(|session| log_user(session));
    let is_logged_in = session.is_some();
    request.extensions_mut().insert(SessionCookie(token));
    let mut response = next.run(request).await;
    if is_logged_in {
        response.extensions_mut().insert(Uncompressed);
    }
    response
}
