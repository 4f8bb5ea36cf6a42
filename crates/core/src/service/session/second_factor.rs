//! The second step of a login: a code of the authenticator app, or a recovery code (ASVS 6.3.3).
//!
//! A right password of an account with a second factor makes no session but a challenge, which the code finishes.

use latchkey_types::RateLimited;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::challenge::Challenge;
use super::{AuthSession, Channel, IssuedToken, ServiceError, SessionService, VerifyPasswordError};
use crate::client::Client;
use crate::security::device_token::DeviceToken;
use crate::security::recovery_code::RecoveryCode;
use crate::security::totp::TotpSecret;
use crate::service::mail_queue::{self, Subject, Template};
use crate::service::throttle::Counter;
use crate::store::audit::{self, Event};
use crate::store::entity::{login_challenge, trusted_device, user};
use crate::store::{second_factor, trusted_devices, users};

/// How long a login waits for its second step, in seconds.
pub const CHALLENGE_SECONDS: i64 = 600;
/// The purpose of the encrypted secret of an app.
pub(in crate::service) const TOTP_PURPOSE: &str = "totp";

/// How long a device is trusted, in seconds.
pub const TRUST_SECONDS: i64 = 30 * 86_400;

/// Whether later logins on the device need no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// For [`TRUST_SECONDS`].
    ThirtyDays,
    /// Each login needs one.
    No,
}

/// A login whose second step has succeeded.
#[derive(Debug)]
pub struct VerifiedLogin {
    /// The token of the session.
    pub issued: IssuedToken,
    /// The device, if it is trusted now.
    pub device: Option<DeviceToken>,
}

/// The result of a right password.
#[derive(Debug)]
pub enum Login {
    /// The user is logged in.
    Session(IssuedToken),
    /// The account has a second factor, which is asked for next.
    Challenge(Challenge),
}

/// Why the second step of a login failed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyLoginError {
    /// The challenge is unknown, used or expired, or no code is left to try: the login begins again.
    #[error("the login has expired")]
    Expired,
    /// The code is wrong, or was used before.
    #[error("the code is wrong")]
    WrongCode,
    /// The account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// Too many wrong codes for the account, or from this network. The code was not compared.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(VerifyLoginError: DbErr);

impl SessionService {
    /// Creates a challenge for a user who has just entered the right password, if the account has a second factor and does
    /// not trust the device.
    pub(in crate::service) async fn challenge(
        &self,
        tx: &impl ConnectionTrait,
        user: &user::Model,
        channel: Channel<'_>,
    ) -> Result<Option<Challenge>, ServiceError> {
        if user.second_factor_at.is_none() || self.is_trusted(tx, user, channel).await? {
            return Ok(None);
        }
        let challenge = Challenge::generate()?;
        let row = login_challenge::Model {
            hash: challenge.hash(),
            user_id: user.id,
            kind: channel.kind(),
            persistent: channel.remember_me().into(),
            attempts: 0,
            expires_at: self.core.clock.now() + CHALLENGE_SECONDS,
        };
        second_factor::insert_challenge(tx, row).await?;
        Ok(Some(challenge))
    }

    /// Finishes a login with a code of the app or a recovery code.
    ///
    /// Wrong codes are counted by challenge, and those of the app also by account, across challenges and nodes, because
    /// whoever has the password can have any number of challenges. Recovery codes can't be guessed, so the owner gets in by
    /// one whatever others do.
    pub async fn verify_login(
        &self,
        challenge: &str,
        code: &str,
        trust: Trust,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<VerifiedLogin, VerifyLoginError> {
        let now = self.core.clock.now();
        let (row, user) = self.waiting(challenge, channel).await?;
        let device = self.known_device(&user.public_id, channel.device());
        let counter = device.as_ref().map_or(Counter::Code(&user.public_id), Counter::CodeOnDevice);
        let (attempt, recovery) = if RecoveryCode::parse(code).is_some() {
            (None, Some(self.core.throttle.link(client)?))
        } else {
            (Some(self.core.throttle.attempt(counter, client).await??), None)
        };
        if !self.core.store.write_tx(async |tx| second_factor::count_challenge(tx, &row.hash, now).await).await? {
            return Err(VerifyLoginError::Expired);
        }
        let channel = channel.remembering(row.persistent.into());
        let superseded = self.superseded(channel);
        let trusted = match (trust, channel) {
            (Trust::ThirtyDays, Channel::Cookie { device, .. }) => Some(self.issue_device(&user.public_id, device)?),
            _ => None,
        };
        let verified = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, VerifyLoginError> {
                let user = users::lock(tx, user.id).await?.ok_or(VerifyLoginError::Expired)?;
                if !user.is_active {
                    return Err(VerifyLoginError::Deactivated);
                }
                if !self.accept_code(tx, &user, code, client).await? {
                    return Err(VerifyLoginError::WrongCode);
                }
                if !second_factor::use_challenge(tx, &row.hash).await? {
                    return Err(VerifyLoginError::Expired);
                }
                if let Some(attempt) = &attempt {
                    attempt.succeed(tx).await?;
                }
                self.core.throttle.forget_codes(tx, &user).await?;
                users::set_last_login(tx, user.id, now).await?;
                let public_id = Some(user.public_id.as_str());
                let detail = if trusted.is_some() { "with a code; trusts the device" } else { "with a code" };
                let event = Event { actor: public_id, subject: public_id, detail, ..Event::default() };
                if let Some(device) = &trusted {
                    let (name, expires_at) = (client.device(), now + TRUST_SECONDS);
                    let row = trusted_device::Model {
                        hash: device.hash(),
                        user_id: user.id,
                        name,
                        created_at: now,
                        expires_at,
                    };
                    trusted_devices::insert(tx, row).await?;
                }
                audit::record(tx, audit::Kind::LoginSuccess, event, client, now).await?;
                Ok(self.create(tx, &user, channel, superseded.as_ref(), client).await?)
            })
            .await;
        if let Err(VerifyLoginError::WrongCode) = verified {
            self.record_failure(Some(&user), "wrong code", attempt.as_ref(), client).await?;
        }
        let issued = verified?;
        if let Some(recovery) = recovery {
            recovery.succeed();
        }
        self.invalidate_superseded(superseded.as_ref());
        Ok(VerifiedLogin { issued, device: trusted })
    }

