//! The second factor: codes of an authenticator app, and recovery codes.

use axum::Json as JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::endpoints;
use super::error::ApiError;
use super::error_responses::error_responses;
use super::extract::{Bearer, ClientInfo, Json};
use super::session::AccessToken;
use crate::AppState;
use latchkey_core::security::recovery_code::RecoveryCode;
use latchkey_core::service::second_factor::{SecondFactorError, ShowCodes};
use latchkey_core::service::session::{Channel, Trust, VerifyLoginError};
use latchkey_types::{AppError, FieldError, RateLimit};

/// The second step of a login.
#[derive(Deserialize, ToSchema)]
pub struct SecondStep {
    /// The `challenge` of the first step.
    challenge: String,
    /// Six digits of the authenticator app, or a recovery code.
    code: String,
}

error_responses!(
    VerifyErrors,
    ApiError::CodeRejected,
    ApiError::InvalidUser,
    ApiError::example_of_limit(RateLimit::Attempts),
    ApiError::Unavailable,
);

/// Finishes a login with a code.
///
/// A challenge lasts for ten minutes and five codes. A code of the app is accepted once, and so is a recovery code. A wrong
/// code and a challenge that is not valid any more get the same response: then log in again.
#[utoipa::path(
    post,
    path = endpoints::LOGIN_VERIFY,
    tag = "session",
    request_body(content = SecondStep, example = json!({"challenge": "lk_2fa_…", "code": "287082"})),
    responses(
        (status = 200, description = "A token.", body = AccessToken, example = AccessToken::example),
        VerifyErrors,
    ),
)]
pub async fn verify_login(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<SecondStep>,
) -> Result<AccessToken, ApiError> {
    let (challenge, session) = (&typed.challenge, &state.services.session);
    let verified = session.verify_login(challenge, &typed.code, Trust::No, Channel::Bearer, &client).await;
    let verified = verified.map_err(|error| match error {
        VerifyLoginError::Expired | VerifyLoginError::WrongCode => ApiError::CodeRejected,
        other => AppError::from(other).into(),
    })?;
    Ok(AccessToken::new(&verified.issued))
}

/// What an authenticator app needs.
#[derive(Serialize, ToSchema)]
pub struct Setup {
    /// The secret in base32.
    secret: String,
    /// The same as a URL, for a QR code.
    otpauth_url: String,
}

error_responses!(SetupErrors, ApiError::ReauthenticationRequired, ApiError::SecondFactorIsOn);

/// Begins to set up an authenticator app.
///
/// The secret counts once it is confirmed with a code. Another call replaces it.
#[utoipa::path(
    post,
    path = endpoints::TOTP,
    tag = "me",
    responses(
        (status = 201, description = "The secret.", body = Setup, example = json!({
            "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "otpauth_url": "otpauth://totp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example",
        })),
        SetupErrors,
    ),
)]
pub async fn set_up(State(state): State<AppState>, Bearer(auth): Bearer) -> Result<Response, ApiError> {
    let setup = state.services.second_factor.set_up(&auth).await?;
    let body = Setup { secret: setup.secret, otpauth_url: setup.url };
    Ok((StatusCode::CREATED, JsonBody(body)).into_response())
}

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
pub struct Code {
    /// Six digits.
    code: String,
}

/// The recovery codes of an account.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each replaces a code of the app once. They are not shown again.
    recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    fn of(codes: &[RecoveryCode]) -> JsonBody<Self> {
        JsonBody(Self { recovery_codes: codes.iter().map(RecoveryCode::expose).collect() })
    }

    fn example() -> Self {
        Self { recovery_codes: vec!["MZXW-6YTB-OI4D-KNRX-GE2D-GMBR".to_owned()] }
    }
}

error_responses!(
    ConfirmErrors,
    ApiError::ReauthenticationRequired,
    ApiError::NotFound,
    ApiError::SecondFactorIsOn,
    AppError::from(FieldError::CodeWrong),
    ApiError::example_of_limit(RateLimit::Attempts),
);

/// Confirms the authenticator app with a code.
///
/// From now on, a login needs a code. The response has ten recovery codes.
#[utoipa::path(
    post,
    path = endpoints::TOTP_CONFIRM,
    tag = "me",
    request_body(content = Code, example = json!({"code": "287082"})),
    responses(
        (status = 200, description = "The recovery codes.", body = RecoveryCodes, example = RecoveryCodes::example),
        ConfirmErrors,
    ),
)]
pub async fn confirm(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Code>,
) -> Result<JsonBody<RecoveryCodes>, ApiError> {
    let codes = state.services.second_factor.confirm(&auth, &typed.code, ShowCodes::No, &client).await?;
    Ok(RecoveryCodes::of(&codes))
}

error_responses!(ChangeErrors, ApiError::ReauthenticationRequired, ApiError::NotFound);

/// Replaces the recovery codes.
///
/// The old ones, used or not, are not accepted any more.
#[utoipa::path(
    post,
    path = endpoints::RECOVERY_CODES,
    tag = "me",
    responses(
        (status = 200, description = "The recovery codes.", body = RecoveryCodes, example = RecoveryCodes::example),
        ChangeErrors,
    ),
)]
pub async fn renew_codes(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
    ClientInfo(client): ClientInfo,
) -> Result<JsonBody<RecoveryCodes>, ApiError> {
    let codes = state.services.second_factor.renew_codes(&auth, ShowCodes::No, &client).await?;
    Ok(RecoveryCodes::of(&codes))
}

/// Removes the authenticator app and the recovery codes.
#[utoipa::path(
    delete,
    path = endpoints::TOTP,
    tag = "me",
    responses((status = 204, description = "A login needs no code any more."), ChangeErrors),
)]
pub async fn remove(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
    ClientInfo(client): ClientInfo,
) -> Result<StatusCode, ApiError> {
    state.services.second_factor.remove(&auth, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<SecondFactorError> for ApiError {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::AlreadyOn => Self::SecondFactorIsOn,
            other => AppError::from(other).into(),
        }
    }
}
