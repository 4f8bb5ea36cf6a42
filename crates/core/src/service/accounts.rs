//! Account administration: activation, roles, ending sessions, listing.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::session::{AuthSession, NotFresh, SessionService};
use super::{Core, ServiceError, second_factor};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{self, mail_tokens, outbox, sessions, users};
use latchkey_types::{EventActor, Role, Roles, SessionSummary, UserSummary, Username};

mod page;

pub use page::{PAGE_MAX, Page, Search};

/// Why an account was not changed or listed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No account has this name or id.
    #[error("there is no user with this name")]
    Unknown,
    /// The change would leave no active administrator.
    #[error("this is the last active administrator; make another user an administrator first")]
    LastAdmin,
    /// The actor is no longer an active administrator.
    #[error("only an active administrator may do this")]
    NotAdmin,
    /// The password must be entered again.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The account has no second factor.
    #[error("this account has no second factor")]
    NoSecondFactor,
    /// The cursor is not one that an earlier page returned as `next`.
    #[error("the cursor is not from an earlier page")]
    NoSuchPage,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(AccountError: DbErr);

/// Identifies an account.
#[derive(Clone, Copy, Debug)]
pub enum Account<'a> {
    /// By username, regardless of case.
    Name(&'a str),
    /// By `public_id`.
    Id(&'a str),
}

/// Who changes an account.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// The operator at the command line of the server.
    CommandLine,
    /// An administrator, who must have entered the password within the last ten minutes.
    Administrator(&'a AuthSession),
}

impl Actor<'_> {
    /// The actor id in audit events.
    fn id(&self) -> &str {
        match self {
            Self::CommandLine => EventActor::COMMAND_LINE,
            Self::Administrator(auth) => auth.user_id(),
        }
    }

    /// Administrators must have entered their password recently, on pages and in the API (ASVS 7.5.1).
    fn require_fresh(&self, now: i64) -> Result<(), NotFresh> {
        match self {
            Self::CommandLine => Ok(()),
            Self::Administrator(auth) => auth.require_fresh(now),
        }
    }
}

/// A change of activation and roles. `None` leaves a value unchanged.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whether the account can be used. Deactivation ends its sessions.
    pub is_active: Option<bool>,
    /// The new roles; they replace all current ones.
    pub roles: Option<Roles>,
}

/// Account administration.
#[derive(Clone, Debug)]
pub struct AccountService {
    core: Arc<Core>,
    session: SessionService,
}

