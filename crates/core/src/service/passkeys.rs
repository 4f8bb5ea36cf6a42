//! Passkeys: login and fresh proof of the user. The submodule adds and removes them.
//!
//! A passkey verifies its user, so a login by one needs no second step.

use std::sync::Arc;

use latchkey_types::RateLimited;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::mail_queue::{self, Subject, Template};
use super::session::{AuthSession, Channel, IssuedToken, NotFresh, SessionService, VerifyPasswordError};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::security::webauthn::{Begun, LoginResponse, RelyingParty, StoredPasskey, WebauthnError};
use crate::store::audit::{self, Event};
use crate::store::entity::{passkey, user};
use crate::store::{passkeys, trusted_devices, users};

mod registration;

pub use registration::PASSKEYS_MAX;

/// How long a ceremony can be finished, in seconds.
pub const CEREMONY_SECONDS: i64 = 300;
/// The purpose of what the response to a login is checked against.
const LOGIN_PURPOSE: &str = "passkey login";

/// Why something was not done with a passkey.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// `PUBLIC_URL` is an IP address, or there is no such passkey.
    #[error("there is no such passkey")]
    Unknown,
    /// The response is wrong, was used before, is too late, or is of an unknown passkey.
    #[error("the passkey was not accepted")]
    Refused,
    /// The account has [`PASSKEYS_MAX`] passkeys.
    #[error("the account has too many passkeys")]
    Full,
    /// The passkey is right, but its account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// The password must be entered again.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// Too many requests or wrong responses from this network.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// The account was deleted or deactivated, or the session has ended.
    #[error("the account or its session no longer exists")]
    Gone,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(PasskeyError: DbErr);

impl From<WebauthnError> for PasskeyError {
    fn from(_: WebauthnError) -> Self {
        Self::Refused
    }
}

/// A login by passkey that was begun.
#[derive(Clone, Debug)]
pub struct PasskeyLogin {
    /// The options for the browser, as JSON.
    pub options: String,
    /// What has to come back with the response.
    pub state: String,
}

/// A passkey whose user has just been verified.
struct Verified {
    user: user::Model,
    row: passkey::Model,
    state: String,
}

/// Registers and removes passkeys, and logs in by them.
#[derive(Clone, Debug)]
pub struct PasskeyService {
    core: Arc<Core>,
    session: SessionService,
    site: Option<RelyingParty>,
}

