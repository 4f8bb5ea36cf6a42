//! Reset of a forgotten password.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use super::endpoints;
use super::error::ApiError;
use super::error_responses::error_responses;
use super::extract::{self, ClientInfo, Json};
use super::me::Message;
use super::registration::Welcome;
use super::session::session_of;
use super::texts as words;
use crate::AppState;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::password_reset::ResetError;
use latchkey_core::service::session::{Challenge, Channel};
use latchkey_types::{AppError, FieldError, Password, RateLimit};

/// A request to reset a password.
#[derive(Deserialize, ToSchema)]
pub struct ResetRequest {
    /// The email address of the account.
    email: String,
}

error_responses!(
    ResetRequestErrors,
    AppError::from(FieldError::EmailInvalid),
    ApiError::example_of_limit(RateLimit::Emails),
    ApiError::Unavailable,
);

/// Requests an email to reset a forgotten password.
///
/// The response is the same for every address, also when the rate limit of emails is exceeded.
#[utoipa::path(
    post,
    path = endpoints::RESET,
    tag = "password",
    request_body(content = ResetRequest, example = json!({"email": "ada@example.org"})),
    responses(
        (
            status = 200, description = "The request was received.", body = Message,
            example = json!({"message": words::RESET_RECEIVED}),
        ),
        ResetRequestErrors,
    ),
)]
pub async fn request_reset(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<ResetRequest>,
) -> Result<axum::Json<Message>, ApiError> {
    state.services.password_reset.request(&typed.email, &client).await.map_err(AppError::from)?;
    Ok(axum::Json(Message::from(words::RESET_RECEIVED)))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// 8 to 128 characters, and not easy to guess.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

error_responses!(
    ResetErrors,
    ApiError::InvalidResetToken,
    ApiError::MisusedRegistrationToken,
    ApiError::SecondFactorRequired(Challenge::example()),
    AppError::from(FieldError::PasswordEasy),
    ApiError::example_of_limit(RateLimit::Attempts),
);

/// Resets a password.
///
/// The token is the one from the email. It can be used once; a rejected password does not consume it. All other sessions
/// of the account end. If the account has a second factor, the password is set and the response is a challenge, as after a
/// login.
#[utoipa::path(
    post,
    path = endpoints::RESET_FINALIZE,
    tag = "password",
    request_body(content = NewPassword, example = json!({"password": "lantern otters juggle quietly"})),
    responses(
        (status = 200, description = "The password is set.", body = Welcome, example = Welcome::example),
        ResetErrors,
    ),
)]
pub async fn reset_password(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
    Json(typed): Json<NewPassword>,
) -> Result<axum::Json<Welcome>, ApiError> {
    let token = extract::mail_token(&headers, Purpose::Reset)?;
    let reset = state.services.password_reset.finalize(token, &typed.password, Channel::Bearer, &client).await;
    let login = reset.map_err(|error| match error {
        ResetError::LinkInvalid => ApiError::InvalidResetToken,
        other => AppError::from(other).into(),
    })?;
    Ok(axum::Json(Welcome::new(session_of(login)?)))
}
