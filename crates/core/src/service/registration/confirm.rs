//! From a registration to an account: by the link of the mail and the password of that registration.

use sea_orm::DatabaseTransaction;

use super::validate::ValidRegistration;
use super::{RegistrationError, RegistrationService, default_roles, insert_user};
use crate::client::Client;
use crate::security::opaque_token::{MailToken, Purpose};
use crate::security::password_hash::PasswordCheck;
use crate::service::ServiceError;
use crate::service::session::{Channel, IssuedToken};
use crate::store::audit::{self, Event};
use crate::store::entity::{registration, user};
use crate::store::users;
use crate::store::{mail_tokens, registrations};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, EmailLinkDetails, Password, Username};

/// Why a registration was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The link is unknown, used, too old, or was tried too often.
    #[error("the link opens nothing")]
    LinkInvalid,
    /// The password is another one, or the name or the address was taken meanwhile.
    #[error("refused: {0:?}")]
    Refused(FieldError),
    /// It could not be found out.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(ConfirmError: DbErr);

/// Writing the account can find no more than that the name or the address was taken meanwhile.
impl From<RegistrationError> for ConfirmError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Refused(errors) => match errors.into_iter().next() {
                Some(error) => Self::Refused(error),
                None => Self::LinkInvalid,
            },
            RegistrationError::Closed => Self::LinkInvalid,
            RegistrationError::Service(fault) => Self::Service(fault),
        }
    }
}

impl RegistrationService {
    /// Which account a link would make; uses nothing up.
    ///
    /// # Errors
    /// [`ConfirmError::LinkInvalid`].
    pub async fn preview(&self, token: &str) -> Result<EmailLinkDetails, ConfirmError> {
        let token = parse(token)?;
        Ok(EmailLinkDetails { username: self.waiting(&token).await?.username, email: None })
    }

    /// Makes the account of a registration and logs it in.
    ///
    /// The password is asked for because the link proves only that the mail was received: without it somebody would
    /// confirm an account whose password another one chose for them.
    ///
    /// # Errors
    /// [`ConfirmError`]. A wrong password leaves the link as it is, ten times.
    pub async fn finalize(
        &self,
        token: &str,
        password: &Password,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<IssuedToken, ConfirmError> {
        let token = parse(token)?;
        let registration = self.waiting(&token).await?;
        let now = self.core.clock.now();
        // Counted before the comparison, or as many as are sent at once would be compared.
        let hash = token.hash();
        let is_left = self.core.store.write_tx(async |tx| mail_tokens::count_attempt(tx, &hash, now).await).await?;
        if !is_left {
            return Err(ConfirmError::LinkInvalid);
        }
        let check = if password.is_too_long() {
            PasswordCheck::Mismatch
        } else {
            self.core.hasher.verify(password, Some(&registration.password)).await.map_err(ServiceError::from)?
        };
        if check == PasswordCheck::Mismatch {
            let event = Event { detail: "wrong password at a confirmation", ..Event::default() };
            self.core
                .store
                .write_tx(async |tx| audit::record(tx, audit::Kind::LoginFail, event, client, now).await)
                .await?;
            return Err(ConfirmError::Refused(FieldError::RegistrationPasswordWrong));
        }
        self.confirm(&token, &registration, channel, client).await
    }

    /// Makes the account of a registration and logs it in, by the link alone: for programs, which send it in a header,
    /// where nothing opens it by itself.
    ///
    /// # Errors
    /// [`ConfirmError`].
    pub async fn finalize_with_token(
        &self,
        token: &str,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<IssuedToken, ConfirmError> {
        let token = parse(token)?;
        let registration = self.waiting(&token).await?;
        self.confirm(&token, &registration, channel, client).await
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
        // All of the address first, always in the same order: two that are confirmed at once would wait for each other.
        let rivals = registrations::lock_of_email(tx, &registration.email_key).await?;
        let is_waiting = rivals.iter().any(|rival| rival.id == registration.id && rival.expires_at > now);
        if !is_waiting || !mail_tokens::consume(tx, &token.hash(), now).await? {
            return Err(ConfirmError::LinkInvalid);
        }
        let user = insert_user(&self.core, tx, &valid(registration)?, default_roles(), client, now).await?;
        users::set_last_login(tx, user.id, now).await?;
        registrations::delete_of_email(tx, &registration.email_key).await?;
        Ok(user)
    }
}

/// What was validated before it was written.
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
