//! Deletion of an account by its owner.

use sea_orm::DbErr;

use super::OwnAccountService;
use crate::client::Client;
use crate::extension::AccountEvent;
use crate::service::ServiceError;
use crate::service::session::{AuthSession, VerifyPasswordError};
use crate::store::audit::{self, Event};
use crate::store::users;
use latchkey_types::Password;

/// Why an account was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeletionError {
    /// The password was not verified.
    #[error(transparent)]
    Verify(#[from] VerifyPasswordError),
    /// The deletion would leave no active administrator.
    #[error("this is the last active administrator; make another user an administrator first")]
    LastAdmin,
}

impl From<DbErr> for DeletionError {
    fn from(error: DbErr) -> Self {
        Self::Verify(ServiceError::from(error).into())
    }
}

impl OwnAccountService {
    /// Deletes the user's account with all its data. Audit events keep the id, which no longer identifies anyone.
    pub async fn delete(&self, auth: &AuthSession, password: &Password, client: &Client) -> Result<(), DeletionError> {
        let verified = self.session.verify_password(auth, password, client).await?;
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), DeletionError> {
                let admins = users::lock_active_admins(tx).await?;
                let user = verified.lock(tx).await?;
                if admins.iter().all(|admin| admin.id == user.id) && !admins.is_empty() {
                    return Err(DeletionError::LastAdmin);
                }
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, ..Event::default() };
                audit::record(tx, audit::Kind::UserDeleted, event, client, now).await?;
                self.core.fire(tx, AccountEvent::AccountDeleted, &user).await.map_err(VerifyPasswordError::from)?;
                // The foreign keys delete sessions and other dependent rows.
                Ok(users::delete(tx, user.id).await?)
            })
            .await?;
        self.session.invalidate_user(&auth.user().public_id);
        Ok(())
    }
}
