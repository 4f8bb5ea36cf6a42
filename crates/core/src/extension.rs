//! Extension points for an application: migrations, account hooks, emails and audit kinds.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use latchkey_types::SiteCode;
use sea_orm::DatabaseTransaction;
use sea_orm_migration::MigrationTrait;

use crate::mail::texts::MailText;
use crate::service_error::ServiceError;
use crate::store::entity::user;

/// Everything that an application adds to the login. The default adds nothing.
#[derive(Clone)]
pub struct Extension {
    /// Migrations of the application. They run after those of the login, and are rolled back before them.
    pub migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// Code that runs in the transaction of an account event.
    pub hooks: Arc<dyn Hooks>,
    /// Renders the emails of the application.
    pub emails: Arc<dyn Emails>,
    /// Audit kinds that the application records, so that administrators can filter by them.
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

/// An account, as hooks and emails receive it.
#[derive(Clone, Copy, Debug)]
pub struct AccountRef<'a> {
    /// `users.id`, for foreign keys; never shown.
    pub id: i64,
    /// `users.public_id`, which identifies the account in URLs, tokens and the API.
    pub public_id: &'a str,
    /// The username in its original case.
    pub username: &'a str,
}

impl<'a> From<&'a user::Model> for AccountRef<'a> {
    fn from(user: &'a user::Model) -> Self {
        Self { id: user.id, public_id: &user.public_id, username: &user.username }
    }
}

/// An event of an account, see [`Hooks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountEvent {
    /// The account was created: by a registration, at the command line or by an import.
    AccountCreated,
    /// The account is about to be deleted. Rows that reference it with `ON DELETE CASCADE` are deleted with it.
    AccountDeleted,
    /// The user logged in. Not called when a session is refreshed or replaced.
    LoggedIn,
}

/// Code of the application that runs in the transaction of an account event.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Called before the transaction commits. An error rolls it back: the account is not created, the login fails.
    async fn on_account_event(
        &self,
        tx: &DatabaseTransaction,
        event: AccountEvent,
        account: AccountRef<'_>,
    ) -> Result<(), ServiceError>;
}

/// An email of the application that is due for delivery.
#[derive(Clone, Copy, Debug)]
pub struct SiteEmail<'a> {
    /// The code that it was queued with.
    pub code: &'a SiteCode,
    /// The account that receives it.
    pub recipient: AccountRef<'a>,
    /// The id of the row that it is about; never a secret.
    pub reference: &'a str,
    /// The public origin of this server, without a trailing slash, to build links.
    pub origin: &'a str,
}

/// Renders the emails of the application.
#[async_trait]
pub trait Emails: Send + Sync {
    /// Returns the text of an email, or `None` to skip it because its subject no longer exists.
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
