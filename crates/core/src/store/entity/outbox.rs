//! The table `outbox`.

use sea_orm::entity::prelude::*;

use crate::kinds::Template;

/// A queued, sent or given-up email.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub template: Template,
    /// The email of the application, for `Template::Site`.
    pub site_code: Option<String>,
    /// The id of the row that an email of the application is about.
    pub reference: Option<String>,
    pub user_id: Option<i64>,
    pub registration_id: Option<i64>,
    pub email_change_id: Option<i64>,
    pub session_id: Option<String>,
    pub created_at: i64,
    /// When to try next; `None` once the email was sent or given up.
    pub due_at: Option<i64>,
    /// Number of attempts, including the current one.
    pub attempts: i32,
    /// When the claim of the worker expires.
    pub claimed_until: Option<i64>,
    /// The worker that has claimed the email.
    pub claimed_by: Option<String>,
    /// When the email was sent or skipped.
    pub sent_at: Option<i64>,
    /// When the email was given up.
    pub failed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
