//! Extractors of the API: tokens, sessions, roles and bodies.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use latchkey_types::Role;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::AppState;
use crate::attach_client::log_user;
use latchkey_core::client::Client;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::session::AuthSession;

/// Returns the Bearer token of a request, not verified.
///
/// # Errors
/// [`ApiError::MissingToken`] if there is none; [`ApiError::InvalidTokenHeader`] for two headers or another scheme.
pub fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(ApiError::MissingToken)?;
    if values.next().is_some() {
        return Err(ApiError::InvalidTokenHeader);
    }
    let value = value.to_str().map_err(|_| ApiError::InvalidTokenHeader)?;
    let mut words = value.split_ascii_whitespace();
    let scheme = words.next().ok_or(ApiError::MissingToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::InvalidTokenHeader);
    }
    let token = words.next().ok_or(ApiError::MissingToken)?;
    if words.next().is_some() { Err(ApiError::InvalidTokenHeader) } else { Ok(token) }
}

/// Rejects tokens from emails where a session token is expected. Their prefix tells them apart, without a query.
///
/// # Errors
/// [`ApiError::MisusedRegistrationToken`], [`ApiError::MisusedResetToken`].
pub fn own_token(token: &str) -> Result<&str, ApiError> {
    match Purpose::claimed_by(token) {
        Some(Purpose::Registration) => Err(ApiError::MisusedRegistrationToken),
        Some(Purpose::Reset) => Err(ApiError::MisusedResetToken),
        _ => Ok(token),
    }
}

/// Returns the Bearer token where a token from an email for `purpose` is expected. The use case verifies it.
///
/// # Errors
/// [`ApiError::MissingToken`]; [`ApiError::MisusedRegistrationToken`] or [`ApiError::MisusedResetToken`] for a token
/// from another email.
pub fn mail_token(headers: &HeaderMap, purpose: Purpose) -> Result<&str, ApiError> {
    let token = bearer(headers)?;
    if Purpose::claimed_by(token) == Some(purpose) { Ok(token) } else { own_token(token) }
}

/// IP address, user agent and request id of the client.
pub struct ClientInfo(pub Client);

impl<S: Sync> FromRequestParts<S> for ClientInfo {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().map(Self).ok_or(ApiError::Internal)
    }
}

/// The id in the path. Invalid UTF-8 is answered with 404.
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| ApiError::NotFound)
    }
}

/// The authenticated user of a Bearer token. The guard sets it; on routes without the guard the token is verified here.
pub struct Bearer(pub AuthSession);

impl<S> FromRequestParts<S> for Bearer
where
    S: Send + Sync,
    AppState: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if let Some(auth) = parts.extensions.get::<AuthSession>() {
            return Ok(Self(auth.clone()));
        }
        let token = own_token(bearer(&parts.headers)?)?;
        let client = parts.extensions.get::<Client>().ok_or(ApiError::Internal)?;
        let auth = AppState::from_ref(state).services.session.bearer(token, client).await?;
        log_user(&auth);
        let state = AppState::from_ref(state);
        if state.services.second_factor.is_missing(&auth) { Err(ApiError::SecondFactorMissing) } else { Ok(Self(auth)) }
    }
}

/// A user with the role `admin`.
pub struct Admin(pub AuthSession);

impl<S> FromRequestParts<S> for Admin
where
    S: Send + Sync,
    AppState: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Bearer(auth) = Bearer::from_request_parts(parts, state).await?;
        if auth.roles().has(Role::ADMIN) { Ok(Self(auth)) } else { Err(ApiError::MissingRole) }
    }
}

/// A JSON body, whatever its `Content-Type`: existing clients send none. Unknown members are ignored.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await.map_err(|_| ApiError::Malformed)?;
        let text = text(&body)?;
        // serde skips unknown members without limiting their depth, so the body is parsed as a value first. It would
        // also accept an array in place of a struct.
        serde_json::from_str::<serde_json::Map<_, _>>(text).map_err(|_| ApiError::Malformed)?;
        serde_json::from_str(text).map(Self).map_err(|_| ApiError::Malformed)
    }
}

/// Returns a body as text. Some clients begin with a byte order mark, which parsers may ignore (RFC 8259, 8.1).
///
/// # Errors
/// [`ApiError::Malformed`] if it is not UTF-8.
pub fn text(body: &[u8]) -> Result<&str, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::Malformed)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(values: &[&[u8]]) -> Result<String, ApiError> {
        let values = values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_bytes(value).unwrap()));
        bearer(&values.collect()).map(str::to_owned)
    }

    #[test]
    fn one_bearer_token_and_nothing_else() {
        for good in [&b"Bearer a.b.c"[..], b"bearer a.b.c", b"BEARER  a.b.c ", b"Bearer\ta.b.c"] {
            assert_eq!(of(&[good]), Ok("a.b.c".to_owned()));
        }
        let none: [&[&[u8]]; 5] = [&[], &[b""], &[b"   "], &[b"Bearer"], &[b"Bearer   "]];
        for none in none {
            assert_eq!(of(none), Err(ApiError::MissingToken));
        }
        let junk: [&[&[u8]]; 6] = [
            &[b"a.b.c"],
            &[b"Basic YTpi"],
            &[b"Bearer a b"],
            &[b"Bearer a.b.c", b"Bearer a.b.c"],
            &[b"Bearer \xff"],
            &[b"Bearer=a.b.c"],
        ];
        for junk in junk {
            assert_eq!(of(junk), Err(ApiError::InvalidTokenHeader));
        }
    }
}
