//! The second factor of one's own account: setting up an authenticator app, recovery codes, removal.

use std::sync::Arc;

use latchkey_types::{RateLimited, SecondFactor, TotpSetup};
use sea_orm::{ConnectionTrait, DbErr};

use super::mail_queue::{self, Subject, Template};
use super::session::{AuthSession, NotFresh, SessionService, TOTP_PURPOSE};
use super::throttle::Counter;
use super::{Core, ServiceError};
use crate::client::Client;
use crate::security::qr;
use crate::security::recovery_code::{CODES, RecoveryCode};
use crate::security::totp::TotpSecret;
use crate::store::audit::{self, Event};
use crate::store::entity::{totp, user};
use crate::store::{second_factor, trusted_devices, users};

mod trust;

/// How long new recovery codes are shown on the page, in seconds.
pub const CODES_SHOWN_SECONDS: i64 = 600;
/// The purpose of encrypted recovery codes.
const CODES_PURPOSE: &str = "recovery codes";

/// Why the second factor was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The account has a second factor already. It must be removed before another one is set up.
    #[error("there is a second factor already")]
    AlreadyOn,
    /// The account has no second factor, or none to be confirmed.
    #[error("there is no second factor")]
    NotOn,
    /// The code is wrong, or was used before.
    #[error("the code is wrong")]
    WrongCode,
    /// Too many wrong codes for the account. The code was not compared.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// The password must be entered again.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The account was deleted or deactivated, or the session has ended.
    #[error("the account or its session no longer exists")]
    Gone,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(SecondFactorError: DbErr);

/// Whether new recovery codes are also kept, encrypted, to be shown on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowCodes {
    /// For ten minutes, or until the owner has saved them.
    OnPage,
    /// No: the caller returns them.
    No,
}

/// Changes the second factor.
#[derive(Clone, Debug)]
pub struct SecondFactorService {
    core: Arc<Core>,
    session: SessionService,
}

