//! The table `login_challenges`.

use sea_orm::entity::prelude::*;

use crate::kinds::TokenKind;

/// A login whose password was right, and which waits for the second factor.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_challenges")]
pub struct Model {
    /// SHA-256 of the challenge, in hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub user_id: i64,
    /// Where the session will be used: a challenge of a page is refused in the API, and the other way round.
    pub kind: TokenKind,
    /// Whether the session will outlive the browser.
    pub persistent: bool,
    /// Number of codes that were tried.
    pub attempts: i32,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
