//! Registration and removal of passkeys by their owner.

use latchkey_types::{PasskeySummary, trim_invisible};
use sea_orm::ConnectionTrait;

use super::{CEREMONY_SECONDS, PasskeyError, PasskeyService, stored};
use crate::client::Client;
use crate::security::random;
use crate::security::webauthn::{Begun, RelyingParty, StoredPasskey};
use crate::service::ServiceError;
use crate::service::mail_queue::Template;
use crate::service::session::AuthSession;
use crate::store::entity::{passkey, passkey_ceremony, user};
use crate::store::{audit, passkeys, users};

/// Maximum number of passkeys per account.
pub const PASSKEYS_MAX: u64 = 20;
/// Maximum length of a name, in characters.
const NAME_MAX: usize = 64;

impl PasskeyService {
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
                if passkeys::count(tx, user.id).await? >= PASSKEYS_MAX {
                    return Err(PasskeyError::Full);
                }
                if !passkeys::insert(tx, added.clone()).await? {
                    return Err(PasskeyError::Refused);
                }
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

    /// Locks the user's account, unless it or the session has ended meanwhile.
    async fn locked(&self, tx: &impl ConnectionTrait, auth: &AuthSession) -> Result<user::Model, PasskeyError> {
        let user = users::lock(tx, auth.account_id()).await?.filter(|user| user.is_active);
        let user = user.ok_or(PasskeyError::Gone)?;
        if self.session.is_live(tx, auth).await? { Ok(user) } else { Err(PasskeyError::Gone) }
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
