//! The delivery of a claimed email, and the record of its result.

use std::time::Duration;

use anyhow::anyhow;
use latchkey_types::Product;
use lettre::Message;
use lettre::message::Mailbox;
use sea_orm::ActiveEnum;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::layout::{self, Envelope};
use super::render::{Rendered, Renderer};
use super::smtp::SendError;
use super::transport::{Sent, Transport, TransportError};
use crate::client::Client;
use crate::clock::Clock;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::outbox as row;
use crate::store::{Store, outbox, users};
use crate::telemetry;

/// How long a claimed email is reserved for its worker, unless the claim is extended.
pub const CLAIM_SECONDS: i64 = 120;
/// An email that can't be delivered is given up after this time.
pub const GIVE_UP_SECONDS: i64 = 86_400;
/// Delay after the first failed attempt; doubles with each further attempt.
const BACKOFF_SECONDS: i64 = 30;
/// Maximum delay between attempts.
const BACKOFF_MAX_SECONDS: i64 = 3_600;
/// How often the claim of an email is extended while it is being sent.
const EXTEND_INTERVAL: Duration = Duration::from_secs(40);

/// A claimed email that is ready to be sent.
pub(super) struct Prepared {
    row: row::Model,
    message: Message,
    domain: String,
}

impl Prepared {
    /// The domain of the recipient, in lower case.
    pub(super) fn domain(&self) -> &str {
        &self.domain
    }
}

/// Renders and sends claimed emails.
#[derive(Debug)]
pub(super) struct MailSender {
    pub(super) product: Product,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) transport: Transport,
    pub(super) renderer: Renderer,
    pub(super) from: Mailbox,
    pub(super) public_url: Url,
}

impl MailSender {
    /// Renders a claimed email; `None` if nothing is to be sent, which is recorded. Fails if the database does.
    ///
    /// In a transaction of its own. In the transaction of the claim, a row that can't be rendered would roll back its claim
    /// and be claimed again forever.
    pub(super) async fn prepare(&self, row: row::Model) -> anyhow::Result<Option<Prepared>> {
        let now = self.clock.now();
        match self.store.write_tx(async |tx| self.renderer.render(tx, &row, now).await).await {
            Ok(Rendered::Mail(text, to)) => {
                let host = self.public_url.host_str().unwrap_or("localhost");
                let envelope = Envelope {
                    product: self.product,
                    from: &self.from,
                    to: &to,
                    message_id: format!("<{}.{}@{host}>", row.id, row.created_at),
                    date: now,
                    site: &self.public_url.origin().ascii_serialization(),
                };
                let domain = to.key().rsplit('@').next().unwrap_or_default().to_owned();
                match layout::message(&envelope, &text) {
                    Ok(message) => return Ok(Some(Prepared { row, message, domain })),
                    Err(error) => self.retry(&row, &error).await?,
                }
            }
            Ok(Rendered::Skip) => self.note_done(&row, "email skipped").await?,
            Ok(Rendered::Undeliverable) => {
                self.give_up(&row, &anyhow!("the recipient is not a valid email address")).await?;
            }
            Err(error) => self.retry(&row, &error).await?,
        }
        Ok(None)
    }

    /// Sends an email and records the result. Returns its domain, and an error if the database fails.
    pub(super) async fn deliver(&self, mail: Prepared, interrupt: &CancellationToken) -> (String, anyhow::Result<()>) {
        let Prepared { row, message, domain } = mail;
        let sending = self.transport.send(message, interrupt);
        tokio::pin!(sending);
        let sent = loop {
            tokio::select! {
                sent = &mut sending => break sent,
                () = tokio::time::sleep(EXTEND_INTERVAL) => {
                    let until = self.clock.now() + CLAIM_SECONDS;
                    // If it fails, another worker may send the email, too.
                    let _ = self.store.write_tx(async |tx| outbox::extend_claim(tx, &row, until).await).await;
                }
            }
        };
        (domain, self.record(&row, sent).await)
    }

