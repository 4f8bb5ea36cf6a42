//! What an endpoint takes from its request: a token, a visitor, a visitor with roles, a body.

use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::server::client::Client;
use crate::server::security::opaque_token::Purpose;
use crate::server::service::session::Visitor;

/// The token after `Bearer`, whatever it is worth.
///
/// # Errors
/// [`Problem::MissingToken`] if there is none, [`Problem::InvalidTokenHeader`] if there are two or it is something else.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Problem::MissingToken)?;
    if values.next().is_some() {
        return Err(Problem::InvalidTokenHeader);
    }
    let value = value.to_str().map_err(|_| Problem::InvalidTokenHeader)?;
    let mut words = value.split_ascii_whitespace();
    let scheme = words.next().ok_or(Problem::MissingToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::InvalidTokenHeader);
    }
    let token = words.next().ok_or(Problem::MissingToken)?;
    if words.next().is_some() { Err(Problem::InvalidTokenHeader) } else { Ok(token) }
}

/// `token` where one of a session belongs: one from a mail is told apart by its prefix, without a look-up.
///
/// # Errors
/// [`Problem::MisusedRegistrationToken`], [`Problem::MisusedResetToken`].
pub fn own_token(token: &str) -> Result<&str, Problem> {
    match Purpose::claimed_by(token) {
        Some(Purpose::Registration) => Err(Problem::MisusedRegistrationToken),
        Some(Purpose::Reset) => Err(Problem::MisusedResetToken),
        _ => Ok(token),
    }
}

/// The token where one from a mail for `purpose` belongs; whether it is one is for the use case to say.
///
/// # Errors
/// [`Problem::MissingToken`]; [`Problem::MisusedRegistrationToken`] or [`Problem::MisusedResetToken`] for one from another mail.
pub fn mail_token(headers: &HeaderMap, purpose: Purpose) -> Result<&str, Problem> {
    let token = bearer(headers)?;
    if Purpose::claimed_by(token) == Some(purpose) { Ok(token) } else { own_token(token) }
}

/// Who asks, as far as the connection and the headers tell.
pub struct Asker(pub Client);

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().map(Self).ok_or(Problem::Internal)
    }
}

/// The id in the path. One that is no text names nothing.
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| Problem::NotFound)
    }
}

/// Whoever shows a token that gives access. The guard found them; where it was not asked to, nobody is here.
pub struct Bearer(pub Visitor);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().map(Self).ok_or(Problem::MissingToken)
    }
}

/// Roles by name, as a type.
pub trait RoleList {
    /// The names.
    const ROLES: &'static [&'static str];
}

/// A visitor who has all of these roles.
pub struct AllOf<R> {
    /// Who it is.
    pub visitor: Visitor,
    roles: PhantomData<R>,
}

impl<R: RoleList, S: Sync> FromRequestParts<S> for AllOf<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Bearer(visitor) = Bearer::from_request_parts(parts, state).await?;
        let own = visitor.roles();
        let has_all = R::ROLES.iter().all(|role| own.has(role));
        if has_all { Ok(Self { visitor, roles: PhantomData }) } else { Err(Problem::MissingRole) }
    }
}

/// A visitor who has one of these roles.
pub struct AnyOf<R> {
    /// Who it is.
    pub visitor: Visitor,
    roles: PhantomData<R>,
}

impl<R: RoleList, S: Sync> FromRequestParts<S> for AnyOf<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Bearer(visitor) = Bearer::from_request_parts(parts, state).await?;
        let own = visitor.roles();
        let has_one = R::ROLES.iter().any(|role| own.has(role));
        if has_one { Ok(Self { visitor, roles: PhantomData }) } else { Err(Problem::MissingRole) }
    }
}

/// The body read as JSON, whatever its type is said to be: the clients of the predecessor say none. Members that are
/// not asked for are ignored.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|_| Problem::Malformed)?;
        let text = std::str::from_utf8(&body).map_err(|_| Problem::Malformed)?;
        // Members that nobody asks for are skipped without a look at their depth; read as a value they are not. And an
        // array would pass for an object whose members come in that order.
        serde_json::from_str::<serde_json::Map<_, _>>(text).map_err(|_| Problem::Malformed)?;
        serde_json::from_str(text).map(Self).map_err(|_| Problem::Malformed)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(values: &[&[u8]]) -> Result<String, Problem> {
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
            assert_eq!(of(none), Err(Problem::MissingToken));
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
            assert_eq!(of(junk), Err(Problem::InvalidTokenHeader));
        }
    }
}
