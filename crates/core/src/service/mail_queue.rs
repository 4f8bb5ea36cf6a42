//! The mail queue: use cases queue emails and check the rate limit here.
//!
//! Both happen in the transaction that causes the email. [`crate::mail`] renders and delivers it later.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};

use crate::security::opaque_token::Purpose;
use crate::store::{mail_throttle, outbox};

pub use crate::store::outbox::{Subject, Template};

/// Minimum number of seconds between two emails with the same purpose to the same address.
pub const MAIL_INTERVAL_SECONDS: i64 = 60;
/// Maximum number of emails with the same purpose to the same address within [`MAIL_DAY_SECONDS`].
pub const MAILS_A_DAY: usize = 10;
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

/// Checks the rate limit of an address, and counts the email if it is allowed.
///
/// Must also be called for addresses without an account, so that they are counted, and answered, alike.
pub async fn may_send(tx: &impl ConnectionTrait, email_key: &str, purpose: Purpose, now: i64) -> Result<bool, DbErr> {
    let key = throttle_key(email_key, purpose);
    let mut times = mail_throttle::lock(tx, &key).await?;
    times.retain(|time| now - time < MAIL_DAY_SECONDS);
    let is_soon = times.last().is_some_and(|last| now - last < MAIL_INTERVAL_SECONDS);
    let may = !is_soon && times.len() < MAILS_A_DAY;
    if may {
        times.push(now);
        mail_throttle::write(tx, &key, &times).await?;
    }
    Ok(may)
}

fn throttle_key(email_key: &str, purpose: Purpose) -> String {
    let hash = Sha256::new().chain_update(purpose.to_value()).chain_update([0]).chain_update(email_key).finalize();
    URL_SAFE_NO_PAD.encode(hash)
}