    async fn record(&self, row: &row::Model, sent: Result<Sent, TransportError>) -> anyhow::Result<()> {
        match sent {
            Ok(Sent::Saved(_) | Sent::Accepted(_)) => self.note_done(row, "email delivered").await,
            Ok(Sent::Unclear) => {
                self.note_done(row, "email sent, but the mail server did not confirm it; it counts as delivered").await
            }
            Err(TransportError::Smtp(SendError::Interrupted)) => {
                let now = self.clock.now();
                self.store.write_tx(async |tx| outbox::postpone(tx, row, now).await).await?;
                Ok(())
            }
            Err(TransportError::Smtp(error)) if error.is_permanent() => self.give_up(row, &error.into()).await,
            Err(error) => self.retry(row, &error.into()).await,
        }
    }

    async fn note_done(&self, mail: &row::Model, what: &str) -> anyhow::Result<()> {
        let now = self.clock.now();
        let noted = self.store.write_tx(async |tx| outbox::finish(tx, mail, now).await).await?;
        telemetry::email("sent");
        tracing::info!(mail.id, mail.template = %mail.template.to_value(), mail.attempts, in_time = noted, "{what}");
        Ok(())
    }

    async fn retry(&self, mail: &row::Model, error: &anyhow::Error) -> anyhow::Result<()> {
        let now = self.clock.now();
        if now - mail.created_at >= GIVE_UP_SECONDS {
            return self.give_up(mail, error).await;
        }
        let wait = backoff_seconds(mail.attempts)?;
        self.store.write_tx(async |tx| outbox::postpone(tx, mail, now + wait).await).await?;
        telemetry::email("retried");
        tracing::warn!(
            mail.id,
            mail.template = %mail.template.to_value(),
            mail.attempts,
            wait_seconds = wait,
            "email not delivered; trying again later: {error:#}"
        );
        Ok(())
    }

    async fn give_up(&self, mail: &row::Model, error: &anyhow::Error) -> anyhow::Result<()> {
        let now = self.clock.now();
        let given_up = self
            .store
            .write_tx(async |tx| -> anyhow::Result<bool> {
                if !outbox::give_up(tx, mail, now).await? {
                    return Ok(false);
                }
                let user = match mail.user_id {
                    Some(id) => users::by_id(tx, id).await?,
                    None => None,
                };
                let subject = user.as_ref().map(|user| user.public_id.as_str());
                let event = Event { subject, detail: &mail.template.to_value(), ..Event::default() };
                audit::record(tx, audit::Kind::MailFail, event, &Client::mail_worker(), now).await?;
                Ok(true)
            })
            .await?;
        if given_up {
            telemetry::email("failed");
            tracing::error!(mail.id, mail.template = %mail.template.to_value(), mail.attempts, "email given up: {error:#}");
        }
        Ok(())
    }
}

/// Exponential backoff with a random quarter more or less, so that emails that failed together are not retried
/// together.
fn backoff_seconds(attempts: i32) -> anyhow::Result<i64> {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(16);
    let wait = (BACKOFF_SECONDS << doublings).min(BACKOFF_MAX_SECONDS);
    let [chance] = random::bytes::<1>()?;
    Ok(wait * 3 / 4 + wait * i64::from(chance) / 512)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour_and_differ() {
        for (attempts, seconds) in [(1, 30), (2, 60), (4, 240), (8, 3_600), (1_000, 3_600)] {
            let waits: Vec<i64> = (0..200).map(|_| backoff_seconds(attempts).unwrap()).collect();
            assert!(
                waits.iter().all(|wait| (seconds * 3 / 4..=seconds * 5 / 4).contains(wait)),
                "{attempts}: {waits:?}"
            );
            assert!(waits.iter().any(|wait| *wait != waits[0]));
        }
    }
}