impl SecondFactorService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Whether the user has to set up a second factor before anything else (`REQUIRE_SECOND_FACTOR`).
    #[must_use]
    pub fn is_missing(&self, auth: &AuthSession) -> bool {
        auth.user().second_factor_at.is_none() && self.core.second_factor.is_required_of(&auth.roles())
    }

    /// What the page shows. Secrets are among it only if the password was entered recently.
    pub async fn overview(&self, auth: &AuthSession) -> Result<SecondFactor, ServiceError> {
        let (db, now) = (self.core.store.reader(), self.core.clock.now());
        let user = auth.user();
        let is_required = self.core.second_factor.is_required_of(&auth.roles());
        let Some(totp) = second_factor::totp(db, user.id).await? else {
            return Ok(SecondFactor { is_required, ..SecondFactor::default() });
        };
        let is_fresh = auth.require_fresh(now).is_ok();
        let is_on = totp.confirmed_at.is_some();
        let setup = if is_fresh && !is_on { self.setup_of(user, &totp)? } else { None };
        let is_shown = is_fresh && totp.new_codes_until.is_some_and(|until| now < until);
        let sealed = totp.new_codes.as_deref().filter(|_| is_shown);
        let opened = sealed.and_then(|sealed| self.core.secrets.open(CODES_PURPOSE, &user.public_id, sealed));
        let new_codes = opened.map(|opened| String::from_utf8_lossy(&opened.secret).into_owned()).unwrap_or_default();
        Ok(SecondFactor {
            is_on,
            is_required,
            codes_left: second_factor::codes_left(db, user.id).await?,
            setup,
            new_codes: new_codes.split_whitespace().map(str::to_owned).collect(),
            passkeys: None,
            trusted: self.trusted(user.id).await?,
        })
    }

    fn setup_of(&self, user: &user::Model, totp: &totp::Model) -> Result<Option<TotpSetup>, ServiceError> {
        let opened = self.core.secrets.open(TOTP_PURPOSE, &user.public_id, &totp.secret);
        let setup = opened.map(|opened| self.setup(user, &TotpSecret::from(opened.secret))).transpose();
        Ok(setup?)
    }

    fn setup(&self, user: &user::Model, secret: &TotpSecret) -> anyhow::Result<TotpSetup> {
        let url = secret.to_url(self.core.product.name, &user.username)?;
        Ok(TotpSetup { secret: secret.to_base32(), qr: qr::path(&url)?, url })
    }

    /// Generates the secret of an app, in place of one that was not confirmed. It counts once a code is entered.
    pub async fn set_up(&self, auth: &AuthSession) -> Result<TotpSetup, SecondFactorError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        let secret = TotpSecret::generate().map_err(ServiceError::from)?;
        self.core
            .store
            .write_tx(async |tx| -> Result<TotpSetup, SecondFactorError> {
                let user = self.locked(tx, auth).await?;
                if user.second_factor_at.is_some() {
                    return Err(SecondFactorError::AlreadyOn);
                }
                let sealed = self.core.secrets.seal(TOTP_PURPOSE, &user.public_id, secret.bytes());
                let row = totp::Model {
                    user_id: user.id,
                    secret: sealed.map_err(ServiceError::from)?,
                    created_at: now,
                    confirmed_at: None,
                    last_step: 0,
                    new_codes: None,
                    new_codes_until: None,
                };
                second_factor::replace_totp(tx, row).await?;
                Ok(self.setup(&user, &secret).map_err(ServiceError::from)?)
            })
            .await
    }

    /// Turns the second factor on with a code of the app, and returns the recovery codes. No session ends.
    pub async fn confirm(
        &self,
        auth: &AuthSession,
        code: &str,
        show: ShowCodes,
        client: &Client,
    ) -> Result<Vec<RecoveryCode>, SecondFactorError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        // Not counted as a wrong code: the form was sent twice, or never begun.
        unconfirmed(self.core.store.reader(), auth.account_id()).await?;
        let attempt = self.core.throttle.attempt(Counter::Code(auth.user_id()), client).await??;
        let codes = new_codes()?;
        self.core
            .store
            .write_tx(async |tx| -> Result<(), SecondFactorError> {
                let user = self.locked(tx, auth).await?;
                unconfirmed(tx, user.id).await?;
                if !self.session.accept_code(tx, &user, code, client).await? {
                    return Err(SecondFactorError::WrongCode);
                }
                attempt.succeed(tx).await?;
                users::set_second_factor(tx, user.id, Some(now)).await?;
                self.store_codes(tx, &user, &codes, show).await?;
                Ok(record(tx, audit::Kind::FactorAdded, &user, auth.user_id(), client, now).await?)
            })
            .await?;
        self.session.invalidate_user(auth.user_id());
        Ok(codes)
    }

    /// Replaces the recovery codes, used or not, and returns the new ones.
    pub async fn renew_codes(
        &self,
        auth: &AuthSession,
        show: ShowCodes,
        client: &Client,
    ) -> Result<Vec<RecoveryCode>, SecondFactorError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        let codes = new_codes()?;
        self.core
            .store
            .write_tx(async |tx| -> Result<(), SecondFactorError> {
                let user = self.locked(tx, auth).await?;
                if user.second_factor_at.is_none() {
                    return Err(SecondFactorError::NotOn);
                }
                self.store_codes(tx, &user, &codes, show).await?;
                Ok(record(tx, audit::Kind::RecoveryCodesRenewed, &user, auth.user_id(), client, now).await?)
            })
            .await?;
        Ok(codes)
    }

    /// Turns the second factor off, and deletes its recovery codes. No session ends.
    pub async fn remove(&self, auth: &AuthSession, client: &Client) -> Result<(), SecondFactorError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        self.core
            .store
            .write_tx(async |tx| -> Result<(), SecondFactorError> {
                let user = self.locked(tx, auth).await?;
                let is_removed = remove_of(tx, &user, auth.user_id(), false, client, now).await?;
                if is_removed { Ok(()) } else { Err(SecondFactorError::NotOn) }
            })
            .await?;
        self.session.invalidate_user(auth.user_id());
        Ok(())
    }

    /// Stops to show the new recovery codes: their owner has saved them.
    pub async fn hide_codes(&self, auth: &AuthSession) -> Result<(), ServiceError> {
        let hidden = self.core.store.write_tx(async |tx| second_factor::show_codes(tx, auth.account_id(), None).await);
        Ok(hidden.await?)
    }

    async fn store_codes(
        &self,
        tx: &impl ConnectionTrait,
        user: &user::Model,
        codes: &[RecoveryCode],
        show: ShowCodes,
    ) -> Result<(), ServiceError> {
        let shown = if show == ShowCodes::OnPage {
            let text = codes.iter().map(RecoveryCode::expose).collect::<Vec<_>>().join(" ");
            let until = self.core.clock.now() + CODES_SHOWN_SECONDS;
            Some((self.core.secrets.seal(CODES_PURPOSE, &user.public_id, text.as_bytes())?, until))
        } else {
            None
        };
        let hashes = codes.iter().map(|code| code.hash(&user.public_id)).collect();
        Ok(second_factor::replace_codes(tx, user.id, hashes, shown).await?)
    }

    /// Locks the user's account, unless it or the session has ended meanwhile.
    async fn locked(&self, tx: &impl ConnectionTrait, auth: &AuthSession) -> Result<user::Model, SecondFactorError> {
        let user = users::lock(tx, auth.account_id()).await?.filter(|user| user.is_active);
        let user = user.ok_or(SecondFactorError::Gone)?;
        if self.session.is_live(tx, auth).await? { Ok(user) } else { Err(SecondFactorError::Gone) }
    }
}

