//! The application and the current user.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::endpoints;
use super::extract::Bearer;
use super::texts;
use super::time::Rfc3339;
use crate::AppState;
use latchkey_types::{Product, Roles};

/// The running application.
#[derive(Serialize, ToSchema)]
pub struct About {
    name: &'static str,
    version: &'static str,
    /// Always `running`.
    status: &'static str,
}

impl About {
    fn example() -> Self {
        Self { name: "Example", version: "1.0.0", status: "running" }
    }
}

/// Returns the name and version of the application.
#[utoipa::path(
    get,
    path = endpoints::ROOT,
    tag = "about",
    responses((status = 200, description = "The application is running.", body = About, example = About::example)),
)]
pub async fn about(State(state): State<AppState>) -> Json<About> {
    let Product { name, version, .. } = state.config.product;
    Json(About { name, version, status: "running" })
}

/// The same with a trailing slash.
#[utoipa::path(
    get,
    path = endpoints::ROOT_SLASH,
    tag = "about",
    responses((status = 200, description = "The application is running.", body = About, example = About::example)),
)]
pub async fn about_with_slash(state: State<AppState>) -> Json<About> {
    about(state).await
}

/// A text for people.
#[derive(Serialize, ToSchema)]
pub struct Message {
    message: String,
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self { message: text.to_owned() }
    }
}

/// Answers authenticated users only.
#[utoipa::path(
    get,
    path = endpoints::PROTECTED,
    tag = "me",
    responses((
        status = 200, description = "The token gives access.", body = Message,
        example = json!({"message": texts::protected("ada")}),
    )),
)]
pub async fn protected(Bearer(auth): Bearer) -> Json<Message> {
    Json(Message { message: texts::protected(&auth.current_user().username) })
}

/// The account and the session of a token.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Never changes.
    id: String,
    username: String,
    email: Option<String>,
    #[schema(value_type = Vec<String>)]
    roles: Roles,
    session: Session,
}

/// The session of a token.
#[derive(Serialize, ToSchema)]
struct Session {
    id: String,
    created_at: Rfc3339,
    /// Expiry of the access token.
    expires_at: Rfc3339,
    /// The token can be refreshed until then.
    refresh_expires_at: Rfc3339,
}

/// Returns the account and the session of the token.
///
/// Times are in UTC.
#[utoipa::path(
    get,
    path = endpoints::ME,
    tag = "me",
    responses((status = 200, description = "The account and the session.", body = Me, example = json!({
        "id": "q6Yd1v0m3oX5cJ9rT2bWkA", "username": "ada", "email": "ada@example.org", "roles": ["user"],
        "session": {
            "id": "2mVb8Qx0Tn6zKc4RjY1hLw", "created_at": "2026-11-24T12:00:00Z", "expires_at": "2026-11-24T12:15:00Z",
            "refresh_expires_at": "2026-12-24T12:00:00Z",
        },
    }))),
)]
pub async fn me(Bearer(auth): Bearer) -> Json<Me> {
    let user = auth.current_user();
    Json(Me {
        id: user.id,
        username: user.username,
        email: auth.email().map(str::to_owned),
        roles: user.roles,
        session: Session {
            id: auth.session_id().to_owned(),
            created_at: Rfc3339::from(auth.session_created_at()),
            expires_at: Rfc3339::from(user.access_expires_at),
            refresh_expires_at: Rfc3339::from(user.refresh_expires_at),
        },
    })
}
