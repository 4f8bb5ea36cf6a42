//! What an application adds to the login: tables, emails, hooks.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use latchkey_types::SiteCode;
use sea_orm::DatabaseTransaction;
use sea_orm_migration::MigrationTrait;

use crate::mail::texts::MailText;
use crate::service_error::ServiceError;
use crate::store::entity::user;

/// Everything that an application adds; the default adds nothing.
#[derive(Clone)]
pub struct Extension {
    /// Its migrations. They run after those of the login, and are taken back before them.
    pub migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// What happens together with events of accounts.
    pub hooks: Arc<dyn Hooks>,
    /// Its emails.
    pub emails: Arc<dyn Emails>,
    /// The kinds of events that it records, so that administrators can filter by them.
    pub audit_kinds: &'static [SiteCode],
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extension")
    }
}

impl Default for Extension {
    fn default() -> Self {
        Self { migrations: Vec::new, hooks: Arc::new(NoHooks), emails: Arc::new(NoEmails), audit_kinds: &[] }
    }
}

/// An account, as hooks see it.
#[derive(Clone, Copy, Debug)]
pub struct AccountRef<'a> {
    /// `users.id`, for foreign keys; never shown.
    pub id: i64,
    /// `users.public_id`, which names the account outside.
    pub public_id: &'a str,
    /// The name as its owner writes it.
    pub username: &'a str,
}

impl<'a> From<&'a user::Model> for AccountRef<'a> {
    fn from(user: &'a user::Model) -> Self {
        Self { id: user.id, public_id: &user.public_id, username: &user.username }
    }
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountEvent {
    /// It was made: by a confirmed registration, at the command line or by an import.
    AccountCreated,
    /// It is about to be deleted; rows that refer to it by a foreign key with CASCADE go with it.
    AccountDeleted,
    /// Its owner logged in; not for a session that goes on.
    LoggedIn,
}

/// Code of the application that runs inside the transaction of an event.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Called before the transaction commits. An error takes the whole event back: the account is not made, the login fails.
    async fn on_account_event(
        &self,
        tx: &DatabaseTransaction,
        event: AccountEvent,
        account: AccountRef<'_>,
    ) -> Result<(), ServiceError>;
}

/// An email of the application that is due.
#[derive(Clone, Copy, Debug)]
pub struct SiteEmail<'a> {
    /// Which one.
    pub code: &'a SiteCode,
    /// To whom.
    pub recipient: AccountRef<'a>,
    /// What it is about: the id of a row, never a secret.
    pub reference: &'a str,
    /// Where people reach this server, without a slash at the end: links begin with it.
    pub origin: &'a str,
}

/// Writes the emails of the application.
#[async_trait]
pub trait Emails: Send + Sync {
    /// The text of an email; `None` if it is not wanted any more, because what it is about is gone.
    async fn render(&self, tx: &DatabaseTransaction, email: SiteEmail<'_>) -> anyhow::Result<Option<MailText>>;
}

struct NoHooks;

#[async_trait]
impl Hooks for NoHooks {
    async fn on_account_event(
        &self,
        _: &DatabaseTransaction,
        _: AccountEvent,
        _: AccountRef<'_>,
    ) -> Result<(), ServiceError> {
        Ok(())
    }
}

struct NoEmails;

#[async_trait]
impl Emails for NoEmails {
    async fn render(&self, _: &DatabaseTransaction, _: SiteEmail<'_>) -> anyhow::Result<Option<MailText>> {
        Ok(None)
    }
}
