//! What the operator can do for an owner whom no email reaches.

use super::{PasswordResetService, personal};
use crate::client::Client;
use crate::security::opaque_token::{MailToken, Purpose};
use crate::service::ServiceError;
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::mail_tokens::{self, NewToken};
use crate::store::users;
use latchkey_types::{EventActor, FieldError, Password, Username, paths, texts};

/// Why the operator could not help.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// No account has this name.
    #[error("there is no user with this name")]
    Unknown,
    /// The account can't be used.
    #[error("this account is deactivated; enable it first")]
    Deactivated,
    /// The password is refused.
    #[error("{}", texts::field_error(.0))]
    Refused(FieldError),
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<FieldError> for OperatorError {
    fn from(refusal: FieldError) -> Self {
        Self::Refused(refusal)
    }
}

from_service_errors!(OperatorError: DbErr, HashError);

impl PasswordResetService {
    /// Sets the password of an account. As with a link, all sessions end, all links become invalid, and an email tells the
    /// owner.
    pub async fn set_by_operator(&self, name: &str, password: &Password, client: &Client) -> Result<(), OperatorError> {
        let user = self.named(name).await?;
        self.core.hasher.validate(password, personal(&user), client).await??;
        let hash = self.core.hasher.hash(password, client).await?;
        self.core
            .store
            .write_tx(async |tx| -> Result<(), OperatorError> {
                let user = users::lock(tx, user.id).await?.ok_or(OperatorError::Unknown)?;
                let (actor, subject) = (Some(EventActor::COMMAND_LINE), Some(user.public_id.as_str()));
                let event = Event { actor, subject, session: None, detail: "by the operator" };
                Ok(self.replace_password(tx, &user, &hash, event, client).await?)
            })
            .await?;
        self.session.invalidate_user(&user.public_id);
        Ok(())
    }

    /// Creates a link to reset the password of an account, and returns it. It is like one in an email.
    pub async fn link_by_operator(&self, name: &str, client: &Client) -> Result<String, OperatorError> {
        let user = self.named(name).await?;
        if !user.is_active {
            return Err(OperatorError::Deactivated);
        }
        let token = MailToken::generate(Purpose::Reset).map_err(ServiceError::from)?;
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), OperatorError> {
                let new = NewToken {
                    user_id: Some(user.id),
                    registration_id: None,
                    email_change_id: None,
                    outbox_id: None,
                    created_at: now,
                    expires_at: now + self.core.reset_seconds,
                };
                mail_tokens::insert(tx, &token, new).await?;
                let (actor, subject) = (Some(EventActor::COMMAND_LINE), Some(user.public_id.as_str()));
                let event = Event { actor, subject, session: None, detail: "a link for the operator" };
                Ok(audit::record(tx, audit::Kind::PasswordResetRequested, event, client, now).await?)
            })
            .await?;
        Ok(format!("{}{}", self.core.origin, paths::link(paths::NEW_PASSWORD, token.expose())))
    }

    async fn named(&self, name: &str) -> Result<user::Model, OperatorError> {
        let username = Username::parse(name).map_err(|_| OperatorError::Unknown)?;
        users::by_username(self.core.store.reader(), &username).await?.ok_or(OperatorError::Unknown)
    }
}
