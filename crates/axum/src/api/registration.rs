//! Registration.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::endpoints;
use super::error::ApiError;
use super::error_responses::error_responses;
use super::extract::{self, ClientInfo, Json};
use super::me::Message;
use super::session::{AccessToken, TOKEN_EXAMPLE};
use super::texts as words;
use crate::AppState;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::registration::{ConfirmError, Registered};
use latchkey_core::service::session::{Channel, IssuedToken};
use latchkey_types::{AppError, FieldError, Password, RateLimit};

/// A registration form.
#[derive(Deserialize, ToSchema)]
pub struct Registration {
    /// 3 to 32 ASCII letters, digits, `.`, `_`, `-`, with a letter or digit at both ends; unique regardless of case.
    username: String,
    /// Optional where accounts are not confirmed by email.
    #[serde(default)]
    email: Option<String>,
    /// 8 to 128 characters, and not easy to guess.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// An access token and its user.
#[derive(Serialize, ToSchema)]
pub struct Welcome {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// The username.
    user: String,
}

impl Welcome {
    /// The response to a new session.
    #[must_use]
    pub fn new(issued: IssuedToken) -> Self {
        Self { access_token: issued.token.expose().to_owned(), user: issued.user.username }
    }

    pub(super) fn example() -> Self {
        Self { access_token: TOKEN_EXAMPLE.to_owned(), user: "ada".to_owned() }
    }
}

error_responses!(
    RegistrationErrors,
    AppError::Refused(vec![FieldError::UsernameLength, FieldError::PasswordEasy]),
    AppError::from(FieldError::UsernameTaken),
    ApiError::example_of_limit(RateLimit::Attempts),
    ApiError::Unavailable,
);

/// Registers an account.
///
/// An email with a confirmation link is sent, within the rate limit, whether or not the address has an account already.
/// The same username and password can be sent again while the registration waits, also with another address. Where
/// accounts are not confirmed by email, the address is optional, and the new account is active and logged in at once.
#[utoipa::path(
    post,
    path = endpoints::REGISTRATION,
    tag = "registration",
    request_body(content = Registration, example = json!({
        "username": "ada", "email": "ada@example.org", "password": "tin wolf orbit cave",
    })),
    responses(
        (status = 200, description = "The account is active.", body = AccessToken, example = AccessToken::example),
        (
            status = 201, description = "The registration waits for its confirmation.", body = Message,
            example = json!({"message": words::REGISTRATION_RECEIVED}),
        ),
        RegistrationErrors,
    ),
)]
pub async fn register(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<Registration>,
) -> Result<Response, ApiError> {
    let email = typed.email.unwrap_or_default();
    let registered =
        state.services.registration.register(&typed.username, &email, &typed.password, Channel::Bearer, &client).await;
    Ok(match registered.map_err(AppError::from)? {
        Registered::LoggedIn(issued) => AccessToken::new(&issued).into_response(),
        Registered::MailSent => {
            (StatusCode::CREATED, axum::Json(Message::from(words::REGISTRATION_RECEIVED))).into_response()
        }
    })
}

error_responses!(
    ConfirmationErrors,
    ApiError::InvalidRegistrationToken,
    ApiError::MisusedResetToken,
    AppError::from(FieldError::UsernameTaken),
    ApiError::example_of_limit(RateLimit::Attempts),
);

/// Confirms a registration.
///
/// The token is the one from the email. It can be used once. The password of the registration is not asked for.
#[utoipa::path(
    post,
    path = endpoints::FINALIZE,
    tag = "registration",
    responses(
        (status = 200, description = "The account is active.", body = Welcome, example = Welcome::example),
        ConfirmationErrors,
    ),
)]
pub async fn finalize(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    headers: HeaderMap,
) -> Result<axum::Json<Welcome>, ApiError> {
    let token = extract::mail_token(&headers, Purpose::Registration)?;
    let confirmed = state.services.registration.finalize_with_token(token, Channel::Bearer, &client).await;
    let issued = confirmed.map_err(|error| match error {
        ConfirmError::LinkInvalid => ApiError::InvalidRegistrationToken,
        other => AppError::from(other).into(),
    })?;
    Ok(axum::Json(Welcome::new(issued)))
}

/// Confirms a registration by GET.
///
/// Same as POST. Safe from link scanners, which do not send the token's header.
#[utoipa::path(
    get,
    path = endpoints::FINALIZE,
    tag = "registration",
    responses(
        (status = 200, description = "The account is active.", body = Welcome, example = Welcome::example),
        ConfirmationErrors,
    ),
)]
pub async fn finalize_by_get(
    state: State<AppState>,
    client: ClientInfo,
    headers: HeaderMap,
) -> Result<axum::Json<Welcome>, ApiError> {
    finalize(state, client, headers).await
}
