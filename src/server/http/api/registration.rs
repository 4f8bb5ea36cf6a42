//! An account begins.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Asker, Json};
use super::problem::Problem;
use super::session::AccessToken;
use crate::domain::Password;
use crate::error::AppError;
use crate::server::service::registration::Registered;
use crate::server::service::session::Entry;
use crate::server::state::AppState;
use crate::texts;
use crate::visit::Notice;

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

/// What is said where a mail says the rest.
#[derive(Serialize, ToSchema)]
pub struct Message {
    message: &'static str,
}

/// Makes an account and logs it in, or, where accounts are confirmed by mail, has one sent.
///
/// # Errors
/// [`Problem::Validation`], [`Problem::Taken`].
pub async fn register(
    State(state): State<AppState>,
    Asker(client): Asker,
    Json(typed): Json<Registration>,
) -> Result<Response, Problem> {
    let email = typed.email.unwrap_or_default();
    let registered =
        state.services.registration.register(&typed.username, &email, &typed.password, Entry::Bearer, &client).await;
    match registered.map_err(AppError::from)? {
        Registered::Begun(signed_in) => Ok(AccessToken::of(&signed_in).into_response()),
        Registered::MailSent => {
            let message = texts::of_notice(Notice::ConfirmationMailed);
            Ok((StatusCode::CREATED, axum::Json(Message { message })).into_response())
        }
    }
}
