//! What this is, and who asks.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Bearer;
use super::texts;
use super::time::Rfc3339;
use crate::AppState;
use latchkey_types::{Product, Roles};

/// What this is.
#[derive(Serialize, ToSchema)]
pub struct About {
    /// What it is called.
    name: &'static str,
    /// Which release.
    version: &'static str,
    /// `running`.
    status: &'static str,
}

/// Says that it runs.
pub async fn about(State(state): State<AppState>) -> Json<About> {
    let Product { name, version, .. } = state.config.product;
    Json(About { name, version, status: "running" })
}

/// Something to read.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// For people.
    message: String,
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self { message: text.to_owned() }
    }
}

/// What only who is logged in may read.
pub async fn protected(Bearer(visitor): Bearer) -> Json<Message> {
    Json(Message { message: texts::protected(&visitor.current_user().username) })
}

/// The account of a token.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Constant, whatever else of the account changes.
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
    /// The token gives access until then.
    expires_at: Rfc3339,
    /// The token can be exchanged until then.
    refresh_expires_at: Rfc3339,
}

/// Whose token it is, and how long it is good for.
pub async fn me(Bearer(visitor): Bearer) -> Json<Me> {
    let user = visitor.current_user();
    Json(Me {
        id: user.id,
        username: user.username,
        email: visitor.email().map(str::to_owned),
        roles: user.roles,
        session: Session {
            id: visitor.session_id().to_owned(),
            created_at: Rfc3339::from(visitor.session_created_at()),
            expires_at: Rfc3339::from(user.access_expires_at),
            refresh_expires_at: Rfc3339::from(user.refresh_expires_at),
        },
    })
}
