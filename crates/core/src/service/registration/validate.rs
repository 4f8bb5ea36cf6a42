//! Validation of a registration, before anything is written.

use super::{RegistrationError, RegistrationService};
use crate::store::{registrations, users};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, Password, Username};

/// Validated input, with the password hashed.
pub(super) struct ValidRegistration {
    pub(super) username: Username,
    pub(super) email: Option<EmailAddress>,
    pub(super) password_hash: String,
}

/// Like [`ValidRegistration`], with the email address that confirmation requires.
pub(super) struct ValidRegistrationWithEmail {
    pub(super) username: Username,
    pub(super) email: EmailAddress,
    pub(super) password_hash: String,
}

/// Whether the email address is optional. If so, a taken address is reported.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Address {
    Optional,
    Confirmed,
}

impl RegistrationService {
    /// Validates a registration whose account is active at once. The email address may be empty; a taken one is
    /// reported.
    pub(super) async fn validate(
        &self,
        username: &str,
        email: &str,
        password: &Password,
    ) -> Result<ValidRegistration, RegistrationError> {
        let (username, email) = self.validate_fields(username, email, password, Address::Optional).await?;
        Ok(ValidRegistration { username, email, password_hash: self.core.hasher.hash(password).await? })
    }

    /// Validates a registration that is confirmed by email. The result never depends on whether an account has the
    /// address.
    pub(super) async fn validate_with_email(
        &self,
        username: &str,
        email: &str,
        password: &Password,
    ) -> Result<ValidRegistrationWithEmail, RegistrationError> {
        let (username, email) = self.validate_fields(username, email, password, Address::Confirmed).await?;
        let Some(email) = email else { return Err(FieldError::EmailInvalid.into()) };
        Ok(ValidRegistrationWithEmail { username, email, password_hash: self.core.hasher.hash(password).await? })
    }

    /// Collects all errors, so that the user sees them at once. Taken usernames and email addresses are only looked up
    /// for these messages; the following transaction decides.
    async fn validate_fields(
        &self,
        typed_username: &str,
        typed_email: &str,
        password: &Password,
        address: Address,
    ) -> Result<(Username, Option<EmailAddress>), RegistrationError> {
        let mut refusals = Vec::new();
        let username = Username::parse(typed_username).map_err(|refusal| refusals.push(refusal)).ok();
        let email = match typed_email.trim() {
            "" if address == Address::Optional => None,
            typed => EmailAddress::parse(typed).map_err(|refusal| refusals.push(refusal)).ok(),
        };
        if let Some(username) = &username
            && self.is_taken(username, email.as_ref()).await?
        {
            refusals.push(FieldError::UsernameTaken);
        }
        if let (Some(email), Address::Optional) = (&email, address)
            && users::by_email(self.core.store.reader(), email).await?.is_some()
        {
            refusals.push(FieldError::EmailTaken);
        }
        let local_part = email.as_ref().map(|email| email.local_part().to_owned()).unwrap_or_default();
        if let Err(refusal) =
            self.core.hasher.validate(password, vec![typed_username.trim().to_owned(), local_part]).await?
        {
            refusals.push(refusal);
        }
        match username {
            Some(username) if refusals.is_empty() => Ok((username, email)),
            _ => Err(RegistrationError::Refused(refusals)),
        }
    }

    async fn is_taken(&self, username: &Username, email: Option<&EmailAddress>) -> Result<bool, sea_orm::DbErr> {
        let db = self.core.store.reader();
        if users::by_username(db, username).await?.is_some() {
            return Ok(true);
        }
        match email {
            Some(email) => registrations::name_is_reserved(db, username, email, self.core.clock.now()).await,
            None => Ok(false),
        }
    }
}
