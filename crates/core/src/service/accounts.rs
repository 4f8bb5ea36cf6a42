//! What those who look after accounts do with them.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::session::{AuthSession, NotFresh, SessionService};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{sessions, users};
use latchkey_types::{EventActor, Role, Roles, UserSummary, Username};

mod page;

pub use page::{PAGE_MAX, Page};

/// Why an account was left as it was, or none was shown.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Nobody is called that.
    #[error("there is no user of that name")]
    Unknown,
    /// Nobody would be left to administer.
    #[error("this is the last active administrator")]
    LastAdmin,
    /// Whoever asks does not administer any more.
    #[error("only an active administrator may do this")]
    NotAdmin,
    /// The password must be given again.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// Not what an earlier page gave as its `next`.
    #[error("there is no such page")]
    NoSuchPage,
    /// It could not be done.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(AccountError: DbErr);

/// Which account.
#[derive(Clone, Copy, Debug)]
pub enum Account<'a> {
    /// The one of this name, in whatever case.
    Name(&'a str),
    /// The one with this `public_id`.
    Id(&'a str),
}

/// On whose behalf an account is changed.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// The operator, at the command line of the server.
    CommandLine,
    /// An administrator, who gave the password within the last ten minutes.
    Administrator(&'a AuthSession),
}

impl Actor<'_> {
    /// What the audit calls them.
    fn id(&self) -> &str {
        match self {
            Self::CommandLine => EventActor::COMMAND_LINE,
            Self::Administrator(auth) => auth.user_id(),
        }
    }

    /// An administrator's password must be fresh, whichever way they came (ASVS 7.5.1).
    fn require_fresh(&self, now: i64) -> Result<(), NotFresh> {
        match self {
            Self::CommandLine => Ok(()),
            Self::Administrator(auth) => auth.require_fresh(now),
        }
    }
}

/// A change of what an account may do; what is nothing stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whether it may be used. If not, its sessions end.
    pub is_active: Option<bool>,
    /// It has these roles and no other.
    pub roles: Option<Roles>,
}

/// Looks after accounts.
#[derive(Clone, Debug)]
pub struct AccountService {
    core: Arc<Core>,
    session: SessionService,
}

impl AccountService {
    /// Over a core.
    #[must_use]
    pub fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Changes what an account may do, and says what it is now; in force here at once, elsewhere within a second.
    ///
    /// # Errors
    /// [`AccountError`].
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

    /// Ends every session of an account; how many there were.
    ///
    /// # Errors
    /// [`AccountError`].
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
}

/// The active administrators, held until the transaction ends, with `actor` among them. Asked here once more: between
/// the door and this lock somebody may have taken the role away, and it must not be given back by who lost it.
async fn admins_with(tx: &impl ConnectionTrait, actor: Actor<'_>) -> Result<Vec<user::Model>, AccountError> {
    let admins = users::lock_active_admins(tx).await?;
    let may = match actor {
        Actor::CommandLine => true,
        Actor::Administrator(auth) => admins.iter().any(|admin| admin.public_id == auth.user_id()),
    };
    if may { Ok(admins) } else { Err(AccountError::NotAdmin) }
}

/// Ends every session of an account, and records it if there was one.
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
        // What is no id, such as a NUL, never gets to the database.
        Account::Id(_) => None,
    };
    users::lock(tx, found.ok_or(AccountError::Unknown)?.id).await?.ok_or(AccountError::Unknown)
}

fn listed(user: user::Model) -> UserSummary {
    UserSummary {
        // What no longer parses gives nothing.
        roles: Roles::parse(&user.roles).unwrap_or_default(),
        id: user.public_id,
        username: user.username,
        email: user.email,
        is_active: user.is_active,
        created_at: user.created_at,
        last_login_at: user.last_login_at,
    }
}