/// Turns the second factor of an account off; `false` if it was not on, and the caller has deleted no passkeys. An app that
/// was not confirmed is deleted, too. The caller has locked the account.
pub(super) async fn remove_of(
    tx: &impl ConnectionTrait,
    user: &user::Model,
    actor: &str,
    had_passkeys: bool,
    client: &Client,
    now: i64,
) -> Result<bool, DbErr> {
    let was_on = had_passkeys || user.second_factor_at.is_some();
    second_factor::remove(tx, user.id).await?;
    users::set_second_factor(tx, user.id, None).await?;
    if was_on {
        record(tx, audit::Kind::FactorRemoved, user, actor, client, now).await?;
    }
    Ok(was_on)
}

/// Records a change, ends the trust in devices, and tells the owner if it turned the second factor on or off.
async fn record(
    tx: &impl ConnectionTrait,
    kind: audit::Kind,
    user: &user::Model,
    actor: &str,
    client: &Client,
    now: i64,
) -> Result<(), DbErr> {
    let event = Event { actor: Some(actor), subject: Some(&user.public_id), ..Event::default() };
    audit::record(tx, kind, event, client, now).await?;
    trusted_devices::delete_of_user(tx, user.id).await?;
    let template = match kind {
        audit::Kind::FactorAdded => Some(Template::FactorAdded),
        audit::Kind::FactorRemoved => Some(Template::FactorRemoved),
        _ => None,
    };
    if let Some(template) = template.filter(|_| user.email.is_some()) {
        let subject = Subject { user_id: Some(user.id), ..Subject::default() };
        mail_queue::enqueue(tx, template, subject, now).await?;
    }
    Ok(())
}

/// Fails unless an app is being set up.
async fn unconfirmed(db: &impl ConnectionTrait, user_id: i64) -> Result<(), SecondFactorError> {
    let totp = second_factor::totp(db, user_id).await?.ok_or(SecondFactorError::NotOn)?;
    if totp.confirmed_at.is_some() { Err(SecondFactorError::AlreadyOn) } else { Ok(()) }
}

fn new_codes() -> Result<Vec<RecoveryCode>, ServiceError> {
    Ok((0..CODES).map(|_| RecoveryCode::generate()).collect::<anyhow::Result<_>>()?)
}