impl AccountService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// An account and its live sessions, most recently used first.
    pub async fn one(&self, id: &str) -> Result<(UserSummary, Vec<SessionSummary>), AccountError> {
        if !random::is_id(id) {
            return Err(AccountError::Unknown);
        }
        let db = self.core.store.reader();
        let user = users::by_public_id(db, id).await?.ok_or(AccountError::Unknown)?;
        let sessions = self.session.list_of(user.id, None).await?;
        Ok((listed(user), sessions))
    }

    /// Changes activation and roles of an account. Effective on this node at once, on others within a second.
    pub async fn change(
        &self,
        account: Account<'_>,
        change: Change,
        actor: Actor<'_>,
        client: &Client,
    ) -> Result<UserSummary, AccountError> {
        let now = self.core.clock.now();
        actor.require_fresh(now)?;
        let changed = self
            .core
            .store
            .write_tx(async |tx| -> Result<user::Model, AccountError> {
                let admins = admins_with(tx, actor).await?;
                let before = locked(tx, account).await?;
                let mut after = before.clone();
                after.is_active = change.is_active.unwrap_or(before.is_active);
                let roles_before = Roles::parse(&before.roles).unwrap_or_default();
                let roles = change.roles.unwrap_or_else(|| roles_before.clone());
                after.roles = roles.to_string();
                let is_admin = |admin: &user::Model| admin.id == before.id;
                let stays_admin = after.is_active && roles.has(Role::ADMIN);
                if !stays_admin && !admins.is_empty() && admins.iter().all(is_admin) {
                    return Err(AccountError::LastAdmin);
                }
                users::set_access(tx, after.id, after.is_active, &roles).await?;
                let event = Event { actor: Some(actor.id()), subject: Some(&after.public_id), ..Event::default() };
                if roles != roles_before {
                    let detail = format!("from {roles_before} to {roles}");
                    audit::record(tx, audit::Kind::AuthzChange, Event { detail: &detail, ..event }, client, now)
                        .await?;
                }
                if change.is_active == Some(true) {
                    self.core.throttle.forget(tx, &after).await?;
                    self.core.throttle.forget_codes(tx, &after).await?;
                }
                if after.is_active != before.is_active {
                    let detail = if after.is_active { "activated" } else { "deactivated" };
                    audit::record(tx, audit::Kind::UserUpdated, Event { detail, ..event }, client, now).await?;
                }
                if !after.is_active {
                    end_sessions(tx, &after, RevokedReason::Deactivated, event, client, now).await?;
                }
                Ok(after)
            })
            .await?;
        self.session.invalidate_user(&changed.public_id);
        Ok(listed(changed))
    }

    /// Ends all sessions of an account and returns their number.
    pub async fn log_out(&self, account: Account<'_>, actor: Actor<'_>, client: &Client) -> Result<u64, AccountError> {
        let now = self.core.clock.now();
        actor.require_fresh(now)?;
        let (user, count) = self
            .core
            .store
            .write_tx(async |tx| -> Result<(user::Model, u64), AccountError> {
                admins_with(tx, actor).await?;
                let user = locked(tx, account).await?;
                let event = Event { actor: Some(actor.id()), subject: Some(&user.public_id), ..Event::default() };
                let count = end_sessions(tx, &user, RevokedReason::EndedByAdministrator, event, client, now).await?;
                Ok((user, count))
            })
            .await?;
        self.session.invalidate_user(&user.public_id);
        Ok(count)
    }

    /// Turns the second factor of an account off and deletes its passkeys, for an owner who has lost them. The owner gets an email.
    pub async fn remove_second_factor(
        &self,
        account: Account<'_>,
        actor: Actor<'_>,
        client: &Client,
    ) -> Result<(), AccountError> {
        let now = self.core.clock.now();
        actor.require_fresh(now)?;
        let user = self
            .core
            .store
            .write_tx(async |tx| -> Result<user::Model, AccountError> {
                admins_with(tx, actor).await?;
                let user = locked(tx, account).await?;
                self.core.throttle.forget_codes(tx, &user).await?;
                let passkeys = store::passkeys::delete_of_user(tx, user.id).await?;
                let was_on = second_factor::remove_of(tx, &user, actor.id(), passkeys > 0, client, now).await?;
                if was_on { Ok(user) } else { Err(AccountError::NoSecondFactor) }
            })
            .await?;
        self.session.invalidate_user(&user.public_id);
        Ok(())
    }

    /// Ends the sessions of all accounts, and makes all links in emails invalid. A restored backup has sessions and links
    /// that were ended or used after it was made.
    pub async fn end_all_sessions(&self, client: &Client) -> Result<Ended, ServiceError> {
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx_unlimited(async |tx| {
                let ended = Ended {
                    sessions: sessions::revoke_of_all(tx, now, RevokedReason::EndedByAdministrator).await?,
                    links: mail_tokens::delete_all(tx).await?,
                };
                outbox::delete_all_resets(tx).await?;
                store::second_factor::delete_all_challenges(tx).await?;
                store::trusted_devices::delete_all(tx).await?;
                let detail = format!("all accounts: {} sessions, {} links", ended.sessions, ended.links);
                let event = Event { actor: Some(EventActor::COMMAND_LINE), detail: &detail, ..Event::default() };
                audit::record(tx, audit::Kind::SessionEnded, event, client, now).await?;
                Ok(ended)
            })
            .await
    }
}

/// What [`AccountService::end_all_sessions`] has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The number of sessions.
    pub sessions: u64,
    /// The number of links in emails.
    pub links: u64,
}

/// Locks the active administrators until the transaction ends, and checks that `actor` is one of them. This repeats the
/// check at the edge: the role may have been removed since, and someone who lost it must not be able to restore it.
async fn admins_with(tx: &impl ConnectionTrait, actor: Actor<'_>) -> Result<Vec<user::Model>, AccountError> {
    let admins = users::lock_active_admins(tx).await?;
    let may = match actor {
        Actor::CommandLine => true,
        Actor::Administrator(auth) => admins.iter().any(|admin| admin.public_id == auth.user_id()),
    };
    if may { Ok(admins) } else { Err(AccountError::NotAdmin) }
}

/// Ends all sessions of an account, and records an event if there were any.
async fn end_sessions(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    reason: RevokedReason,
    event: Event<'_>,
    client: &Client,
    now: i64,
) -> Result<u64, AccountError> {
    let count = sessions::revoke_all(tx, user.id, now, reason).await?;
    if count > 0 {
        let detail = format!("{reason}: {count} sessions");
        audit::record(tx, audit::Kind::SessionEnded, Event { detail: &detail, ..event }, client, now).await?;
    }
    Ok(count)
}

async fn locked(tx: &impl ConnectionTrait, account: Account<'_>) -> Result<user::Model, AccountError> {
    let found = match account {
        Account::Name(name) => {
            let username = Username::parse(name).map_err(|_| AccountError::Unknown)?;
            users::by_username(tx, &username).await?
        }
        Account::Id(id) if random::is_id(id) => users::by_public_id(tx, id).await?,
        // Invalid ids, such as one with a NUL character, never reach the database.
        Account::Id(_) => None,
    };
    users::lock(tx, found.ok_or(AccountError::Unknown)?.id).await?.ok_or(AccountError::Unknown)
}

fn listed(user: user::Model) -> UserSummary {
    UserSummary {
        // Roles that do not parse grant nothing.
        roles: Roles::parse(&user.roles).unwrap_or_default(),
        id: user.public_id,
        username: user.username,
        email: user.email,
        is_active: user.is_active,
        has_second_factor: user.second_factor_at.is_some(),
        created_at: user.created_at,
        last_login_at: user.last_login_at,
    }
}
