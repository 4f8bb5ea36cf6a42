//! Pending registrations and their emails.
//!
//! Known and unknown, free and taken addresses cause the same work: the same rows, the same queries, one row of the
//! outbox.

use sea_orm::{ConnectionTrait, DbErr};

use super::validate::{Claim, ValidRegistrationWithEmail};
use super::{RegistrationError, RegistrationService};
use crate::client::Client;
use crate::security::opaque_token::Purpose;
use crate::service::ServiceError;
use crate::service::mail_queue::{self, Subject, Template};
use crate::store::audit::{self, Event};
use crate::store::entity::registration;
use crate::store::registrations::{self, NewRegistration};
use crate::store::users;
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, Password, RateLimited};

/// Maximum number of registrations that wait with one email address, so that nobody reserves usernames without bound.
const WAITING_PER_ADDRESS: usize = 5;

/// How often a username is claimed again because other requests have reserved or released it meanwhile.
const CLAIMS: usize = 3;

impl RegistrationService {
    /// Stores the registration and queues an email: a link to confirm it or, if an account has the address, a notice to
    /// the owner of that account.
    pub(super) async fn begin_pending(
        &self,
        mut new: ValidRegistrationWithEmail,
        password: &Password,
        client: &Client,
    ) -> Result<(), RegistrationError> {
        for _ in 0..CLAIMS {
            if self.store_pending(&new, client).await? {
                return Ok(());
            }
            new.claim = self.claim_waiting(&new.username, password, client).await??;
        }
        Err(FieldError::UsernameTaken.into())
    }

    /// Stores the registration, unless another one has reserved the username since it was claimed.
    async fn store_pending(
        &self,
        new: &ValidRegistrationWithEmail,
        client: &Client,
    ) -> Result<bool, RegistrationError> {
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| -> Result<bool, RegistrationError> {
                registrations::lock(tx, &new.username, &new.email).await?;
                if users::by_username(tx, &new.username).await?.is_some() {
                    return Err(FieldError::UsernameTaken.into());
                }
                if !is_still_claimed(tx, new, now).await? {
                    return Ok(false);
                }
                let row = NewRegistration {
                    username: &new.username,
                    email: &new.email,
                    password_hash: new.password_hash.clone(),
                    created_at: now,
                    expires_at: now + self.core.confirmation.seconds,
                };
                let registration = registrations::insert(tx, row).await?;
                // An older one is dropped, never the new one: otherwise five registrations by a stranger would keep the
                // owner of the address from registering for a day.
                registrations::delete_excess(tx, &registration, WAITING_PER_ADDRESS, now).await?;
                audit::record(tx, audit::Kind::RegistrationRequested, Event::default(), client, now).await?;
                // Within the rate limit: the registration waits in any case, and `/resend` tells when an email can go.
                let _ = mail(tx, &new.email, Some(&registration), client, now).await?;
                Ok(true)
            })
            .await
    }

    /// Queues the confirmation email again. Response and work are the same for every address.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] for an invalid email address; [`RegistrationError::TooMany`] if no email may be
    /// sent to it now.
    pub async fn resend(&self, email: &str, client: &Client) -> Result<(), RegistrationError> {
        self.require_open()?;
        let email = EmailAddress::parse(email)?;
        self.core.throttle.email(client)?;
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), RegistrationError> {
                let waiting = registrations::next_to_mail(tx, &email, now).await?;
                Ok(mail(tx, &email, waiting.as_ref(), client, now).await??)
            })
            .await
    }
}

/// Whether the username is free, or still reserved by the registration whose password was given.
async fn is_still_claimed(
    tx: &impl ConnectionTrait,
    new: &ValidRegistrationWithEmail,
    now: i64,
) -> Result<bool, DbErr> {
    if let Claim::Own(id) = new.claim
        && registrations::live(tx, id, now).await?.is_some()
    {
        return Ok(true);
    }
    Ok(registrations::of_username(tx, &new.username, now, 1).await?.is_empty())
}

/// Queues the confirmation email again, within the rate limit, for a user who knows the password of the registration.
pub(in crate::service) async fn mail_again(
    tx: &impl ConnectionTrait,
    registration: &registration::Model,
    client: &Client,
    now: i64,
) -> Result<(), ServiceError> {
    // Always parses: it was validated before it was stored.
    let Ok(email) = EmailAddress::parse(&registration.email) else { return Ok(()) };
    // The text of the error does not promise an email.
    let _ = mail(tx, &email, Some(registration), client, now).await?;
    Ok(())
}

/// Queues one row of the outbox, whatever is known about the address. The inner error tells that the rate limit has made
/// it a row without an email.
async fn mail(
    tx: &impl ConnectionTrait,
    email: &EmailAddress,
    waiting: Option<&registration::Model>,
    client: &Client,
    now: i64,
) -> Result<Result<(), RateLimited>, DbErr> {
    let owner = users::by_email(tx, email).await?;
    let may = mail_queue::may_send(tx, &email.key(), Purpose::Registration, client, now).await?;
    let (template, user_id, registration_id) = match (owner, waiting) {
        (Some(user), _) if may.is_ok() => (Template::AlreadyRegistered, Some(user.id), None),
        (None, Some(waiting)) if may.is_ok() => (Template::Confirm, None, Some(waiting.id)),
        _ => (Template::Noop, None, None),
    };
    // Always executed, so that every case sends the same statements: no row has the id 0.
    registrations::set_mailed(tx, registration_id.unwrap_or_default(), now).await?;
    mail_queue::enqueue(tx, template, Subject { user_id, registration_id, ..Subject::default() }, now).await?;
    Ok(may)
}
