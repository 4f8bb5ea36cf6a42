//! An account begins.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{self, ClientInfo, Json};
use super::me::Message;
use super::session::AccessToken;
use super::texts as words;
use crate::AppState;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::registration::{ConfirmError, Registered};
use latchkey_core::service::session::{Entry, SignedIn};
use latchkey_types::AppError;
use latchkey_types::Password;

/// What somebody registers with.
#[derive(Deserialize, ToSchema)]
pub struct Registration {
    /// 3 to 32 ASCII letters, digits, `.`, `_`, `-`; unique without regard to case.
    username: String,
    /// Optional where accounts are not confirmed by mail.
    #[serde(default)]
    email: Option<String>,
    /// 8 to 128 characters, and not easy to guess.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// A token, and whose it is.
#[derive(Serialize, ToSchema)]
pub struct Welcome {
    /// Give it as `Authorization: Bearer …`.
    access_token: String,
    /// The name of the account.
    user: String,
}

impl Welcome {
    /// For somebody who was just given a token.
    #[must_use]
    pub fn of(signed_in: SignedIn) -> Self {
        Self { access_token: signed_in.token.expose().to_owned(), user: signed_in.user.username }
    }
}

/// Has a mail sent to confirm the account by; or, where none is needed, makes it and logs it in.
///
/// # Errors
/// [`ApiError::Validation`], [`ApiError::Taken`].
pub async fn register(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Registration>,
) -> Result<Response, ApiError> {
    let email = typed.email.unwrap_or_default();
    let registered =
        state.services.registration.register(&typed.username, &email, &typed.password, Entry::Bearer, &client).await;
    Ok(match registered.map_err(AppError::from)? {
        Registered::Begun(signed_in) => AccessToken::of(&signed_in).into_response(),
        Registered::MailSent => {
            (StatusCode::CREATED, axum::Json(Message::from(words::REGISTRATION_RECEIVED))).into_response()
        }
    })
}

/// Makes the account of the registration whose token is shown, and logs it in. The token alone is enough here: a header
/// is sent by programs, never by a scanner of mails that opens a link.
///
/// # Errors
/// [`ApiError::InvalidRegistrationToken`]; [`ApiError::Taken`] if somebody took the name meanwhile.
pub async fn finalize(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
) -> Result<axum::Json<Welcome>, ApiError> {
    let token = extract::mail_token(&headers, Purpose::Registration)?;
    let confirmed = state.services.registration.finalize_with_token(token, Entry::Bearer, &client).await;
    let signed_in = confirmed.map_err(|error| match error {
        ConfirmError::LinkInvalid => ApiError::InvalidRegistrationToken,
        other => AppError::from(other).into(),
    })?;
    Ok(axum::Json(Welcome::of(signed_in)))
}
