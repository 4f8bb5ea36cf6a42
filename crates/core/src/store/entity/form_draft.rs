//! The table `form_drafts`.

use sea_orm::entity::prelude::*;

/// Values of a rejected form that are too long for a cookie, stored until the form is shown again.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_drafts")]
pub struct Model {
    /// SHA-256 of the key in the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// Names and values as JSON; never a secret.
    pub fields: String,
    pub expires_at: i64,
}

/// Hides the values.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormDraft").finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
