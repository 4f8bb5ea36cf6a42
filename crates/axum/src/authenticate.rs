//! Who is logged in, found out before anything renders; the token is rotated there if it is due.
//!
//! Here and not in a page: a cookie that is set while a page streams is lost (leptos#3147).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use latchkey_core::client::Client;
use latchkey_core::service::session::Authentication;
use tower_cookies::Cookies;

use crate::AppState;
use crate::rejection::reject;

/// The token of the session cookie, whatever it is worth.
#[derive(Clone)]
pub struct SessionCookie(pub String);

/// Gives the request the session of its cookie, and the response the cookie of a rotation. At most one rotation a
/// request. A later write to the jar, at a login or a logout, wins.
pub async fn authenticate(State(state): State<AppState>, jar: Cookies, mut request: Request, next: Next) -> Response {
    let Some(token) = state.cookies.session(&jar, request.headers()) else { return next.run(request).await };
    let Some(client) = request.extensions().get::<Client>() else { return next.run(request).await };
    match state.services.session.authenticate(&token, client).await {
        // A dead cookie means nobody and is left to be overwritten: a late response that clears it would wipe the newer
        // login of another tab.
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
    request.extensions_mut().insert(SessionCookie(token));
    next.run(request).await
}
