//! Validation of a registration, before anything is written.

use super::reserved_names::parse_unreserved;
use super::{RegistrationError, RegistrationService};
use crate::client::Client;
use crate::security::password_hash::{HashError, PasswordCheck};
use crate::service::throttle::Counter;
use crate::store::entity::registration;
use crate::store::{registrations, users};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, Password, Username, trim_invisible};

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
    pub(super) claim: Claim,
}

/// How a username is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nobody has it.
    Free,
    /// The registration with this id reserves it, and its password was given.
    Own(i64),
}

/// Maximum number of registrations of a username whose passwords are compared. All of them normally have the same one,
/// because each later one had to show it.
const COMPARED: u64 = 3;

/// Parses the username of a new account.
type ParseUsername = fn(&str) -> Result<Username, FieldError>;

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
        parse_username: ParseUsername,
        client: &Client,
    ) -> Result<ValidRegistration, RegistrationError> {
        let username = (username, parse_username);
        let (username, email, _) = self.validate_fields(username, email, password, Address::Optional, client).await?;
        Ok(ValidRegistration { username, email, password_hash: self.core.hasher.hash(password, client).await? })
    }

    /// Validates a registration that is confirmed by email. The result never depends on whether an account has the
    /// address.
    pub(super) async fn validate_with_email(
        &self,
        username: &str,
        email: &str,
        password: &Password,
        client: &Client,
    ) -> Result<ValidRegistrationWithEmail, RegistrationError> {
        let username = (username, parse_unreserved as ParseUsername);
        let (username, email, claim) =
            self.validate_fields(username, email, password, Address::Confirmed, client).await?;
        let Some(email) = email else { return Err(FieldError::EmailInvalid.into()) };
        let password_hash = self.core.hasher.hash(password, client).await?;
        Ok(ValidRegistrationWithEmail { username, email, password_hash, claim })
    }

    /// Collects all errors, so that the user sees them at once. Taken usernames and email addresses are only looked up
    /// for these messages; the following transaction decides.
    async fn validate_fields(
        &self,
        (typed_username, parse_username): (&str, ParseUsername),
        typed_email: &str,
        password: &Password,
        address: Address,
        client: &Client,
    ) -> Result<(Username, Option<EmailAddress>, Claim), RegistrationError> {
        let mut refusals = Vec::new();
        let username = parse_username(typed_username).map_err(|refusal| refusals.push(refusal)).ok();
        let email = match trim_invisible(typed_email) {
            "" if address == Address::Optional => None,
            typed => EmailAddress::parse(typed).map_err(|refusal| refusals.push(refusal)).ok(),
        };
        let claim = match &username {
            Some(username) => self.claim(username, password, address, client).await?,
            None => Ok(Claim::Free),
        };
        refusals.extend(claim.as_ref().err().cloned());
        if let (Some(email), Address::Optional) = (&email, address)
            && users::by_email(self.core.store.reader(), email).await?.is_some()
        {
            refusals.push(FieldError::EmailTaken);
        }
        let local_part = email.as_ref().map(|email| email.local_part().to_owned()).unwrap_or_default();
        let personal = vec![trim_invisible(typed_username).to_owned(), local_part];
        // Estimating the strength of a password costs time, so only if nothing else is wrong.
        let estimated = match self.core.hasher.check(password, &personal) {
            Ok(()) if refusals.is_empty() => self.core.hasher.validate(password, personal, client).await?,
            checked => checked,
        };
        refusals.extend(estimated.err());
        match (username, claim) {
            (Some(username), Ok(claim)) if refusals.is_empty() => Ok((username, email, claim)),
            _ => Err(RegistrationError::Refused(refusals)),
        }
    }

    /// Whether the username is available. The outer error is a fault, the inner one refuses the username.
    ///
    /// An account that is active at once goes before registrations that wait: the settings, or the operator, want it.
    async fn claim(
        &self,
        username: &Username,
        password: &Password,
        address: Address,
        client: &Client,
    ) -> Result<Result<Claim, FieldError>, RegistrationError> {
        if users::by_username(self.core.store.reader(), username).await?.is_some() {
            return Ok(Err(FieldError::UsernameTaken));
        }
        match address {
            Address::Optional => Ok(Ok(Claim::Free)),
            Address::Confirmed => self.claim_waiting(username, password, client).await,
        }
    }

    /// Whether registrations that wait leave the username to the holder of this password.
    ///
    /// Their email addresses do not matter. A mistyped address can be corrected, and the answer does not tell which
    /// address they have.
    pub(super) async fn claim_waiting(
        &self,
        username: &Username,
        password: &Password,
        client: &Client,
    ) -> Result<Result<Claim, FieldError>, RegistrationError> {
        let now = self.core.clock.now();
        let waiting = registrations::of_username(self.core.store.reader(), username, now, COMPARED).await?;
        if waiting.is_empty() {
            return Ok(Ok(Claim::Free));
        }
        // Counted like a login, which compares the same passwords.
        let attempt = self.core.throttle.attempt(Counter::Login(username.as_str()), client).await??;
        let own = attempt.evaluate(self.registration_of(waiting, password, client)).await?;
        if own.is_some() {
            self.core.store.write_tx(async |tx| attempt.succeed(tx).await).await?;
        }
        Ok(own.map(|own| Claim::Own(own.id)).ok_or(FieldError::UsernameTaken))
    }

    /// The first of these registrations that has the password.
    pub(super) async fn registration_of(
        &self,
        registrations: Vec<registration::Model>,
        password: &Password,
        client: &Client,
    ) -> Result<Option<registration::Model>, HashError> {
        // No password is that long. Not hashed, because that would take long.
        if password.is_too_long() {
            return Ok(None);
        }
        for registration in registrations {
            if self.core.hasher.verify(password, Some(&registration.password), client).await? != PasswordCheck::Mismatch
            {
                return Ok(Some(registration));
            }
        }
        Ok(None)
    }
}
