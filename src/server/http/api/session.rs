//! A session begins, goes on and ends.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{self, Asker, Json};
use super::problem::Problem;
use crate::domain::Password;
use crate::error::AppError;
use crate::server::service::session::{Entry, SignedIn};
use crate::server::state::AppState;

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
/// [`Problem::Authentication`] whatever of it is wrong; [`Problem::InvalidUser`] to who knows the password.
pub async fn log_in(
    State(state): State<AppState>,
    Asker(client): Asker,
    Json(typed): Json<Credentials>,
) -> Result<AccessToken, Problem> {
    let signed_in = state.services.session.log_in(&typed.username, &typed.password, Entry::Bearer, &client).await;
    Ok(AccessToken::of(&signed_in.map_err(AppError::from)?))
}

/// Exchanges a token, shown as Bearer or, as the predecessor's clients do, as the whole body. Bearer wins.
///
/// # Errors
/// [`Problem::EarlyRefresh`] more than a minute before its time, and what is wrong with the token.
pub async fn refresh(
    State(state): State<AppState>,
    Asker(client): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<AccessToken, Problem> {
    let token = match extract::bearer(&headers) {
        Err(Problem::MissingToken) => token_of_body(&body)?,
        shown => shown?.to_owned(),
    };
    let signed_in = state.services.session.refresh_bearer(extract::own_token(&token)?, &client).await?;
    Ok(AccessToken::of(&signed_in))
}

/// The body as a token: as it is, or as a JSON string.
fn token_of_body(body: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::Malformed)?.trim();
    if text.starts_with('"') {
        return serde_json::from_str(text).map_err(|_| Problem::Malformed);
    }
    if text.is_empty() { Err(Problem::MissingToken) } else { Ok(text.to_owned()) }
}

/// Ends the session of a token, expired or not.
///
/// # Errors
/// What is wrong with the token; [`Problem::Blacklisted`] if the session had ended before.
pub async fn log_out(
    State(state): State<AppState>,
    Asker(client): Asker,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let token = extract::own_token(extract::bearer(&headers)?)?;
    state.services.session.log_out_bearer(token, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
