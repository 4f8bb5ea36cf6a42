//! Throttling of guesses, and limits per network. Every use case that checks a secret asks here first.
//!
//! Failures are counted in the database, so that nodes share the count and a restart keeps it. An attempt is counted
//! before it is evaluated, so that parallel attempts can't exceed the limit; a success removes the count. A throttled
//! attempt costs neither a hash nor a write.
//!
//! A login is counted by the username or email address as typed, under a keyed hash, so unknown ones behave like known
//! ones. The two names of an account are counted apart: a common count would tell which address belongs to which
//! username. Each gets half of the attempts that NIST SP 800-63B allows.

use std::fmt;

use latchkey_types::{EmailAddress, RateLimit, RateLimited, Username, trim_invisible};
use sea_orm::{ConnectionTrait, DbErr};

use super::ServiceError;
use crate::client::Client;
use crate::clock::Clock;
use crate::security::device_token::DeviceToken;
use crate::security::keyed_hash::KeyedHash;
use crate::store::entity::{attempt as row, user};
use crate::store::{Store, attempts};
use crate::telemetry::{self, Limit};
use attempt::LinkUse;
use budget::Budget;

mod attempt;
mod budget;

pub(super) use attempt::{Attempt, Counter};

/// Number of failures without a delay.
pub const FREE_FAILURES: i32 = 5;
/// Delay after [`FREE_FAILURES`], in seconds. It doubles with every further failure.
pub const DELAY_SECONDS: i64 = 2;
/// Maximum delay, in seconds.
pub const DELAY_MAX_SECONDS: i64 = 900;
/// Number of consecutive failures after which no attempt is evaluated. An account has two names to log in with, so this
/// is half of the 100 of NIST SP 800-63B (5.2.2).
pub const FAILURES_MAX: i32 = 50;
/// How long a count is kept after its last failure, in seconds.
pub const KEPT_SECONDS: i64 = 365 * 86_400;

/// How often an attempt is counted again if a parallel one was faster. More of them than [`FREE_FAILURES`] can't be.
const COUNT_TRIES: usize = 16;

/// Counts attempts.
pub struct Throttle {
    store: Store,
    clock: Clock,
    keys: KeyedHash,
    /// Failed attempts: 30 at once, then 10 a minute.
    failures: Budget,
    /// Registrations: 20 at once, then 30 an hour.
    registrations: Budget,
    /// Requests of emails without a login: 20 at once, then 30 an hour.
    emails: Budget,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

impl Throttle {
    pub(super) fn new(store: Store, clock: Clock, keys: KeyedHash) -> Self {
        Self {
            store,
            clock,
            keys,
            failures: Budget::new(30, 6),
            registrations: Budget::new(20, 120),
            emails: Budget::new(20, 120),
        }
    }

    /// Counts an attempt before it is evaluated. The inner error says when the next one is.
    pub(super) async fn attempt(
        &self,
        counter: Counter<'_>,
        client: &Client,
    ) -> Result<Result<Attempt<'_>, RateLimited>, ServiceError> {
        let key = self.key(counter)?;
        let network = client.subscriber().filter(|_| counter.is_anonymous());
        if let Err(limited) = self.take(&self.failures, network.as_deref()) {
            return Ok(Err(limited));
        }
        let counted = self.count(&key).await;
        if let (false, Some(network)) = (matches!(counted, Ok(Ok(_))), &network) {
            self.failures.give_back(network);
        }
        Ok(counted?.map(|(before, after)| Attempt {
            throttle: self,
            network,
            before,
            after,
            is_login: matches!(counter, Counter::Login(_) | Counter::Code(_)),
        }))
    }

    async fn count(&self, key: &str) -> Result<Result<(Option<row::Model>, row::Model), RateLimited>, DbErr> {
        let now = self.clock.now();
        for _ in 0..COUNT_TRIES {
            let before = attempts::find(self.store.reader(), key).await?;
            // A row that is kept longer than it counts has to be replaced as well.
            let failures = before.as_ref().filter(|row| now < row.last_at + KEPT_SECONDS).map_or(0, |row| row.failures);
            if let Some(row) = before.as_ref().filter(|_| failures > 0) {
                if failures >= FAILURES_MAX {
                    telemetry::throttled(Limit::Account);
                    return Ok(Err(RateLimited::new(RateLimit::Locked, now, row.last_at + KEPT_SECONDS)));
                }
                if now < row.next_at {
                    telemetry::throttled(Limit::Account);
                    return Ok(Err(RateLimited::new(RateLimit::Attempts, now, row.next_at)));
                }
            }
            let failures = failures + 1;
            let after = row::Model { key: key.to_owned(), failures, next_at: now + delay(failures), last_at: now };
            if self.store.write_tx(async |tx| attempts::replace(tx, before.as_ref(), &after).await).await? {
                return Ok(Ok((before, after)));
            }
        }
        Ok(Err(RateLimited::new(RateLimit::Attempts, now, now + 1)))
    }

