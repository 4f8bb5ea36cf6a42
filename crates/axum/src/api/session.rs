//! A session begins, goes on and ends.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{self, Bearer, ClientInfo, Json};
use crate::AppState;
use latchkey_core::service::session::{Entry, ProofError, SignedIn};
use latchkey_types::AppError;
use latchkey_types::Password;

/// A token, for the client to keep.
#[derive(Serialize, ToSchema)]
pub struct AccessToken {
    /// Give it as `Authorization: Bearer …`. It can be read, but nothing needs to.
    access_token: String,
}

impl AccessToken {
    /// The token of somebody who was just given one.
    #[must_use]
    pub fn of(signed_in: &SignedIn) -> Self {
        Self { access_token: signed_in.token.expose().to_owned() }
    }
}

impl IntoResponse for AccessToken {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}

/// What somebody logs in with.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    /// The name or the e-mail address, in whatever case.
    username: String,
    /// Exactly as it was chosen.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Logs in. `username` may be the e-mail address.
///
/// # Errors
/// [`ApiError::Authentication`] whatever of it is wrong; [`ApiError::InvalidUser`] to who knows the password.
pub async fn log_in(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Credentials>,
) -> Result<AccessToken, ApiError> {
    let signed_in = state.services.session.log_in(&typed.username, &typed.password, Entry::Bearer, &client).await;
    Ok(AccessToken::of(&signed_in.map_err(AppError::from)?))
}

/// Exchanges a token, shown as Bearer or, as the predecessor's clients do, as the whole body. Bearer wins.
///
/// # Errors
/// [`ApiError::EarlyRefresh`] more than a minute before its time, and what is wrong with the token.
pub async fn refresh(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
    body: Bytes,
) -> Result<AccessToken, ApiError> {
    let token = match extract::bearer(&headers) {
        Err(ApiError::MissingToken) => token_of_body(&body)?,
        shown => shown?.to_owned(),
    };
    let signed_in = state.services.session.refresh_bearer(extract::own_token(&token)?, &client).await?;
    Ok(AccessToken::of(&signed_in))
}

/// The password, once more.
#[derive(Deserialize, ToSchema)]
pub struct Reauthentication {
    /// Exactly as it was chosen.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Takes the password of the token's account again. The token that it returns is of a new session in place of the old
/// one, and good for ten minutes for what needs fresh proof.
///
/// # Errors
/// [`ApiError::Authentication`] when it is another password.
pub async fn reauthenticate(
    State(state): State<AppState>,
    Bearer(visitor): Bearer,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Reauthentication>,
) -> Result<AccessToken, ApiError> {
    match state.services.session.reauthenticate(&visitor, &typed.password, &client).await {
        Ok(signed_in) => Ok(AccessToken::of(&signed_in)),
        Err(ProofError::Wrong) => Err(ApiError::Authentication),
        Err(error) => Err(AppError::from(error).into()),
    }
}

/// The body as a token: as it is, or as a JSON string.
fn token_of_body(body: &[u8]) -> Result<String, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::Malformed)?.trim();
    if text.starts_with('"') {
        return serde_json::from_str(text).map_err(|_| ApiError::Malformed);
    }
    if text.is_empty() { Err(ApiError::MissingToken) } else { Ok(text.to_owned()) }
}

/// Ends the session of a token, expired or not.
///
/// # Errors
/// What is wrong with the token; [`ApiError::Blacklisted`] if the session had ended before.
pub async fn log_out(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let token = extract::own_token(extract::bearer(&headers)?)?;
    state.services.session.log_out_bearer(token, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
