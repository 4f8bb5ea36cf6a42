//! Passkeys (WebAuthn): for clients that are browsers or apps of the same domain.

use axum::Json as JsonBody;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::endpoints;
use super::error::ApiError;
use super::error_responses::error_responses;
use super::extract::{Bearer, ClientInfo, Json};
use super::session::AccessToken;
use super::time::Rfc3339;
use crate::AppState;
use latchkey_core::service::session::Channel;
use latchkey_types::{AppError, PasskeySummary, RateLimit};

/// A login by passkey that was begun.
#[derive(Serialize, ToSchema)]
pub struct BegunLogin {
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON`.
    #[schema(value_type = Object)]
    options: Value,
    /// Send it back with the response of the authenticator, within five minutes.
    state: String,
}

error_responses!(BeginErrors, ApiError::NotFound);

/// Begins a login by passkey.
///
/// The options are the same for everybody: the authenticator tells who logs in. 404 if passkeys do not work here, because
/// the server is reached by an IP address.
#[utoipa::path(
    post,
    path = endpoints::LOGIN_PASSKEY_BEGIN,
    tag = "session",
    responses(
        (status = 200, description = "What to ask the authenticator.", body = BegunLogin, example = json!({
            "options": {"challenge": "Lypl1Ma_aCPVFdo6rWsiPg", "rpId": "example.org", "userVerification": "required"},
            "state": "…",
        })),
        BeginErrors,
    ),
)]
pub async fn begin_passkey_login(State(state): State<AppState>) -> Result<JsonBody<BegunLogin>, ApiError> {
    let login = state.services.passkeys.begin_login().map_err(AppError::from)?;
    Ok(JsonBody(BegunLogin { options: parsed(&login.options)?, state: login.state }))
}

/// The response of an authenticator to a login.
#[derive(Deserialize, ToSchema)]
pub struct PasskeyLogin {
    /// The `state` of the begin.
    state: String,
    /// What `PublicKeyCredential.toJSON` returns.
    #[schema(value_type = Object)]
    credential: Value,
}

error_responses!(
    LoginErrors,
    ApiError::PasskeyRejected,
    ApiError::InvalidUser,
    ApiError::NotFound,
    ApiError::example_of_limit(RateLimit::Attempts),
    ApiError::Unavailable,
);

/// Logs in by passkey.
///
/// A passkey verifies its user, so no code is asked for. A response counts once.
#[utoipa::path(
    post,
    path = endpoints::LOGIN_PASSKEY,
    tag = "session",
    request_body(content = PasskeyLogin, example = json!({"state": "…", "credential": {"id": "…", "type": "public-key"}})),
    responses(
        (status = 200, description = "A token.", body = AccessToken, example = AccessToken::example),
        LoginErrors,
    ),
)]
pub async fn log_in_by_passkey(
    State(state): State<AppState>,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<PasskeyLogin>,
) -> Result<AccessToken, ApiError> {
    let credential = typed.credential.to_string();
    let issued = state.services.passkeys.log_in(&typed.state, &credential, Channel::Bearer, &client).await;
    Ok(AccessToken::new(&issued.map_err(AppError::from)?))
}

/// A passkey.
#[derive(Serialize, ToSchema)]
pub struct Passkey {
    id: String,
    /// What its owner calls it.
    name: String,
    created_at: Rfc3339,
    last_used_at: Option<Rfc3339>,
}

impl From<PasskeySummary> for Passkey {
    fn from(passkey: PasskeySummary) -> Self {
        let PasskeySummary { id, name, created_at, last_used_at } = passkey;
        Self { id, name, created_at: created_at.into(), last_used_at: last_used_at.map(Rfc3339::from) }
    }
}

impl Passkey {
    fn example() -> Self {
        let (id, name) = ("pSqXHhCxtO-OTB7InuYQuQ".to_owned(), "My phone".to_owned());
        Self { id, name, created_at: 1_795_521_600.into(), last_used_at: None }
    }
}

/// The passkeys of an account.
#[derive(Serialize, ToSchema)]
pub struct Passkeys {
    passkeys: Vec<Passkey>,
}

/// Lists the passkeys.
#[utoipa::path(
    get,
    path = endpoints::PASSKEYS,
    tag = "me",
    responses((status = 200, description = "The passkeys, oldest first.", body = Passkeys, example = json!({
        "passkeys": [Passkey::example()],
    }))),
)]
pub async fn list_passkeys(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
) -> Result<JsonBody<Passkeys>, ApiError> {
    let passkeys = state.services.passkeys.list(&auth).await?;
    Ok(JsonBody(Passkeys { passkeys: passkeys.into_iter().map(Passkey::from).collect() }))
}

/// A registration of a passkey that was begun.
#[derive(Serialize, ToSchema)]
pub struct BegunRegistration {
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON`.
    #[schema(value_type = Object)]
    options: Value,
}

