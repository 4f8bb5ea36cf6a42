//! What other use cases say to the outbox: that a mail is due, and whether one may be sent.
//!
//! Everything here happens in the transaction that causes the mail. It is rendered and delivered later, by
//! `server::mail`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};

use crate::security::opaque_token::Purpose;
use crate::store::{mail_throttle, outbox};

pub use crate::store::outbox::{Subject, Template};

/// Fewest seconds between two mails of a purpose to an address.
pub const MAIL_INTERVAL_SECONDS: i64 = 60;
/// Most mails of a purpose to an address within [`MAIL_DAY_SECONDS`].
pub const MAILS_A_DAY: usize = 10;
/// The day over which mails are counted: the last 24 hours at any moment.
pub const MAIL_DAY_SECONDS: i64 = 86_400;

/// Has a mail delivered once the transaction is committed.
///
/// # Errors
/// The database's.
pub async fn enqueue(
    tx: &impl ConnectionTrait,
    template: Template,
    subject: Subject<'_>,
    now: i64,
) -> Result<(), DbErr> {
    outbox::insert(tx, template, subject, now).await
}

/// Whether one more mail of a purpose may go to an address; if so, it is counted.
///
/// To be asked for addresses without an account too, so that they are counted, and answered, alike.
///
/// # Errors
/// The database's.
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
