//! `sessions`

use sea_orm::entity::prelude::*;

use crate::kinds::{RevokedReason, TokenKind};

/// A session. What each column is for stands in the design of the token: `ARCHITECTURE.md`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// `sid`: 16 random bytes, base64url.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose it is.
    pub user_id: i64,
    /// Where its tokens belong.
    pub kind: TokenKind,
    /// Whether "keep me signed in" was chosen.
    pub persistent: bool,
    /// How often the token was exchanged.
    pub generation: i64,
    /// The token that is current.
    pub jti: String,
    /// The token that it was exchanged for.
    pub previous_jti: Option<String>,
    /// `iat` of the current token.
    pub issued_at: i64,
    /// When the current token was made.
    pub rotated_at: i64,
    /// The device that it was made for.
    pub rotated_device: String,
    /// The network that it was made for.
    pub rotated_network: String,
    /// Whether the current token was ever used.
    pub confirmed: bool,
    /// When the session began.
    pub created_at: i64,
    /// When the password was last given.
    pub authenticated_at: i64,
    /// `rf_exp`: never moves.
    pub refresh_expires_at: i64,
    /// Moves with use.
    pub idle_expires_at: i64,
    /// Within a minute.
    pub last_seen_at: i64,
    /// From where it was last used.
    pub ip: String,
    /// With what it was last used.
    pub user_agent: String,
    /// When it ended before its time.
    pub revoked_at: Option<i64>,
    /// Why.
    pub revoked_reason: Option<RevokedReason>,
}

/// Ids of tokens are worth nothing without the key, and still are nobody's business.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("user_id", &self.user_id)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// None is declared: the queries join by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
