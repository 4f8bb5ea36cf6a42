//! The table `sessions`.

use sea_orm::entity::prelude::*;

use crate::kinds::{RevokedReason, TokenKind};

/// A session. `ARCHITECTURE.md` explains how its columns are used for token rotation.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// `sid`: 16 random bytes, base64url.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: i64,
    /// Where its tokens are accepted.
    pub kind: TokenKind,
    /// Whether "Keep me signed in" was chosen.
    pub persistent: bool,
    /// How often the token was rotated.
    pub generation: i64,
    /// `jti` of the current token.
    pub jti: String,
    /// `jti` of the previous token.
    pub previous_jti: Option<String>,
    /// `iat` of the current token.
    pub issued_at: i64,
    /// When the current token was created.
    pub rotated_at: i64,
    /// The device that the current token was created for.
    pub rotated_device: String,
    /// The network that the current token was created for.
    pub rotated_network: String,
    /// Whether the current token has been used.
    pub confirmed: bool,
    pub created_at: i64,
    /// When the password was last entered.
    pub authenticated_at: i64,
    /// `rf_exp`; never changes.
    pub refresh_expires_at: i64,
    /// Extended when the session is used.
    pub idle_expires_at: i64,
    /// Accurate to a minute.
    pub last_seen_at: i64,
    /// IP address of the last use.
    pub ip: String,
    /// User agent of the last use.
    pub user_agent: String,
    pub revoked_at: Option<i64>,
    pub revoked_reason: Option<RevokedReason>,
}

/// Hides the ids of tokens. They are worthless without the key, but do not belong in logs.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("user_id", &self.user_id)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
