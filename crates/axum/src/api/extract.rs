//! What an endpoint takes from its request: tokens, sessions, roles, bodies.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use latchkey_types::Role;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::AppState;
use latchkey_core::client::Client;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::session::AuthSession;

/// The token after `Bearer`, whatever it is worth.
///
/// # Errors
/// [`ApiError::MissingToken`] if there is none, [`ApiError::InvalidTokenHeader`] if there are two or it is something else.
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

/// `token` where one of a session belongs: one from a mail is told apart by its prefix, without a look-up.
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

/// The token where one from a mail for `purpose` belongs; whether it is one is for the use case to say.
///
/// # Errors
/// [`ApiError::MissingToken`]; [`ApiError::MisusedRegistrationToken`] or [`ApiError::MisusedResetToken`] for one from another mail.
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

/// The id in the path. One that is no text names nothing.
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| ApiError::NotFound)
    }
}

/// Whoever shows a token that gives access. The guard of the API found them before; an endpoint elsewhere is told here.
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
        Ok(Self(AppState::from_ref(state).services.session.bearer(token, client).await?))
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

/// The body read as JSON, whatever its type is said to be: the clients of the predecessor say none. Members that are
/// not asked for are ignored.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await.map_err(|_| ApiError::Malformed)?;
        let text = std::str::from_utf8(&body).map_err(|_| ApiError::Malformed)?;
        // Members that nobody asks for are skipped without a look at their depth; read as a value they are not. And an
        // array would pass for an object whose members come in that order.
        serde_json::from_str::<serde_json::Map<_, _>>(text).map_err(|_| ApiError::Malformed)?;
        serde_json::from_str(text).map(Self).map_err(|_| ApiError::Malformed)
    }
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
