//! A password is changed by who knows it.

use super::OwnAccountService;
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::service::Fault;
use crate::service::post::{self, Subject, Template};
use crate::service::session::{ProofError, SignedIn, Visitor};
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{email_changes, mail_tokens, users};
use latchkey_types::FieldError;
use latchkey_types::{EmailAddress, Password};

/// Why the password stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// What was typed; at least one reason.
    #[error("refused: {0:?}")]
    Refused(Vec<FieldError>),
    /// The account is gone or deactivated, or its session ended meanwhile.
    #[error("the session is over")]
    Over,
    /// It could not be done.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<ProofError> for PasswordError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Wrong => Self::Refused(vec![FieldError::CurrentPasswordWrong]),
            ProofError::Over => Self::Over,
            ProofError::Fault(fault) => Self::Fault(fault),
        }
    }
}

from_faults!(PasswordError: DbErr, HashError);

impl OwnAccountService {
    /// Changes the visitor's password. Every other session and every link in a mail ends; theirs goes on under a new token and a new name, so
    /// that a copy of the old token is worth nothing either.
    ///
    /// # Errors
    /// [`PasswordError::Refused`] with every reason found.
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        current: &Password,
        new: &Password,
        client: &Client,
    ) -> Result<SignedIn, PasswordError> {
        let proof = self.session.prove(visitor, current, client).await;
        let judged = self.core.hasher.judge(new, personal(visitor.user())).await?;
        let (proof, judged) = match (proof, judged) {
            (Err(ProofError::Wrong), Err(refusal)) => {
                return Err(PasswordError::Refused(vec![FieldError::CurrentPasswordWrong, refusal]));
            }
            (proof, judged) => (proof?, judged),
        };
        judged.map_err(|refusal| PasswordError::Refused(vec![refusal]))?;
        let hash = self.core.hasher.hash(new).await?;
        let now = self.core.clock.now();
        let changed = self.core.store.write_tx(async |tx| -> Result<SignedIn, PasswordError> {
            let user = proof.hold(tx).await?;
            users::replace_hash(tx, user.id, &user.password, &hash).await?;
            let public_id = Some(user.public_id.as_str());
            let event = Event { actor: public_id, subject: public_id, ..Event::default() };
            mail_tokens::delete_of_user(tx, user.id).await?;
            email_changes::delete_of_user(tx, user.id).await?;
            audit::record(tx, audit::Kind::PasswordChanged, event, client, now).await?;
            let subject = Subject { user_id: Some(user.id), ..Subject::default() };
            post::enqueue(tx, Template::PasswordChanged, subject, now).await?;
            self.session.revoke_others(tx, visitor, RevokedReason::PasswordChanged, client).await?;
            Ok(self.session.succeed(tx, visitor, &user, client).await?)
        });
        let signed_in = changed.await?;
        self.session.forget_cached(&visitor.user().public_id);
        Ok(signed_in)
    }
}

/// What a guesser who knows the account would try first.
fn personal(user: &user::Model) -> Vec<String> {
    let email = user.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
    [Some(user.username.clone()), email.map(|email| email.local_part().to_owned())].into_iter().flatten().collect()
}
