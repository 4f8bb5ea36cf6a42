//! The mail queue: use cases queue emails and check the rate limit here.
//!
//! Both happen in the transaction that causes the email. [`crate::mail`] renders and delivers it later.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};

use crate::client::Client;
use crate::security::opaque_token::Purpose;
use crate::store::{mail_throttle, outbox};
use crate::telemetry::{self, Limit};
use latchkey_types::{RateLimit, RateLimited};

pub use crate::store::outbox::{Subject, Template};

/// Minimum number of seconds between two emails with the same purpose to the same address.
pub const MAIL_INTERVAL_SECONDS: i64 = 60;
/// Maximum number of emails with the same purpose to the same address within [`MAIL_DAY_SECONDS`].
pub const MAILS_A_DAY: usize = 10;
/// Of those, the maximum that one client can cause without an account: an IPv4 address, or an IPv6 /64.
pub const MAILS_A_DAY_AND_CLIENT: usize = 3;
/// Sliding window of the rate limit: the last 24 hours.
pub const MAIL_DAY_SECONDS: i64 = 86_400;

/// Queues an email, which is delivered after the transaction has committed.
pub async fn enqueue(
    tx: &impl ConnectionTrait,
    template: Template,
    subject: Subject<'_>,
    now: i64,
) -> Result<(), DbErr> {
    outbox::insert(tx, template, subject, now).await
}

/// Checks the rate limits of an address, and counts the email if they allow it. Otherwise it says when the next one can
/// be sent.
///
/// Must also be called for addresses without an account, so that they are counted, and answered, alike. An anonymous
/// client therefore uses up emails that are never sent. Its own small share keeps enough of them for the owner of the
/// address, who asks from elsewhere.
pub async fn may_send(
    tx: &impl ConnectionTrait,
    email_key: &str,
    purpose: Purpose,
    client: &Client,
    now: i64,
) -> Result<Result<(), RateLimited>, DbErr> {
    let mut counters = vec![Counter::lock(tx, throttle_key(&[email_key], purpose), MAILS_A_DAY, now).await?];
    if let Some(subscriber) = client.subscriber() {
        // Locked second, as always: another order could deadlock.
        let key = throttle_key(&[email_key, &subscriber], purpose);
        counters.push(Counter::lock(tx, key, MAILS_A_DAY_AND_CLIENT, now).await?);
    }
    count(tx, counters, now).await
}

/// Like [`may_send`], but counts the emails that an account causes, whatever their recipients and whoever is logged in.
pub async fn may_send_for(
    tx: &impl ConnectionTrait,
    public_id: &str,
    purpose: Purpose,
    now: i64,
) -> Result<Result<(), RateLimited>, DbErr> {
    count(tx, vec![Counter::lock(tx, throttle_key(&[public_id], purpose), MAILS_A_DAY, now).await?], now).await
}

/// The emails of the last 24 hours that one limit counts.
struct Counter {
    key: String,
    /// Unix times in seconds, oldest first.
    times: Vec<i64>,
    max: usize,
}

impl Counter {
    async fn lock(tx: &impl ConnectionTrait, key: String, max: usize, now: i64) -> Result<Self, DbErr> {
        let mut times = mail_throttle::lock(tx, &key).await?;
        times.retain(|time| now - time < MAIL_DAY_SECONDS);
        Ok(Self { key, times, max })
    }

    /// When the next email is allowed.
    fn next_at(&self) -> i64 {
        let after_last = self.times.last().map(|last| last + MAIL_INTERVAL_SECONDS);
        // The newest of those that must be a day old before another one fits.
        let full = self.times.len().checked_sub(self.max).and_then(|index| self.times.get(index));
        after_last.max(full.map(|time| time + MAIL_DAY_SECONDS)).unwrap_or_default()
    }
}

async fn count(tx: &impl ConnectionTrait, counters: Vec<Counter>, now: i64) -> Result<Result<(), RateLimited>, DbErr> {
    let next_at = counters.iter().map(Counter::next_at).max().unwrap_or_default();
    if next_at > now {
        telemetry::throttled(Limit::Email);
        return Ok(Err(RateLimited::new(RateLimit::Emails, now, next_at)));
    }
    for Counter { key, mut times, .. } in counters {
        times.push(now);
        mail_throttle::write(tx, &key, &times).await?;
    }
    Ok(Ok(()))
}

/// A hash, so that email addresses of people without an account are not stored.
fn throttle_key(counted: &[&str], purpose: Purpose) -> String {
    let mut hash = Sha256::new().chain_update(purpose.to_value());
    for part in counted {
        hash = hash.chain_update([0]).chain_update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
