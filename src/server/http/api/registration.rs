//! An account begins.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{Asker, Json};
use super::problem::Problem;
use super::session::AccessToken;
use crate::domain::Password;
use crate::error::AppError;
use crate::server::service::session::Entry;
use crate::server::state::AppState;

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

/// Makes an account and logs it in.
///
/// # Errors
/// [`Problem::Validation`], [`Problem::Taken`].
pub async fn register(
    State(state): State<AppState>,
    Asker(client): Asker,
    Json(typed): Json<Registration>,
) -> Result<AccessToken, Problem> {
    let email = typed.email.unwrap_or_default();
    let registered =
        state.services.registration.register(&typed.username, &email, &typed.password, Entry::Bearer, &client).await;
    Ok(AccessToken::of(&registered.map_err(AppError::from)?))
}
