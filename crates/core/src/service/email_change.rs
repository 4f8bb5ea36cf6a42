//! Change of the email address: the new address confirms it, the old address is notified and can cancel it.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr};

use super::mail_queue::{self, Subject, Template};
use super::session::{AuthSession, NotFresh, SessionService};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::security::opaque_token::{MailToken, Purpose};
use crate::store::audit::{self, Event};
use crate::store::entity::{email_change, user};
use crate::store::{email_changes, mail_tokens, outbox, registrations, users};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, EmailLinkDetails, RateLimited};

/// Why an email address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EmailChangeError {
    /// The address is invalid, unchanged, or has been taken meanwhile.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// The account requested an email, or the new address got one, too recently or too often today; or too many invalid
    /// links came from this network.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// The link is unknown, used or expired, or its account can't be used.
    #[error("the link is invalid or has expired")]
    LinkInvalid,
    /// The password must be entered again.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The account was deleted or deactivated, or the session has ended.
    #[error("the account or its session no longer exists")]
    Gone,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<FieldError> for EmailChangeError {
    fn from(refusal: FieldError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<users::InsertError> for EmailChangeError {
    fn from(error: users::InsertError) -> Self {
        match error {
            users::InsertError::Db(error) => error.into(),
            _ => Self::Refused(FieldError::EmailTaken),
        }
    }
}

from_service_errors!(EmailChangeError: DbErr);

/// Changes email addresses.
#[derive(Clone, Debug)]
pub struct EmailChangeService {
    core: Arc<Core>,
    session: SessionService,
}

impl EmailChangeService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Stores the new address and queues two emails: one to the new address to confirm it, one to the old address to
    /// cancel the change.
    ///
    /// If another account has the new address, its owner is notified instead. Response and work are the same.
    ///
    /// # Errors
    /// [`EmailChangeError`], but never that the address is taken.
    pub async fn request(&self, auth: &AuthSession, email: &str, client: &Client) -> Result<(), EmailChangeError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        let email = EmailAddress::parse(email)?;
        self.core
            .store
            .write_tx(async |tx| -> Result<(), EmailChangeError> {
                let user = users::lock(tx, auth.account_id()).await?.filter(|user| user.is_active);
                let user = user.ok_or(EmailChangeError::Gone)?;
                // Checked under the lock: a password change or reset may have ended the session meanwhile.
                if !self.session.is_live(tx, auth).await? {
                    return Err(EmailChangeError::Gone);
                }
                if user.email_key == Some(email.key()) {
                    return Err(FieldError::EmailUnchanged.into());
                }
                // Limited by account, not by address: the notice to the old address must never be the email that is
                // dropped.
                mail_queue::may_send_for(tx, &user.public_id, Purpose::EmailStop, now).await??;
                mail_queue::may_send(tx, &email.key(), Purpose::EmailChange, client, now).await??;
                let public_id = Some(user.public_id.as_str());
                let event =
                    Event { actor: public_id, subject: public_id, session: None, detail: "another address asked for" };
                audit::record(tx, audit::Kind::UserUpdated, event, client, now).await?;
                Ok(self.mail(tx, &user, &email, now).await?)
            })
            .await
    }

    async fn mail(
        &self,
        tx: &impl ConnectionTrait,
        user: &user::Model,
        email: &EmailAddress,
        now: i64,
    ) -> Result<(), DbErr> {
        let expires_at = now + self.core.confirmation.seconds;
        let change = email_changes::replace(tx, user.id, email, now, expires_at).await?;
        let owner = users::by_email(tx, email).await?;
        let own = Subject { user_id: Some(user.id), email_change_id: Some(change.id), ..Subject::default() };
        let (template, subject) = match owner {
            Some(owner) => (Template::AlreadyRegistered, Subject { user_id: Some(owner.id), ..Subject::default() }),
            None => (Template::ConfirmNewAddress, own),
        };
        // The notice comes first: a confirmed change can't be cancelled.
        let notice = if user.email.is_some() { Template::AddressChangeNotice } else { Template::Noop };
        mail_queue::enqueue(tx, notice, own, now).await?;
        mail_queue::enqueue(tx, template, subject, now).await
    }

    /// Details for the page of either link. Does not consume the link.
    pub async fn preview(&self, token: &str) -> Result<EmailLinkDetails, EmailChangeError> {
        let purposes = [Purpose::EmailChange, Purpose::EmailStop];
        let token = MailToken::parse(token).filter(|token| purposes.contains(&token.purpose()));
        let (user, change) = self.find(&token.ok_or(EmailChangeError::LinkInvalid)?).await?;
        Ok(EmailLinkDetails { username: user.username, email: Some(change.email) })
    }

    /// Sets the new address, invalidates all other links of the account, and returns its username.
    ///
    /// # Errors
    /// [`EmailChangeError::Refused`] if another account has taken the address meanwhile.
    pub async fn confirm(&self, token: &str, client: &Client) -> Result<String, EmailChangeError> {
        let link_use = self.core.throttle.link(client)?;
        let token = parse(Purpose::EmailChange, token)?;
        let now = self.core.clock.now();
        let (user, _) = self.find(&token).await?;
        link_use.succeed();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), EmailChangeError> {
                let (user, change) = take(tx, &token, user.id, now).await?;
                let email = EmailAddress::parse(&change.email)?;
                // Lock order: registrations before the address, as in the confirmation of a registration. Another order
                // could deadlock.
                registrations::lock_of_email(tx, &email.key()).await?;
                users::set_email(tx, user.id, &email, now).await?;
                mail_tokens::delete_of_user(tx, user.id).await?;
                outbox::delete_resets(tx, user.id).await?;
                email_changes::delete_of_user(tx, user.id).await?;
                registrations::delete_of_email(tx, &email.key()).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, session: None, detail: "address changed" };
                Ok(audit::record(tx, audit::Kind::UserUpdated, event, client, now).await?)
            })
            .await?;
        self.session.invalidate_user(&user.public_id);
        Ok(user.username)
    }

    /// Cancels the change, so that the account keeps the old address, and returns its username.
    ///
    /// # Errors
    /// [`EmailChangeError::LinkInvalid`], also if the new address has already been confirmed.
    pub async fn stop(&self, token: &str, client: &Client) -> Result<String, EmailChangeError> {
        let link_use = self.core.throttle.link(client)?;
        let token = parse(Purpose::EmailStop, token)?;
        let now = self.core.clock.now();
        let (user, _) = self.find(&token).await?;
        link_use.succeed();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), EmailChangeError> {
                let (user, _) = take(tx, &token, user.id, now).await?;
                email_changes::delete_of_user(tx, user.id).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, session: None, detail: "address kept" };
                Ok(audit::record(tx, audit::Kind::UserUpdated, event, client, now).await?)
            })
            .await?;
        Ok(user.username)
    }

    async fn find(&self, token: &MailToken) -> Result<(user::Model, email_change::Model), EmailChangeError> {
        let (db, now) = (self.core.store.reader(), self.core.clock.now());
        let row = mail_tokens::live(db, token, now).await?;
        let id = row.and_then(|row| row.email_change_id).ok_or(EmailChangeError::LinkInvalid)?;
        let change = email_changes::live(db, id, now).await?.ok_or(EmailChangeError::LinkInvalid)?;
        let user = users::by_id(db, change.user_id).await?.filter(|user| user.is_active);
        Ok((user.ok_or(EmailChangeError::LinkInvalid)?, change))
    }
}

/// Locks the account and consumes the link.
async fn take(
    tx: &impl ConnectionTrait,
    token: &MailToken,
    user_id: i64,
    now: i64,
) -> Result<(user::Model, email_change::Model), EmailChangeError> {
    let user = users::lock(tx, user_id).await?.filter(|user| user.is_active).ok_or(EmailChangeError::LinkInvalid)?;
    // Read again under the lock: the change may have been cancelled or replaced meanwhile.
    let row = mail_tokens::live(tx, token, now).await?;
    let id = row.and_then(|row| row.email_change_id).ok_or(EmailChangeError::LinkInvalid)?;
    let change = email_changes::live(tx, id, now).await?.ok_or(EmailChangeError::LinkInvalid)?;
    if mail_tokens::consume(tx, &token.hash(), now).await? {
        Ok((user, change))
    } else {
        Err(EmailChangeError::LinkInvalid)
    }
}

fn parse(purpose: Purpose, token: &str) -> Result<MailToken, EmailChangeError> {
    MailToken::parse_for(purpose, token).ok_or(EmailChangeError::LinkInvalid)
}
