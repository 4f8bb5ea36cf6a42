//! Pending registrations and their emails.
//!
//! Known and unknown, free and taken addresses cause the same work: the same rows, the same queries, one row of the
//! outbox.

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
    /// Stores the registration and queues an email: a link to confirm it or, if an account has the address, a notice to
    /// the owner of that account.
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

    /// Queues the confirmation email again. Response and work are the same for every address.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] for an invalid email address.
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

/// Queues the confirmation email again, for a user who knows the password of the registration.
pub(in crate::service) async fn mail_again(
    tx: &impl ConnectionTrait,
    registration: &registration::Model,
    now: i64,
) -> Result<(), ServiceError> {
    // Always parses: it was validated before it was stored.
    let Ok(email) = EmailAddress::parse(&registration.email) else { return Ok(()) };
    Ok(mail(tx, &email, Some(registration), now).await?)
}

/// Queues one row of the outbox, whatever is known about the address.
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
    // Always executed, so that every case sends the same statements: no row has the id 0.
    registrations::set_mailed(tx, registration_id.unwrap_or_default(), now).await?;
    mail_queue::enqueue(tx, template, Subject { user_id, registration_id, ..Subject::default() }, now).await
}
