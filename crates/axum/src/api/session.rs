//! Login, token refresh and logout.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::endpoints;
use super::error::ApiError;
use super::error_responses::error_responses;
use super::extract::{self, Bearer, ClientInfo, Json};
use super::texts as words;
use crate::AppState;
use latchkey_core::service::session::{Challenge, Channel, IssuedToken, Login, VerifyLoginError, VerifyPasswordError};
use latchkey_types::{AppError, Password, RateLimit};

/// An access token in examples.
pub(super) const TOKEN_EXAMPLE: &str = "eyJhbGciOiJIUzI1NiIs….eyJpc3MiOiJsYXRjaGtleSIs….7Xb2Qk…";

/// An access token.
#[derive(Serialize, ToSchema)]
pub struct AccessToken {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
}

impl AccessToken {
    /// The response to a new or renewed session.
    #[must_use]
    pub fn new(issued: &IssuedToken) -> Self {
        Self { access_token: issued.token.expose().to_owned() }
    }

    pub(super) fn example() -> Self {
        Self { access_token: TOKEN_EXAMPLE.to_owned() }
    }
}

impl IntoResponse for AccessToken {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}

/// Login credentials.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    /// The username or the email address, in any case.
    username: String,
    #[schema(value_type = String, format = Password)]
    password: Password,
}

error_responses!(
    LoginErrors,
    ApiError::Authentication,
    ApiError::SecondFactorRequired(Challenge::example()),
    ApiError::InvalidUser,
    ApiError::example_of_limit(RateLimit::Attempts),
    ApiError::Unavailable,
);

/// Logs in.
///
/// By username or email address. Unknown users, wrong passwords and unconfirmed accounts get the same response. After five
/// failures with a name, the next attempt has to wait, longer after each further failure. An account with a second factor
/// gets a challenge, which `/api/login/verify` exchanges for a token.
#[utoipa::path(
    post,
    path = endpoints::LOGIN,
    tag = "session",
    request_body(content = Credentials, example = json!({"username": "ada", "password": "tin wolf orbit cave"})),
    responses(
        (status = 200, description = "A token.", body = AccessToken, example = AccessToken::example),
        LoginErrors,
    ),
)]
pub async fn log_in(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Credentials>,
) -> Result<AccessToken, ApiError> {
    let login = state.services.session.log_in(&typed.username, &typed.password, Channel::Bearer, &client).await;
    Ok(AccessToken::new(&session_of(login.map_err(AppError::from)?)?))
}

/// The session of a login, unless the account has a second factor.
///
/// # Errors
/// [`ApiError::SecondFactorRequired`].
pub(super) fn session_of(login: Login) -> Result<IssuedToken, ApiError> {
    match login {
        Login::Session(issued) => Ok(issued),
        Login::Challenge(challenge) => Err(ApiError::SecondFactorRequired(challenge)),
    }
}

error_responses!(
    RefreshableTokenErrors,
    ApiError::MissingClaim,
    ApiError::ExpiredRefresh,
    ApiError::MisusedRegistrationToken,
    ApiError::MisusedResetToken,
    ApiError::MissingUser,
    ApiError::Blacklisted,
    ApiError::InvalidUser,
);
error_responses!(EarlyRefresh, ApiError::EarlyRefresh);

/// Exchanges a token for its successor.
///
/// Possible from one minute before the token expires until its session ends. The token is sent as Bearer or as the whole
/// body; Bearer takes precedence. Reusing an exchanged token revokes the session.
#[utoipa::path(
    post,
    path = endpoints::REFRESH,
    tag = "session",
    request_body(
        content = String, content_type = "text/plain",
        description = "The token itself, or the token as a JSON string.", example = json!(TOKEN_EXAMPLE),
    ),
    responses(
        (status = 200, description = "A token.", body = AccessToken, example = AccessToken::example),
        RefreshableTokenErrors,
        EarlyRefresh,
    ),
    security(()),
)]
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
    let issued = state.services.session.refresh_bearer(extract::own_token(&token)?, &client).await?;
    Ok(AccessToken::new(&issued))
}

/// Neither or both of them were sent.
fn password_or_code() -> ApiError {
    ApiError::Validation(vec![("password".into(), words::PASSWORD_OR_CODE)])
}

/// The current password or a code: one of them.
#[derive(Deserialize, ToSchema)]
pub struct Reauthentication {
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Password>,
    /// Six digits of the authenticator app, or a recovery code.
    #[serde(default)]
    code: Option<String>,
}

error_responses!(
    ReauthenticationErrors,
    ApiError::Authentication,
    ApiError::CodeRejected,
    password_or_code(),
    ApiError::example_of_limit(RateLimit::Attempts),
);

/// Confirms the password again, or a code of the authenticator app in its place.
///
/// Returns the token of a new session, which replaces the old one. For ten minutes it is accepted where a recent
/// confirmation is required.
#[utoipa::path(
    post,
    path = endpoints::REAUTHENTICATE,
    tag = "session",
    request_body(content = Reauthentication, example = json!({"password": "tin wolf orbit cave"})),
    responses(
        (status = 200, description = "A token.", body = AccessToken, example = AccessToken::example),
        ReauthenticationErrors,
    ),
)]
pub async fn reauthenticate(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Reauthentication>,
) -> Result<AccessToken, ApiError> {
    let session = &state.services.session;
    match (typed.password, typed.code) {
        (Some(password), None) => match session.reauthenticate(&auth, &password, &client).await {
            Ok(issued) => Ok(AccessToken::new(&issued)),
            Err(VerifyPasswordError::Mismatch) => Err(ApiError::Authentication),
            Err(error) => Err(AppError::from(error).into()),
        },
        (None, Some(code)) => match session.reauthenticate_by_code(&auth, &code, &client).await {
            Ok(issued) => Ok(AccessToken::new(&issued)),
            Err(VerifyLoginError::WrongCode) => Err(ApiError::CodeRejected),
            Err(VerifyLoginError::Expired) => Err(ApiError::Blacklisted),
            Err(error) => Err(AppError::from(error).into()),
        },
        _ => Err(password_or_code()),
    }
}

/// Reads the body as a token: plain text or a JSON string.
fn token_of_body(body: &[u8]) -> Result<String, ApiError> {
    let text = extract::text(body)?.trim();
    if text.starts_with('"') {
        return serde_json::from_str(text).map_err(|_| ApiError::Malformed);
    }
    if text.is_empty() { Err(ApiError::MissingToken) } else { Ok(text.to_owned()) }
}

/// Logs out.
///
/// Ends the session of the token, which may have expired.
#[utoipa::path(
    post,
    path = endpoints::LOGOUT,
    tag = "session",
    responses((status = 204, description = "The session has ended."), RefreshableTokenErrors),
)]
pub async fn log_out(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let token = extract::own_token(extract::bearer(&headers)?)?;
    state.services.session.log_out_bearer(token, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}
