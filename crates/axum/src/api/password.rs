//! A forgotten password is replaced.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{self, ClientInfo, Json};
use super::me::Message;
use super::registration::Welcome;
use super::texts as words;
use crate::AppState;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::password_reset::ResetError;
use latchkey_core::service::session::Entry;
use latchkey_types::AppError;
use latchkey_types::Password;

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
pub struct Forgotten {
    /// The address of the account.
    email: String,
}

/// Has a mail sent if an account has the address. The answer is the same for every address.
///
/// # Errors
/// [`ApiError::Validation`] when it is no address.
pub async fn request(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Forgotten>,
) -> Result<axum::Json<Message>, ApiError> {
    state.services.password_reset.request(&typed.email, &client).await.map_err(AppError::from)?;
    Ok(axum::Json(Message::from(words::RESET_RECEIVED)))
}

/// What the password is to be.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// 8 to 128 characters, and not easy to guess.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Sets the password of the account whose token is shown, ends its sessions and logs in.
///
/// # Errors
/// [`ApiError::InvalidResetToken`]; [`ApiError::Validation`], which leaves the token as it is.
pub async fn finalize(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
    Json(typed): Json<NewPassword>,
) -> Result<axum::Json<Welcome>, ApiError> {
    let token = extract::mail_token(&headers, Purpose::Reset)?;
    let reset = state.services.password_reset.finalize(token, &typed.password, Entry::Bearer, &client).await;
    let signed_in = reset.map_err(|error| match error {
        ResetError::LinkInvalid => ApiError::InvalidResetToken,
        other => AppError::from(other).into(),
    })?;
    Ok(axum::Json(Welcome::of(signed_in)))
}
