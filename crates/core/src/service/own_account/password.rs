//! Password change by a user who knows the current password.

use super::OwnAccountService;
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::service::ServiceError;
use crate::service::mail_queue::{self, Subject, Template};
use crate::service::session::{AuthSession, IssuedToken, VerifyPasswordError};
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{email_changes, mail_tokens, outbox, second_factor, trusted_devices, users};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, Password, RateLimited};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The input is invalid; at least one reason.
    #[error("refused: {0:?}")]
    Refused(Vec<FieldError>),
    /// The account was deleted or deactivated, or the session has ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// Too many failures in the sessions of the account. The password was not compared.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<VerifyPasswordError> for PasswordError {
    fn from(error: VerifyPasswordError) -> Self {
        match error {
            VerifyPasswordError::Mismatch => Self::Refused(vec![FieldError::CurrentPasswordWrong]),
            VerifyPasswordError::SessionEnded => Self::SessionEnded,
            VerifyPasswordError::TooMany(limited) => Self::TooMany(limited),
            VerifyPasswordError::Service(fault) => Self::Service(fault),
        }
    }
}

from_service_errors!(PasswordError: DbErr, HashError);

impl OwnAccountService {
    /// Changes the user's password. Ends all other sessions and invalidates all email links.
    ///
    /// The user's own session continues with a new id and a new token, so that a copy of the old token is worthless as
    /// well.
    ///
    /// # Errors
    /// [`PasswordError::Refused`] with every reason found.
    pub async fn change_password(
        &self,
        auth: &AuthSession,
        current: &Password,
        new: &Password,
        client: &Client,
    ) -> Result<IssuedToken, PasswordError> {
        let verified = match self.session.verify_password(auth, current, client).await {
            Err(VerifyPasswordError::Mismatch) => Err(FieldError::CurrentPasswordWrong),
            verified => Ok(verified?),
        };
        let personal = personal(auth.user());
        // Estimating the strength of a password costs time, so only if the current one is right.
        let validated = match &verified {
            Ok(_) => self.core.hasher.validate(new, personal, client).await?,
            Err(_) => self.core.hasher.check(new, &personal),
        };
        let verified = match (verified, validated) {
            (Ok(verified), Ok(())) => verified,
            (verified, validated) => {
                return Err(PasswordError::Refused(verified.err().into_iter().chain(validated.err()).collect()));
            }
        };
        let hash = self.core.hasher.hash(new, client).await?;
        let now = self.core.clock.now();
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, PasswordError> {
                let user = verified.lock(tx).await?;
                users::replace_hash(tx, user.id, &user.password, &hash).await?;
                trusted_devices::delete_of_user(tx, user.id).await?;
                self.core.throttle.forget(tx, &user).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, ..Event::default() };
                mail_tokens::delete_of_user(tx, user.id).await?;
                outbox::delete_resets(tx, user.id).await?;
                email_changes::delete_of_user(tx, user.id).await?;
                second_factor::delete_challenges(tx, user.id).await?;
                audit::record(tx, audit::Kind::PasswordChanged, event, client, now).await?;
                let subject = Subject { user_id: Some(user.id), ..Subject::default() };
                mail_queue::enqueue(tx, Template::PasswordChanged, subject, now).await?;
                self.session.revoke_others_in(tx, auth, RevokedReason::PasswordChanged, client).await?;
                Ok(self.session.replace_session(tx, auth, &user, client).await?)
            })
            .await?;
        self.session.invalidate_user(&auth.user().public_id);
        Ok(issued)
    }
}

/// Words that an attacker who knows the account would try first.
fn personal(user: &user::Model) -> Vec<String> {
    let email = user.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
    [Some(user.username.clone()), email.map(|email| email.local_part().to_owned())].into_iter().flatten().collect()
}