    /// Limits registrations per network.
    pub(super) fn registration(&self, client: &Client) -> Result<(), RateLimited> {
        self.take(&self.registrations, client.subscriber().as_deref())
    }

    /// Limits requests of emails per network.
    pub(super) fn email(&self, client: &Client) -> Result<(), RateLimited> {
        self.take(&self.emails, client.subscriber().as_deref())
    }

    /// Limits the use of links per network. Nobody guesses a link, but nobody needs to try many.
    pub(super) fn link(&self, client: &Client) -> Result<LinkUse<'_>, RateLimited> {
        let network = client.subscriber();
        self.take(&self.failures, network.as_deref())?;
        Ok(LinkUse { throttle: self, network })
    }

    fn take(&self, budget: &Budget, network: Option<&str>) -> Result<(), RateLimited> {
        let Some(network) = network else { return Ok(()) };
        let now = self.clock.now();
        budget.take(network, now).map_err(|until| {
            telemetry::throttled(Limit::Network);
            RateLimited::new(RateLimit::Attempts, now, until)
        })
    }

    /// Removes the counts of an account after its password has changed, or if an administrator wants it.
    pub(super) async fn forget(&self, tx: &impl ConnectionTrait, user: &user::Model) -> Result<(), ServiceError> {
        let counters = [Some(Counter::Login(&user.username)), user.email.as_deref().map(Counter::Login)];
        let counters = counters.into_iter().flatten().chain([Counter::Session(&user.public_id)]);
        let keys = counters.map(|counter| self.key(counter)).collect::<anyhow::Result<_>>()?;
        Ok(attempts::delete(tx, keys).await?)
    }

    /// Removes the count of wrong codes of an account. Not with the password: whoever reads the mailbox can set a new one,
    /// and must not get more guesses by it.
    pub(super) async fn forget_codes(&self, tx: &impl ConnectionTrait, user: &user::Model) -> Result<(), ServiceError> {
        Ok(attempts::delete(tx, vec![self.key(Counter::Code(&user.public_id))?]).await?)
    }

    /// Issues the token of a browser in which the account with this public id has logged in.
    pub(super) fn issue_device(&self, account: &str) -> anyhow::Result<DeviceToken> {
        DeviceToken::issue(&self.keys, account, self.clock.now())
    }

    /// The token of the same device, after another login.
    pub(super) fn renew_device(&self, device: &DeviceToken) -> anyhow::Result<DeviceToken> {
        device.renew(&self.keys, self.clock.now())
    }

    /// The device of a cookie, if an account has logged in with it.
    pub(super) fn device(&self, cookie: &str) -> Option<DeviceToken> {
        DeviceToken::parse(&self.keys, cookie, self.clock.now())
    }

    fn key(&self, counter: Counter<'_>) -> anyhow::Result<String> {
        match counter {
            Counter::Login(typed) => self.keys.hash("login", &normalised(typed)),
            Counter::Device(device) => self.keys.hash("login on a device", device.id()),
            Counter::Session(account) => self.keys.hash("password again", account),
            Counter::Code(account) => self.keys.hash("code", account),
            Counter::CodeOnDevice(device) => self.keys.hash("code on a device", device.id()),
            Counter::Registration(username, email) => self.keys.hash("registration", &format!("{username}\0{email}")),
        }
    }
}

/// Seconds until the next attempt is evaluated.
fn delay(failures: i32) -> i64 {
    if failures < FREE_FAILURES {
        return 0;
    }
    // More doublings than the maximum needs would only overflow.
    let doublings = (failures - FREE_FAILURES).min(16);
    (DELAY_SECONDS << doublings).min(DELAY_MAX_SECONDS)
}

/// The username or email address that a login looks for.
fn normalised(typed: &str) -> String {
    let username = Username::parse(typed).map(|username| username.key());
    let found = username.or_else(|_| EmailAddress::parse(typed).map(|email| email.key()));
    found.unwrap_or_else(|_| trim_invisible(typed).to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_are_free_and_then_the_delay_doubles() {
        let delays = (1..=15).map(delay).collect::<Vec<_>>();
        assert_eq!(delays, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(delay(FAILURES_MAX), DELAY_MAX_SECONDS);
    }

    #[test]
    fn spellings_of_a_name_share_a_count() {
        assert_eq!(normalised("  Ada "), normalised("ada"));
        assert_eq!(normalised("ADA@Example.org"), normalised("ada@example.org"));
        assert_eq!(normalised("\u{200b}A B\u{a0}"), normalised("a b"));
        assert_ne!(normalised("ada"), normalised("ada@example.org"));
    }
}
