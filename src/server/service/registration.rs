//! How an account begins.

use std::sync::Arc;

use super::session::{Entry, SessionService, SignedIn};
use super::{Core, Fault};
use crate::domain::{EmailAddress, Password, Role, Roles, Username};
use crate::error::Refusal;
use crate::server::client::Client;
use crate::server::security::password_hash::HashError;
use crate::server::security::random;
use crate::server::store::audit::{self, Event};
use crate::server::store::entity::user;
use crate::server::store::users::{self, InsertError, NewUser};

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// What was typed; at least one reason.
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for RegistrationError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HashError> for RegistrationError {
    fn from(error: HashError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<InsertError> for RegistrationError {
    fn from(error: InsertError) -> Self {
        match error {
            InsertError::UsernameTaken => Self::Refused(vec![Refusal::UsernameTaken]),
            InsertError::EmailTaken => Self::Refused(vec![Refusal::EmailTaken]),
            InsertError::Db(error) => error.into(),
        }
    }
}

/// Makes accounts.
#[derive(Clone, Debug)]
pub struct RegistrationService {
    core: Arc<Core>,
    session: SessionService,
}

/// What somebody typed to register, judged.
struct Application {
    username: Username,
    email: Option<EmailAddress>,
    password_hash: String,
}

impl RegistrationService {
    /// Over a core.
    #[must_use]
    pub fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Makes an account that is active at once, and logs it in. An empty `email` is none.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] with every reason found.
    pub async fn register(
        &self,
        username: &str,
        email: &str,
        password: &Password,
        entry: Entry<'_>,
        client: &Client,
    ) -> Result<SignedIn, RegistrationError> {
        let application = self.judge(username, email, password).await?;
        let superseded = self.session.superseded(entry);
        let begun = self.core.store.write_tx(async |tx| -> Result<SignedIn, RegistrationError> {
            let roles = Roles::of([Role::USER]).unwrap_or_default();
            let user = self.insert(tx, &application, roles, client).await?;
            Ok(self.session.begin(tx, &user, entry, superseded.as_ref(), client).await?)
        });
        let signed_in = begun.await?;
        self.session.bury_superseded(superseded.as_ref());
        Ok(signed_in)
    }

    /// Makes an account at the command line, with nobody logged in.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] with every reason found.
    pub async fn add(
        &self,
        username: &str,
        email: &str,
        password: &Password,
        roles: Roles,
        client: &Client,
    ) -> Result<user::Model, RegistrationError> {
        let application = self.judge(username, email, password).await?;
        self.core.store.write_tx(async |tx| self.insert(tx, &application, roles, client).await).await
    }

    async fn insert(
        &self,
        tx: &impl sea_orm::ConnectionTrait,
        new: &Application,
        roles: Roles,
        client: &Client,
    ) -> Result<user::Model, RegistrationError> {
        let now = self.core.clock.now();
        let new = NewUser {
            username: &new.username,
            email: new.email.as_ref(),
            password_hash: new.password_hash.clone(),
            roles,
            public_id: random::id().map_err(Fault::from)?,
            created_at: now,
        };
        let user = users::insert(tx, new).await?;
        let event = Event { actor: Some(&user.public_id), subject: Some(&user.public_id), ..Event::default() };
        audit::record(tx, audit::Kind::UserCreated, event, client, now).await?;
        Ok(user)
    }

    /// Looks at all of it before anything is refused, so that somebody who got three things wrong is told three. Whether
    /// name and address are taken is looked up for that alone; the unique indexes decide.
    async fn judge(&self, username: &str, email: &str, password: &Password) -> Result<Application, RegistrationError> {
        let mut refusals = Vec::new();
        let username_typed = username.trim().to_owned();
        let username = Username::parse(username).map_err(|refusal| refusals.push(refusal)).ok();
        let email = match email.trim() {
            "" => None,
            typed => EmailAddress::parse(typed).map_err(|refusal| refusals.push(refusal)).ok(),
        };
        let db = self.core.store.reader();
        if let Some(username) = &username
            && users::by_username(db, username).await?.is_some()
        {
            refusals.push(Refusal::UsernameTaken);
        }
        if let Some(email) = &email
            && users::by_email(db, email).await?.is_some()
        {
            refusals.push(Refusal::EmailTaken);
        }
        let local_part = email.as_ref().map(|email| email.local_part().to_owned()).unwrap_or_default();
        if let Err(refusal) = self.core.hasher.judge(password, vec![username_typed, local_part]).await? {
            refusals.push(refusal);
        }
        match username {
            Some(username) if refusals.is_empty() => {
                Ok(Application { username, email, password_hash: self.core.hasher.hash(password).await? })
            }
            _ => Err(RegistrationError::Refused(refusals)),
        }
    }
}