error_responses!(BeginRegistrationErrors, ApiError::ReauthenticationRequired, ApiError::Malformed, ApiError::NotFound);

/// Begins to register a passkey.
///
/// It can be finished within five minutes. 400 if the account has 20 passkeys.
#[utoipa::path(
    post,
    path = endpoints::PASSKEYS_BEGIN,
    tag = "me",
    responses(
        (status = 200, description = "What to ask the authenticator.", body = BegunRegistration, example = json!({
            "options": {"challenge": "Lypl1Ma_aCPVFdo6rWsiPg", "rp": {"id": "example.org", "name": "Example"}},
        })),
        BeginRegistrationErrors,
    ),
)]
pub async fn begin_passkey(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
) -> Result<JsonBody<BegunRegistration>, ApiError> {
    let options = state.services.passkeys.begin_registration(&auth).await.map_err(AppError::from)?;
    Ok(JsonBody(BegunRegistration { options: parsed(&options)? }))
}

/// The response of an authenticator to a registration.
#[derive(Deserialize, ToSchema)]
pub struct NewPasskey {
    /// What its owner calls it; without one, the device of the client.
    #[serde(default)]
    name: String,
    /// What `PublicKeyCredential.toJSON` returns.
    #[schema(value_type = Object)]
    credential: Value,
}

error_responses!(
    RegistrationErrors,
    ApiError::PasskeyRejected,
    ApiError::ReauthenticationRequired,
    ApiError::Malformed,
    ApiError::NotFound,
);

/// Registers a passkey.
#[utoipa::path(
    post,
    path = endpoints::PASSKEYS,
    tag = "me",
    request_body(content = NewPasskey, example = json!({"name": "My phone", "credential": {"id": "…", "type": "public-key"}})),
    responses(
        (status = 201, description = "The passkey.", body = Passkey, example = Passkey::example),
        RegistrationErrors,
    ),
)]
pub async fn add_passkey(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
    ClientInfo(client): ClientInfo,
    Json(typed): Json<NewPasskey>,
) -> Result<Response, ApiError> {
    let credential = typed.credential.to_string();
    let added = state.services.passkeys.register(&auth, &typed.name, &credential, &client).await;
    Ok((StatusCode::CREATED, JsonBody(Passkey::from(added.map_err(AppError::from)?))).into_response())
}

error_responses!(RemoveErrors, ApiError::ReauthenticationRequired, ApiError::NotFound);

/// Removes a passkey.
#[utoipa::path(
    delete,
    path = endpoints::PASSKEY,
    tag = "me",
    params(("id" = String, Path, description = "The id of the passkey.", example = "pSqXHhCxtO-OTB7InuYQuQ")),
    responses((status = 204, description = "It is not accepted any more."), RemoveErrors),
)]
pub async fn remove_passkey(
    State(state): State<AppState>,
    Bearer(auth): Bearer,
    ClientInfo(client): ClientInfo,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.services.passkeys.remove(&auth, &id, &client).await.map_err(AppError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

fn parsed(options: &str) -> Result<Value, ApiError> {
    serde_json::from_str(options).map_err(|_| ApiError::Internal)
}