    /// Whether the account trusts the browser.
    async fn is_trusted(
        &self,
        tx: &impl ConnectionTrait,
        user: &user::Model,
        channel: Channel<'_>,
    ) -> Result<bool, ServiceError> {
        let Some(device) = self.known_device(&user.public_id, channel.device()) else { return Ok(false) };
        Ok(trusted_devices::is_trusted(tx, user.id, &device.hash(), self.core.clock.now()).await?)
    }

    /// Verifies a logged-in user again by a code, in place of the password. The session is replaced by a new one.
    pub async fn reauthenticate_by_code(
        &self,
        auth: &AuthSession,
        code: &str,
        client: &Client,
    ) -> Result<IssuedToken, VerifyLoginError> {
        let attempt = self.core.throttle.attempt(Counter::Code(auth.user_id()), client).await??;
        let now = self.core.clock.now();
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, VerifyLoginError> {
                let user = users::lock(tx, auth.account_id()).await?.filter(|user| user.is_active);
                let user = user.ok_or(VerifyLoginError::Expired)?;
                if user.second_factor_at.is_none() || !self.accept_code(tx, &user, code, client).await? {
                    return Err(VerifyLoginError::WrongCode);
                }
                attempt.succeed(tx).await?;
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, detail: "with a code", ..Event::default() };
                audit::record(tx, audit::Kind::ReauthenticationSuccess, event, client, now).await?;
                self.replace_session(tx, auth, &user, client).await.map_err(|error| match error {
                    VerifyPasswordError::Service(fault) => VerifyLoginError::Service(fault),
                    _ => VerifyLoginError::Expired,
                })
            })
            .await?;
        self.forget(auth);
        Ok(issued)
    }

    /// The challenge, unless it is over or of another kind of client, and its account.
    async fn waiting(
        &self,
        challenge: &str,
        channel: Channel<'_>,
    ) -> Result<(login_challenge::Model, user::Model), VerifyLoginError> {
        let (db, now) = (self.core.store.reader(), self.core.clock.now());
        let hash = Challenge::parse(challenge).ok_or(VerifyLoginError::Expired)?.hash();
        let row = second_factor::live_challenge(db, &hash, now).await?.filter(|row| row.kind == channel.kind());
        let row = row.ok_or(VerifyLoginError::Expired)?;
        let user = users::by_id(db, row.user_id).await?.ok_or(VerifyLoginError::Expired)?;
        Ok((row, user))
    }

    /// Whether this is a code of the account's app that was not used before, or an unused recovery code, which is used up.
    /// The caller has locked the account.
    pub(in crate::service) async fn accept_code(
        &self,
        tx: &DatabaseTransaction,
        user: &user::Model,
        code: &str,
        client: &Client,
    ) -> Result<bool, ServiceError> {
        if let Some(recovery) = RecoveryCode::parse(code) {
            return self.accept_recovery_code(tx, user, &recovery, client).await;
        }
        let now = self.core.clock.now();
        let Some(totp) = second_factor::totp(tx, user.id).await? else { return Ok(false) };
        let Some(opened) = self.core.secrets.open(TOTP_PURPOSE, &user.public_id, &totp.secret) else {
            tracing::warn!(user.id = user.public_id, "the key of the authenticator app is not known any more");
            return Ok(false);
        };
        let digits = code.split_whitespace().collect::<String>();
        let secret = TotpSecret::from(opened.secret);
        let Some(step) = secret.step_of(&digits, now)? else { return Ok(false) };
        if opened.is_outdated {
            let sealed = self.core.secrets.seal(TOTP_PURPOSE, &user.public_id, secret.bytes())?;
            second_factor::reencrypt(tx, user.id, &sealed).await?;
        }
        Ok(second_factor::accept_step(tx, user.id, step, now).await?)
    }

    async fn accept_recovery_code(
        &self,
        tx: &DatabaseTransaction,
        user: &user::Model,
        code: &RecoveryCode,
        client: &Client,
    ) -> Result<bool, ServiceError> {
        let now = self.core.clock.now();
        if !second_factor::use_code(tx, user.id, &code.hash(&user.public_id)).await? {
            return Ok(false);
        }
        let public_id = Some(user.public_id.as_str());
        let event = Event { actor: public_id, subject: public_id, ..Event::default() };
        audit::record(tx, audit::Kind::RecoveryCodeUsed, event, client, now).await?;
        if user.email.is_some() {
            let subject = Subject { user_id: Some(user.id), ..Subject::default() };
            mail_queue::enqueue(tx, Template::RecoveryCodeUsed, subject, now).await?;
        }
        Ok(true)
    }
}
