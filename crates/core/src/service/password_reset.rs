//! Password reset: a link to the email address of the account.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::link_request::LinkRequest;
use super::mail_queue::{self, Subject, Template};
use super::session::{Channel, Login, SessionService};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::device_token::DeviceToken;
use crate::security::opaque_token::{MailToken, Purpose};
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{email_changes, mail_tokens, outbox, sessions, trusted_devices, users};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, EmailLinkDetails, Password, RateLimited};

mod operator;

pub use operator::OperatorError;

/// Why a password was not reset.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The input is invalid.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// The address got an email too recently, or too many of them; or too many requests or invalid links came from this
    /// network.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// The link is unknown, used or expired, or its account can't be used.
    #[error("the link is invalid or has expired")]
    LinkInvalid,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<FieldError> for ResetError {
    fn from(refusal: FieldError) -> Self {
        Self::Refused(refusal)
    }
}

from_service_errors!(ResetError: DbErr, HashError);

/// The result of a reset.
#[derive(Debug)]
pub struct PasswordSet {
    /// The username of the account.
    pub username: String,
    /// Marks the browser as one of the account.
    pub device: DeviceToken,
}

/// Resets passwords.
#[derive(Clone, Debug)]
pub struct PasswordResetService {
    core: Arc<Core>,
    session: SessionService,
}

impl PasswordResetService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Queues an email with a link, if an active account has the address. Response and work are the same for every
    /// address.
    ///
    /// # Errors
    /// [`ResetError::Refused`] for an invalid email address; [`ResetError::TooMany`] if no email may be sent to it now.
    pub async fn request(&self, email: &str, client: &Client) -> Result<(), ResetError> {
        let request = LinkRequest {
            purpose: Purpose::Reset,
            template: Template::Reset,
            event: audit::Kind::PasswordResetRequested,
        };
        request.queue(&self.core, email, client).await
    }

    /// Details for the page of a link. Does not consume the link.
    pub async fn preview(&self, token: &str) -> Result<EmailLinkDetails, ResetError> {
        Ok(EmailLinkDetails { username: self.owner(&parse(token)?).await?.username, email: None })
    }

    /// Sets the password, ends all sessions and invalidates all links of the account. Does not log in: a link does not
    /// prove who opened it (ASVS 6.3.6). But the browser becomes a known device, so that its login is not throttled by the
    /// guesses of others.
    ///
    /// # Errors
    /// [`ResetError`]. A refused password does not consume the link.
    pub async fn set_password(
        &self,
        token: &str,
        password: &Password,
        client: &Client,
    ) -> Result<PasswordSet, ResetError> {
        let (token, user, hash) = self.validate(token, password, client).await?;
        let user = self.core.store.write_tx(async |tx| self.apply(tx, &token, user.id, &hash, client).await).await?;
        self.session.invalidate_user(&user.public_id);
        let device = self.core.throttle.issue_device(&user.public_id).map_err(ServiceError::from)?;
        Ok(PasswordSet { username: user.username, device })
    }

    /// Like [`Self::set_password`], but also logs in, for API clients. A second factor is asked for all the same.
    pub async fn finalize(
        &self,
        token: &str,
        password: &Password,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<Login, ResetError> {
        let (token, user, hash) = self.validate(token, password, client).await?;
        let login = self
            .core
            .store
            .write_tx(async |tx| -> Result<Login, ResetError> {
                let user = self.apply(tx, &token, user.id, &hash, client).await?;
                if let Some(challenge) = self.session.challenge(tx, &user, channel).await? {
                    return Ok(Login::Challenge(challenge));
                }
                Ok(Login::Session(self.session.create(tx, &user, channel, None, client).await?))
            })
            .await?;
        self.session.invalidate_user(&user.public_id);
        Ok(login)
    }

    async fn owner(&self, token: &MailToken) -> Result<user::Model, ResetError> {
        let owner = mail_tokens::owner(self.core.store.reader(), token, self.core.clock.now()).await?;
        owner.ok_or(ResetError::LinkInvalid)
    }

    /// Checks the link first: a password is only validated and hashed for the holder of a valid link.
    async fn validate(
        &self,
        token: &str,
        password: &Password,
        client: &Client,
    ) -> Result<(MailToken, user::Model, String), ResetError> {
        let link_use = self.core.throttle.link(client)?;
        let token = parse(token)?;
        let user = self.owner(&token).await?;
        link_use.succeed();
        self.core.hasher.validate(password, personal(&user), client).await??;
        let hash = self.core.hasher.hash(password, client).await?;
        Ok((token, user, hash))
    }

    async fn apply(
        &self,
        tx: &impl ConnectionTrait,
        token: &MailToken,
        user_id: i64,
        hash: &str,
        client: &Client,
    ) -> Result<user::Model, ResetError> {
        let now = self.core.clock.now();
        // Lock order: the account first, as everywhere else. Another order could deadlock.
        let user = users::lock(tx, user_id).await?.filter(|user| user.is_active).ok_or(ResetError::LinkInvalid)?;
        let link = mail_tokens::live(tx, token, now).await?.ok_or(ResetError::LinkInvalid)?;
        if !mail_tokens::consume(tx, &token.hash(), now).await? {
            return Err(ResetError::LinkInvalid);
        }
        if link.outbox_id.is_some() {
            users::confirm_email(tx, user.id, now).await?;
        }
        let public_id = Some(user.public_id.as_str());
        let event = Event { actor: public_id, subject: public_id, session: None, detail: "by a link" };
        self.replace_password(tx, &user, hash, event, client).await?;
        Ok(user::Model { password: hash.to_owned(), ..user })
    }

    /// Ends whatever the old password has allowed, and tells the owner.
    async fn replace_password(
        &self,
        tx: &impl ConnectionTrait,
        user: &user::Model,
        hash: &str,
        event: Event<'_>,
        client: &Client,
    ) -> Result<(), ServiceError> {
        let now = self.core.clock.now();
        users::set_password(tx, user.id, hash).await?;
        trusted_devices::delete_of_user(tx, user.id).await?;
        self.core.throttle.forget(tx, user).await?;
        sessions::revoke_all(tx, user.id, now, RevokedReason::PasswordReset).await?;
        mail_tokens::delete_of_user(tx, user.id).await?;
        outbox::delete_resets(tx, user.id).await?;
        email_changes::delete_of_user(tx, user.id).await?;
        audit::record(tx, audit::Kind::PasswordChanged, event, client, now).await?;
        if user.email.is_some() {
            let subject = Subject { user_id: Some(user.id), ..Subject::default() };
            mail_queue::enqueue(tx, Template::PasswordChanged, subject, now).await?;
        }
        Ok(())
    }
}

/// Words that an attacker who knows the account would try first.
fn personal(user: &user::Model) -> Vec<String> {
    let email = user.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
    [Some(user.username.clone()), email.map(|email| email.local_part().to_owned())].into_iter().flatten().collect()
}

fn parse(token: &str) -> Result<MailToken, ResetError> {
    MailToken::parse_for(Purpose::Reset, token).ok_or(ResetError::LinkInvalid)
}