impl PasskeyService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        let site = RelyingParty::new(&core.origin, core.product.name);
        Self { core, session, site }
    }

    /// Whether passkeys work here: not if `PUBLIC_URL` is an IP address.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.site.is_some()
    }

    /// Begins a login or a fresh proof. Writes nothing, so anybody may begin any number: what the response is checked
    /// against goes to the browser, encrypted, and comes back with the response.
    pub fn begin_login(&self) -> Result<PasskeyLogin, PasskeyError> {
        let Begun { state, options, .. } = self.site()?.begin_login().map_err(ServiceError::from)?;
        let expires_at = self.core.clock.now() + CEREMONY_SECONDS;
        let state = self.core.secrets.seal(LOGIN_PURPOSE, "", format!("{expires_at} {state}").as_bytes());
        Ok(PasskeyLogin { options, state: state.map_err(ServiceError::from)? })
    }

    /// Logs in by a passkey.
    pub async fn log_in(
        &self,
        state: &str,
        response: &str,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<IssuedToken, PasskeyError> {
        let attempt = self.core.throttle.link(client)?;
        let verified = self.verify(state, response, client).await?;
        attempt.succeed();
        let now = self.core.clock.now();
        let superseded = self.session.superseded(channel);
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, PasskeyError> {
                let user = verified.store(tx, now).await?;
                users::set_last_login(tx, user.id, now).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, detail: "by a passkey", ..Event::default() };
                audit::record(tx, audit::Kind::LoginSuccess, event, client, now).await?;
                Ok(self.session.create(tx, &user, channel, superseded.as_ref(), client).await?)
            })
            .await?;
        self.session.invalidate_superseded(superseded.as_ref());
        Ok(issued)
    }

    /// Verifies a logged-in user again, in place of the password. The session is replaced by a new one.
    pub async fn reauthenticate(
        &self,
        auth: &AuthSession,
        state: &str,
        response: &str,
        client: &Client,
    ) -> Result<IssuedToken, PasskeyError> {
        let attempt = self.core.throttle.link(client)?;
        let verified = self.verify(state, response, client).await?;
        if verified.user.id != auth.account_id() {
            return Err(PasskeyError::Refused);
        }
        attempt.succeed();
        let now = self.core.clock.now();
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, PasskeyError> {
                let user = verified.store(tx, now).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, detail: "by a passkey", ..Event::default() };
                audit::record(tx, audit::Kind::ReauthenticationSuccess, event, client, now).await?;
                Ok(self.session.replace_session(tx, auth, &user, client).await?)
            })
            .await?;
        self.session.forget(auth);
        Ok(issued)
    }

    /// Checks a response and uses its challenge up. A copied passkey is recorded, and its owner is told.
    async fn verify(&self, state: &str, response: &str, client: &Client) -> Result<Verified, PasskeyError> {
        let site = self.site()?;
        let response = LoginResponse::parse(response)?;
        let (expires_at, state) = self.opened(state).ok_or(PasskeyError::Refused)?;
        let challenge = response.challenge()?;
        let used = self.core.store.write_tx(async |tx| passkeys::use_challenge(tx, &challenge, expires_at).await);
        if !used.await? {
            return Err(PasskeyError::Refused);
        }
        let db = self.core.store.reader();
        let row = passkeys::by_credential(db, &response.credential_id()).await?.ok_or(PasskeyError::Refused)?;
        let user = users::by_id(db, row.user_id).await?.ok_or(PasskeyError::Refused)?;
        match site.finish_login(&state, &response, &stored(&row), &user.public_id) {
            Ok(_) if !user.is_active => Err(PasskeyError::Deactivated),
            Ok(state) => Ok(Verified { user, row, state }),
            Err(error) => {
                if error == WebauthnError::Cloned {
                    let recorded = self.core.store.write_tx(async |tx| {
                        let (kind, template) = (audit::Kind::PasskeyCopied, Template::PasskeyCopied);
                        self.record(tx, kind, template, &user, &row.name, client).await
                    });
                    recorded.await?;
                }
                Err(error.into())
            }
        }
    }

    /// When a login expires, and what its response is checked against; `None` if it has expired or is not of this server.
    fn opened(&self, sealed: &str) -> Option<(i64, String)> {
        let opened = self.core.secrets.open(LOGIN_PURPOSE, "", sealed)?;
        let text = String::from_utf8(opened.secret).ok()?;
        let (expires_at, state) = text.split_once(' ')?;
        let expires_at = expires_at.parse().ok().filter(|expires_at| self.core.clock.now() < *expires_at)?;
        Some((expires_at, state.to_owned()))
    }

    fn site(&self) -> Result<&RelyingParty, PasskeyError> {
        self.site.as_ref().ok_or(PasskeyError::Unknown)
    }

    /// Records a change or a copy, ends the trust in devices, and tells the owner.
    async fn record(
        &self,
        tx: &impl ConnectionTrait,
        kind: audit::Kind,
        template: Template,
        user: &user::Model,
        name: &str,
        client: &Client,
    ) -> Result<(), PasskeyError> {
        let now = self.core.clock.now();
        let public_id = Some(user.public_id.as_str());
        let event = Event { actor: public_id, subject: public_id, detail: name, ..Event::default() };
        audit::record(tx, kind, event, client, now).await?;
        trusted_devices::delete_of_user(tx, user.id).await?;
        if user.email.is_some() {
            let subject = Subject { user_id: Some(user.id), ..Subject::default() };
            mail_queue::enqueue(tx, template, subject, now).await?;
        }
        Ok(())
    }
}

impl Verified {
    /// Locks the account and stores the use. Of parallel uses with the same counter, one succeeds.
    async fn store(&self, tx: &DatabaseTransaction, now: i64) -> Result<user::Model, PasskeyError> {
        let user = users::lock(tx, self.user.id).await?.filter(|user| user.is_active).ok_or(PasskeyError::Refused)?;
        let is_first = passkeys::use_up(tx, &self.row, &self.state, now).await?;
        if is_first { Ok(user) } else { Err(PasskeyError::Refused) }
    }
}

impl From<VerifyPasswordError> for PasskeyError {
    fn from(error: VerifyPasswordError) -> Self {
        match error {
            VerifyPasswordError::Service(fault) => Self::Service(fault),
            VerifyPasswordError::TooMany(limited) => Self::TooMany(limited),
            VerifyPasswordError::Mismatch | VerifyPasswordError::SessionEnded => Self::Gone,
        }
    }
}

fn stored(row: &passkey::Model) -> StoredPasskey {
    StoredPasskey {
        credential_id: row.credential_id.clone(),
        public_key: row.public_key.clone(),
        state: row.state.clone(),
    }
}
