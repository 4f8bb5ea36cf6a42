//! `outbox`

use sea_orm::entity::prelude::*;

use crate::kinds::Template;

/// A mail that is due, was sent, or was given up.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// In order of writing.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Which mail.
    pub template: Template,
    /// Which email of the application.
    pub site_code: Option<String>,
    /// What an email of the application is about: the id of a row.
    pub reference: Option<String>,
    /// About which account.
    pub user_id: Option<i64>,
    /// About which registration.
    pub registration_id: Option<i64>,
    /// About which change of address.
    pub email_change_id: Option<i64>,
    /// About which session.
    pub session_id: Option<String>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// When to try next; nothing once it is sent or given up.
    pub due_at: Option<i64>,
    /// How often it was tried, the try that is going on included.
    pub attempts: i32,
    /// Until when it is left to who claimed it.
    pub claimed_until: Option<i64>,
    /// Who claimed it.
    pub claimed_by: Option<String>,
    /// When it was handed over, or was found to be wanted no more.
    pub sent_at: Option<i64>,
    /// When it was given up.
    pub failed_at: Option<i64>,
}

/// None is declared: what a mail speaks of may be gone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
