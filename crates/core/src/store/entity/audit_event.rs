//! `audit_events`

use sea_orm::entity::prelude::*;

use crate::kinds::EventKind;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    /// In order of commit, nearly.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Seconds since 1970.
    pub at: i64,
    /// Named as in OWASP's logging vocabulary.
    pub kind: EventKind,
    /// `success` or `failure`.
    pub outcome: String,
    /// Who did it: a `public_id`, or `command` for the command line.
    pub actor_id: Option<String>,
    /// To whose account.
    pub subject_id: Option<String>,
    /// In which session.
    pub session_id: Option<String>,
    /// From where.
    pub ip: String,
    /// With what.
    pub user_agent: String,
    /// In which request; the log has the same.
    pub request_id: String,
    /// A word more, never a secret.
    pub detail: String,
}

/// None is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
