//! `form_drafts`

use sea_orm::entity::prelude::*;

/// What was typed into a rejected form and is too long for a cookie, kept until the form is shown again.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_drafts")]
pub struct Model {
    /// SHA-256 of the key in the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// Names and values as JSON; never a secret.
    pub fields: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// Not what was typed.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormDraft").finish_non_exhaustive()
    }
}

/// None is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
