//! Name and password against a session.

use super::{Denial, Entry, Fault, SessionService, SignedIn};
use crate::domain::{EmailAddress, Password, Username};
use crate::server::client::Client;
use crate::server::security::password_hash::{HashError, Verdict};
use crate::server::store::audit::{self, Event};
use crate::server::store::entity::user;
use crate::server::store::users;

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown name or wrong password: one variant, so that no door can tell them apart.
    #[error("credentials rejected")]
    Rejected,
    /// The password is right and the account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<HashError> for LoginError {
    fn from(error: HashError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<sea_orm::DbErr> for LoginError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl SessionService {
    /// Logs in by name or address.
    ///
    /// # Errors
    /// [`LoginError`]; an unknown name costs what a wrong password costs.
    pub async fn log_in(
        &self,
        name_or_email: &str,
        password: &Password,
        entry: Entry<'_>,
        client: &Client,
    ) -> Result<SignedIn, LoginError> {
        // Longer than any password: refused for every account alike, before anything is looked up or hashed.
        if password.is_too_long() {
            return Err(LoginError::Rejected);
        }
        let found = self.find(name_or_email).await?;
        let verdict = self.core.hasher.verify(password, found.as_ref().map(|user| user.password.as_str())).await?;
        let (Some(user), Verdict::Right { replacement }) = (found.as_ref(), verdict) else {
            self.note_failure(found.as_ref(), "wrong name or password", client).await?;
            return Err(LoginError::Rejected);
        };
        if !user.is_active {
            self.note_failure(Some(user), "deactivated", client).await?;
            return Err(LoginError::Deactivated);
        }
        self.begin_for(user, replacement, entry, client).await
    }

    async fn find(&self, name_or_email: &str) -> Result<Option<user::Model>, Fault> {
        let db = self.core.store.reader();
        if let Ok(username) = Username::parse(name_or_email) {
            return Ok(users::by_username(db, &username).await?);
        }
        match EmailAddress::parse(name_or_email) {
            Ok(email) => Ok(users::by_email(db, &email).await?),
            Err(_) => Ok(None),
        }
    }

    async fn begin_for(
        &self,
        user: &user::Model,
        replacement: Option<String>,
        entry: Entry<'_>,
        client: &Client,
    ) -> Result<SignedIn, LoginError> {
        let now = self.core.clock.now();
        let superseded = self.superseded(entry);
        let begun = self.core.store.write_tx(async |tx| {
            // The password may have been changed or the account deactivated while the hash was compared.
            let unchanged =
                users::lock(tx, user.id).await?.filter(|locked| locked.password == user.password && locked.is_active);
            let Some(locked) = unchanged else { return Err(LoginError::Rejected) };
            if let Some(hash) = &replacement {
                users::replace_hash(tx, user.id, &user.password, hash).await?;
            }
            users::set_last_login(tx, user.id, now).await?;
            let event = Event { actor: Some(&user.public_id), subject: Some(&user.public_id), ..Event::default() };
            audit::record(tx, audit::Kind::LoginSuccess, event, client, now).await?;
            Ok(self.begin(tx, &locked, entry, superseded.as_ref(), client).await?)
        });
        let signed_in = begun.await?;
        self.bury_superseded(superseded.as_ref());
        Ok(signed_in)
    }

    async fn note_failure(&self, user: Option<&user::Model>, why: &str, client: &Client) -> Result<(), Fault> {
        let event = Event { subject: user.map(|user| user.public_id.as_str()), detail: why, ..Event::default() };
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| Ok(audit::record(tx, audit::Kind::LoginFail, event, client, now).await?))
            .await
    }
}

impl From<Denial> for LoginError {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Fault(fault) => Self::Fault(fault),
            _ => Self::Rejected,
        }
    }
}
