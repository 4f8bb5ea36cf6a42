//! Confirmation of a registration: by the link in the email and the password of the registration.

use sea_orm::DatabaseTransaction;

use super::validate::ValidRegistration;
use super::{RegistrationError, RegistrationService, default_roles, insert_user};
use crate::client::Client;
use crate::security::opaque_token::{MailToken, Purpose};
use crate::service::ServiceError;
use crate::service::session::{Channel, IssuedToken};
use crate::service::throttle::Counter;
use crate::store::audit::{self, Event};
use crate::store::entity::{registration, user};
use crate::store::users;
use crate::store::{mail_tokens, registrations};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, EmailLinkDetails, Password, RateLimited, Username};

/// Why a registration was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The link is unknown, used or expired, or had too many attempts.
    #[error("the link is invalid or has expired")]
    LinkInvalid,
    /// The password is wrong, or the username or email address has been taken meanwhile.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// Too many wrong passwords, or too many invalid links from this network.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(ConfirmError: DbErr, HashError);

/// Inserting the account only fails if the username or email address has been taken meanwhile.
impl From<RegistrationError> for ConfirmError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Refused(errors) => match errors.into_iter().next() {
                Some(error) => Self::Refused(error),
                None => Self::LinkInvalid,
            },
            RegistrationError::Closed => Self::LinkInvalid,
            RegistrationError::TooMany(limited) => Self::TooMany(limited),
            RegistrationError::Service(fault) => Self::Service(fault),
        }
    }
}

impl RegistrationService {
    /// Details for the page of a link. Does not consume the link.
    pub async fn preview(&self, token: &str) -> Result<EmailLinkDetails, ConfirmError> {
        let token = parse(token)?;
        Ok(EmailLinkDetails { username: self.waiting(&token).await?.username, email: None })
    }

    /// Creates the account of a registration and logs in.
    ///
    /// If the registration was repeated with the same username and email address, the password of any of them will do,
    /// and becomes that of the account: people do not know which link belongs to which attempt.
    ///
    /// The password is required because the link only proves access to the mailbox. Without it, the owner of an address
    /// could confirm an account whose password someone else has chosen.
    ///
    /// # Errors
    /// [`ConfirmError`]. A wrong password does not consume the link, up to ten times.
    pub async fn finalize(
        &self,
        token: &str,
        password: &Password,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<IssuedToken, ConfirmError> {
        let (token, registration) = self.used(token, client).await?;
        let now = self.core.clock.now();
        let counter = Counter::Registration(&registration.username_key, &registration.email_key);
        let attempt = self.core.throttle.attempt(counter, client).await??;
        // Counted before the comparison: otherwise parallel requests could exceed the limit.
        let hash = token.hash();
        let is_left = self.core.store.write_tx(async |tx| mail_tokens::count_attempt(tx, &hash, now).await).await?;
        if !is_left {
            return Err(ConfirmError::LinkInvalid);
        }
        let alike = registrations::alike(self.core.store.reader(), &registration, now).await?;
        let Some(registration) = attempt.evaluate(self.registration_of(alike, password, client)).await? else {
            let event = Event { detail: "wrong password at a confirmation", ..Event::default() };
            self.core
                .store
                .write_tx(async |tx| audit::record(tx, audit::Kind::LoginFail, event, client, now).await)
                .await?;
            return Err(ConfirmError::Refused(FieldError::RegistrationPasswordWrong));
        };
        self.core.store.write_tx(async |tx| attempt.succeed(tx).await).await?;
        self.confirm(&token, &registration, channel, client).await
    }

    /// Creates the account of a registration and logs in, by the link alone. For API clients: they send the token in a
    /// header, so no link scanner or prefetch can consume it.
    pub async fn finalize_with_token(
        &self,
        token: &str,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<IssuedToken, ConfirmError> {
        let (token, registration) = self.used(token, client).await?;
        self.confirm(&token, &registration, channel, client).await
    }

    /// The registration of a link that is used. Invalid ones are counted.
    async fn used(&self, token: &str, client: &Client) -> Result<(MailToken, registration::Model), ConfirmError> {
        let link_use = self.core.throttle.link(client)?;
        let token = parse(token)?;
        let registration = self.waiting(&token).await?;
        link_use.succeed();
        Ok((token, registration))
    }

    async fn waiting(&self, token: &MailToken) -> Result<registration::Model, ConfirmError> {
        let (db, now) = (self.core.store.reader(), self.core.clock.now());
        let row = mail_tokens::live(db, token, now).await?;
        let id = row.and_then(|row| row.registration_id).filter(|_| self.core.registration_is_open);
        let id = id.ok_or(ConfirmError::LinkInvalid)?;
        registrations::live(db, id, now).await?.ok_or(ConfirmError::LinkInvalid)
    }

    async fn confirm(
        &self,
        token: &MailToken,
        registration: &registration::Model,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<IssuedToken, ConfirmError> {
        let superseded = self.session.superseded(channel);
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, ConfirmError> {
                let user = self.make_confirmed(tx, token, registration, client).await?;
                Ok(self.session.create(tx, &user, channel, superseded.as_ref(), client).await?)
            })
            .await?;
        self.session.invalidate_superseded(superseded.as_ref());
        Ok(issued)
    }

    async fn make_confirmed(
        &self,
        tx: &DatabaseTransaction,
        token: &MailToken,
        registration: &registration::Model,
        client: &Client,
    ) -> Result<user::Model, ConfirmError> {
        let now = self.core.clock.now();
        // Locks all registrations of the address first, always in the same order: parallel confirmations could deadlock
        // otherwise.
        let rivals = registrations::lock_of_email(tx, &registration.email_key).await?;
        let is_waiting = rivals.iter().any(|rival| rival.id == registration.id && rival.expires_at > now);
        if !is_waiting || !mail_tokens::consume(tx, &token.hash(), now).await? {
            return Err(ConfirmError::LinkInvalid);
        }
        let user =
            insert_user(&self.core, tx, &valid(registration)?, (default_roles(), Some(now)), client, now).await?;
        users::set_last_login(tx, user.id, now).await?;
        registrations::delete_of_email(tx, &registration.email_key).await?;
        Ok(user)
    }
}

/// Parses a registration, which was validated before it was stored.
fn valid(registration: &registration::Model) -> Result<ValidRegistration, ServiceError> {
    let refused = |refusal: FieldError| anyhow::anyhow!("registration {} does not parse: {refusal}", registration.id);
    Ok(ValidRegistration {
        username: Username::parse(&registration.username).map_err(refused)?,
        email: Some(EmailAddress::parse(&registration.email).map_err(refused)?),
        password_hash: registration.password.clone(),
    })
}

fn parse(token: &str) -> Result<MailToken, ConfirmError> {
    MailToken::parse_for(Purpose::Registration, token).ok_or(ConfirmError::LinkInvalid)
}
