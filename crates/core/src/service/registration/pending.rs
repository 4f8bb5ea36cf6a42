//! A registration that waits for its mail, and the mails about it.
//!
//! Known and unknown, taken and free are written alike: the same rows, the same look-ups, one row of the outbox.

use sea_orm::{ConnectionTrait, DbErr};

use super::validate::ValidRegistrationWithEmail;
use super::{RegistrationError, RegistrationService};
use crate::client::Client;
use crate::security::opaque_token::Purpose;
use crate::service::ServiceError;
use crate::service::mail_queue::{self, Subject, Template};
use crate::store::audit::{self, Event};
use crate::store::entity::registration;
use crate::store::registrations::{self, NewRegistration};
use crate::store::users;
use latchkey_types::EmailAddress;
use latchkey_types::FieldError;

impl RegistrationService {
    /// Writes the registration and has its mail sent: to confirm it, or, where an account has the address, to say so to
    /// that account's owner.
    pub(super) async fn begin_pending(
        &self,
        new: &ValidRegistrationWithEmail,
        client: &Client,
    ) -> Result<(), RegistrationError> {
        let now = self.core.clock.now();
        let expires_at = now + self.core.confirmation.seconds;
        self.core
            .store
            .write_tx(async |tx| -> Result<(), RegistrationError> {
                registrations::lock_name(tx, &new.username).await?;
                let is_taken = users::by_username(tx, &new.username).await?.is_some();
                if is_taken | registrations::name_is_reserved(tx, &new.username, &new.email, now).await? {
                    return Err(FieldError::UsernameTaken.into());
                }
                let row = NewRegistration {
                    username: &new.username,
                    email: &new.email,
                    password_hash: new.password_hash.clone(),
                    created_at: now,
                    expires_at,
                };
                let registration = registrations::insert(tx, row).await?;
                audit::record(tx, audit::Kind::RegistrationRequested, Event::default(), client, now).await?;
                Ok(mail(tx, &new.email, Some(&registration), now).await?)
            })
            .await
    }

    /// Has the mail of a registration sent again. The answer is the same for every address, and so is the work.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] when it is no address.
    pub async fn resend(&self, email: &str) -> Result<(), RegistrationError> {
        self.require_open()?;
        let email = EmailAddress::parse(email)?;
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| {
                let waiting = registrations::next_to_mail(tx, &email, now).await?;
                mail(tx, &email, waiting.as_ref(), now).await
            })
            .await
            .map_err(|error: DbErr| error.into())
    }
}

/// Has the mail of a registration sent again to somebody who knows its password.
///
/// # Errors
/// When the database can't be asked.
pub(in crate::service) async fn mail_again(
    tx: &impl ConnectionTrait,
    registration: &registration::Model,
    now: i64,
) -> Result<(), ServiceError> {
    // It was parsed when it was written.
    let Ok(email) = EmailAddress::parse(&registration.email) else { return Ok(()) };
    Ok(mail(tx, &email, Some(registration), now).await?)
}

/// One row of the outbox, whatever is known of the address.
async fn mail(
    tx: &impl ConnectionTrait,
    email: &EmailAddress,
    waiting: Option<&registration::Model>,
    now: i64,
) -> Result<(), DbErr> {
    let owner = users::by_email(tx, email).await?;
    let may = mail_queue::may_send(tx, &email.key(), Purpose::Registration, now).await?;
    let (template, user_id, registration_id) = match (owner, waiting) {
        (Some(user), _) if may => (Template::AlreadyRegistered, Some(user.id), None),
        (None, Some(waiting)) if may => (Template::Confirm, None, Some(waiting.id)),
        _ => (Template::Noop, None, None),
    };
    // No row has the id 0: the statement is sent in any case.
    registrations::set_mailed(tx, registration_id.unwrap_or_default(), now).await?;
    mail_queue::enqueue(tx, template, Subject { user_id, registration_id, ..Subject::default() }, now).await
}
