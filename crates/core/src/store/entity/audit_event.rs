//! The table `audit_events`.

use sea_orm::entity::prelude::*;

use crate::kinds::EventKind;

/// An audit event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    /// Roughly in commit order.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Unix time in seconds; of the first event, if there are several.
    pub at: i64,
    /// Named after the OWASP logging vocabulary where it has a term.
    pub kind: EventKind,
    /// `success` or `failure`.
    pub outcome: String,
    /// `public_id` of the account that caused the event, or `command` for the command line.
    pub actor_id: Option<String>,
    /// `public_id` of the affected account.
    pub subject_id: Option<String>,
    pub session_id: Option<String>,
    /// Empty for the command line.
    pub ip: String,
    pub user_agent: String,
    /// The same as in the log.
    pub request_id: String,
    /// Never a secret.
    pub detail: String,
    /// The number of events in this row.
    pub count: i64,
    /// With `slot`, the unique key of a row that counts events; null in other rows.
    pub bucket: Option<String>,
    pub slot: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
