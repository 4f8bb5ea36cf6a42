//! Passkeys: registration, removal, and what is done by one: login and a fresh proof of the user.
//!
//! A passkey verifies its user, so a login by one needs no second step.

use std::sync::Arc;

use latchkey_types::{PasskeySummary, RateLimited, trim_invisible};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::mail_queue::{self, Subject, Template};
use super::session::{AuthSession, Channel, IssuedToken, NotFresh, SessionService, VerifyPasswordError};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::security::random;
use crate::security::webauthn::{Begun, LoginResponse, RelyingParty, StoredPasskey, WebauthnError};
use crate::store::audit::{self, Event};
use crate::store::entity::{passkey, passkey_ceremony, user};
use crate::store::{passkeys, trusted_devices, users};

/// How long a ceremony can be finished, in seconds.
pub const CEREMONY_SECONDS: i64 = 300;
/// Maximum number of passkeys per account.
pub const PASSKEYS_MAX: u64 = 20;
/// The purpose of what the response to a login is checked against.
const LOGIN_PURPOSE: &str = "passkey login";
/// Maximum length of a name, in characters.
const NAME_MAX: usize = 64;

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

    /// The passkeys of the account, oldest first.
    pub async fn list(&self, auth: &AuthSession) -> Result<Vec<PasskeySummary>, ServiceError> {
        let rows = passkeys::of_user(self.core.store.reader(), auth.account_id()).await?;
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Begins to register a passkey, and returns the options for the browser as JSON.
    pub async fn begin_registration(&self, auth: &AuthSession) -> Result<String, PasskeyError> {
        auth.require_fresh(self.core.clock.now())?;
        let rows = passkeys::of_user(self.core.store.reader(), auth.account_id()).await?;
        if rows.len() as u64 >= PASSKEYS_MAX {
            return Err(PasskeyError::Full);
        }
        let known = rows.iter().map(stored).collect::<Vec<_>>();
        let user = auth.user();
        let begun = self.site()?.begin_registration(&user.public_id, &user.username, &known);
        self.store_ceremony(Some(user.id), begun.map_err(ServiceError::from)?).await
    }

    /// Registers the passkey that the browser has created. The owner gets an email.
    pub async fn register(
        &self,
        auth: &AuthSession,
        name: &str,
        response: &str,
        client: &Client,
    ) -> Result<PasskeySummary, PasskeyError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        let ceremony = self.take(&RelyingParty::registration_challenge(response)?).await?;
        let ceremony = ceremony.filter(|row| row.user_id == Some(auth.account_id())).ok_or(PasskeyError::Refused)?;
        let StoredPasskey { credential_id, public_key, state } =
            self.site()?.finish_registration(&ceremony.state, response)?;
        let row = passkey::Model {
            id: random::id().map_err(ServiceError::from)?,
            user_id: auth.account_id(),
            credential_id,
            public_key,
            state,
            name: named(name, client),
            created_at: now,
            last_used_at: None,
        };
        let added = row.clone();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), PasskeyError> {
                let user = self.locked(tx, auth).await?;
                if passkeys::by_credential(tx, &added.credential_id).await?.is_some() {
                    return Err(PasskeyError::Refused);
                }
                if passkeys::count(tx, user.id).await? >= PASSKEYS_MAX {
                    return Err(PasskeyError::Full);
                }
                passkeys::insert(tx, added.clone()).await?;
                self.record(tx, audit::Kind::PasskeyAdded, Template::PasskeyAdded, &user, &added.name, client).await
            })
            .await?;
        Ok(summary(row))
    }

    /// Removes a passkey. No session ends; the owner gets an email.
    pub async fn remove(&self, auth: &AuthSession, id: &str, client: &Client) -> Result<(), PasskeyError> {
        auth.require_fresh(self.core.clock.now())?;
        if !random::is_id(id) {
            return Err(PasskeyError::Unknown);
        }
        self.core
            .store
            .write_tx(async |tx| -> Result<(), PasskeyError> {
                let user = self.locked(tx, auth).await?;
                let rows = passkeys::of_user(tx, user.id).await?;
                let row = rows.iter().find(|row| row.id == id).ok_or(PasskeyError::Unknown)?;
                passkeys::delete(tx, user.id, id).await?;
                self.record(tx, audit::Kind::PasskeyRemoved, Template::PasskeyRemoved, &user, &row.name, client).await
            })
            .await
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

    async fn store_ceremony(&self, user_id: Option<i64>, begun: Begun) -> Result<String, PasskeyError> {
        let Begun { challenge, state, options } = begun;
        let expires_at = self.core.clock.now() + CEREMONY_SECONDS;
        let row = passkey_ceremony::Model { challenge, user_id, state, expires_at };
        self.core.store.write_tx(async |tx| passkeys::insert_ceremony(tx, row.clone()).await).await?;
        Ok(options)
    }

    async fn take(&self, challenge: &str) -> Result<Option<passkey_ceremony::Model>, PasskeyError> {
        let now = self.core.clock.now();
        Ok(self.core.store.write_tx(async |tx| passkeys::take(tx, challenge, now).await).await?)
    }

    fn site(&self) -> Result<&RelyingParty, PasskeyError> {
        self.site.as_ref().ok_or(PasskeyError::Unknown)
    }

    /// Locks the user's account, unless it or the session has ended meanwhile.
    async fn locked(&self, tx: &impl ConnectionTrait, auth: &AuthSession) -> Result<user::Model, PasskeyError> {
        let user = users::lock(tx, auth.account_id()).await?.filter(|user| user.is_active);
        let user = user.ok_or(PasskeyError::Gone)?;
        if self.session.is_live(tx, auth).await? { Ok(user) } else { Err(PasskeyError::Gone) }
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

/// The name of a new passkey: as typed, else the device.
fn named(typed: &str, client: &Client) -> String {
    let visible = typed.chars().filter(|char| !char.is_control()).collect::<String>();
    let name = trim_invisible(&visible).chars().take(NAME_MAX).collect::<String>();
    if name.is_empty() { client.device() } else { name }
}

fn summary(row: passkey::Model) -> PasskeySummary {
    PasskeySummary { id: row.id, name: row.name, created_at: row.created_at, last_used_at: row.last_used_at }
}

fn stored(row: &passkey::Model) -> StoredPasskey {
    StoredPasskey {
        credential_id: row.credential_id.clone(),
        public_key: row.public_key.clone(),
        state: row.state.clone(),
    }
}
