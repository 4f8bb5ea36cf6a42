//! What those who look after accounts do with them.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::session::SessionService;
use super::{Core, Fault};
use crate::domain::{Role, Roles, Username};
use crate::server::client::Client;
use crate::server::store::audit::{self, Event};
use crate::server::store::entity::user;
use crate::server::store::{sessions, users};

/// Why an account was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Nobody is called that.
    #[error("there is no user of that name")]
    Unknown,
    /// Nobody would be left to administer.
    #[error("this is the last active administrator")]
    LastAdmin,
    /// It could not be done.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for AccountError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// A change of what an account may do.
#[derive(Clone, Debug)]
pub enum Change {
    /// It may be used.
    Enable,
    /// It may not; its sessions end.
    Disable,
    /// It has these roles and no other.
    SetRoles(Roles),
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

    /// Every account, by name.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn list(&self) -> Result<Vec<user::Model>, Fault> {
        Ok(users::all(self.core.store.reader()).await?)
    }

    /// Changes what an account may do; in force here at once, elsewhere within a second.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn change(&self, username: &str, change: &Change, client: &Client) -> Result<(), AccountError> {
        let now = self.core.clock.now();
        let changed = self.core.store.write_tx(async |tx| -> Result<user::Model, AccountError> {
            let admins = users::lock_active_admins(tx).await?;
            let user = locked(tx, username).await?;
            let roles = Roles::parse(&user.roles).unwrap_or_default();
            let (is_active, roles, detail) = match change {
                Change::Enable => (true, roles, "enabled".to_owned()),
                Change::Disable => (false, roles, "disabled".to_owned()),
                Change::SetRoles(roles) => (user.is_active, roles.clone(), format!("roles {roles}")),
            };
            let stays_admin = is_active && roles.has(Role::ADMIN);
            if !stays_admin && admins.iter().all(|admin| admin.id == user.id) && !admins.is_empty() {
                return Err(AccountError::LastAdmin);
            }
            users::set_access(tx, user.id, is_active, &roles).await?;
            if !is_active {
                sessions::revoke_all(tx, user.id, now, "deactivated").await?;
            }
            let event = Event { actor: None, subject: Some(&user.public_id), session: None, detail: &detail };
            audit::record(tx, audit::Kind::UserUpdated, event, client, now).await?;
            Ok(user)
        });
        self.session.forget_cached(&changed.await?.public_id);
        Ok(())
    }

    /// Ends every session of an account; how many there were.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn log_out(&self, username: &str, client: &Client) -> Result<u64, AccountError> {
        let now = self.core.clock.now();
        let ended = self.core.store.write_tx(async |tx| -> Result<(user::Model, u64), AccountError> {
            let user = locked(tx, username).await?;
            let count = sessions::revoke_all(tx, user.id, now, "ended by an administrator").await?;
            let detail = format!("{count} sessions");
            let event = Event { actor: None, subject: Some(&user.public_id), session: None, detail: &detail };
            audit::record(tx, audit::Kind::SessionEnded, event, client, now).await?;
            Ok((user, count))
        });
        let (user, count) = ended.await?;
        self.session.forget_cached(&user.public_id);
        Ok(count)
    }
}

async fn locked(tx: &impl ConnectionTrait, username: &str) -> Result<user::Model, AccountError> {
    let username = Username::parse(username).map_err(|_| AccountError::Unknown)?;
    let found = users::by_username(tx, &username).await?.ok_or(AccountError::Unknown)?;
    users::lock(tx, found.id).await?.ok_or(AccountError::Unknown)
}
