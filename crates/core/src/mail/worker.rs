//! The mail worker: delivers the outbox, one email at a time, on every node.
//!
//! A worker claims an email for [`CLAIM_SECONDS`]. This way only one of several nodes sends it, and if a worker is
//! killed, another one sends it after the claim has expired. No lock is held while talking to the mail server. If an
//! email was sent but could not be marked as sent, it is sent again with the same `Message-ID`.

use std::time::Duration;

use latchkey_types::Product;
use lettre::message::Mailbox;
use sea_orm::ActiveEnum;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::layout::{self, Envelope};
use super::render::{Rendered, Renderer};
use super::transport::{Folder, Transport};
use crate::client::Client;
use crate::clock::Clock;
use crate::config::Config;
use crate::extension::Extension;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::outbox as row;
use crate::store::{Store, outbox, users};

/// How long a claimed email is reserved for its worker. Longer than any delivery takes.
pub const CLAIM_SECONDS: i64 = 120;
/// An email that can't be delivered is given up after this time.
pub const GIVE_UP_SECONDS: i64 = 86_400;
/// Delay after the first failed attempt; doubles with each further attempt.
const BACKOFF_SECONDS: i64 = 30;
/// Maximum delay between attempts.
const BACKOFF_MAX_SECONDS: i64 = 3_600;
/// How often the outbox is polled without a notification: for emails of other nodes, and for further attempts.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long the current delivery may take after shutdown has begun.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// Delivers the outbox.
#[derive(Debug)]
pub struct MailWorker {
    product: Product,
    store: Store,
    clock: Clock,
    transport: Transport,
    renderer: Renderer,
    from: Mailbox,
    public_url: Url,
    /// Identifies this worker in `outbox.claimed_by`.
    name: String,
}

impl MailWorker {
    /// Creates the worker of a node. Fails if the settings name a file that can't be read.
    pub fn new(config: &Config, store: Store, clock: Clock, extension: Extension) -> anyhow::Result<Self> {
        let (settings, public_url) = (&config.mail, &config.public_url);
        Ok(Self {
            product: config.product,
            store,
            clock,
            transport: Transport::new(&settings.transport, public_url.host_str().unwrap_or("localhost"))?,
            renderer: Renderer::new(config.product, public_url.clone(), settings, extension.emails),
            from: settings.from.clone(),
            public_url: public_url.clone(),
            name: random::id()?,
        })
    }

    /// The folder that emails are written to; `None` with SMTP.
    #[must_use]
    pub fn folder(&self) -> Option<&Folder> {
        match &self.transport {
            Transport::File(folder) => Some(folder),
            Transport::Smtp(_) => None,
        }
    }

    /// Delivers emails until shutdown begins, then finishes the current delivery. If that takes too long, another
    /// worker retries it after the claim has expired.
    pub async fn run(&self, stopping: CancellationToken) {
        let work = async {
            while !stopping.is_cancelled() {
                if let Err(error) = self.deliver_until(&stopping).await {
                    tracing::warn!(%error, "processing the outbox failed; trying again");
                }
                tokio::select! {
                    () = stopping.cancelled() => {}
                    () = self.store.mail_queued() => {}
                    () = tokio::time::sleep(POLL_INTERVAL) => {}
                }
            }
        };
        let too_late = async {
            stopping.cancelled().await;
            tokio::time::sleep(STOP_GRACE).await;
        };
        tokio::select! {
            () = work => {}
            () = too_late => tracing::warn!("shutdown interrupted a delivery; it is retried when its claim expires"),
        }
    }

    /// Delivers all emails that are due. Fails if the outbox can't be read or written, not if a delivery fails.
    pub async fn deliver_due(&self) -> anyhow::Result<()> {
        self.deliver_until(&CancellationToken::new()).await
    }

    async fn deliver_until(&self, stopping: &CancellationToken) -> anyhow::Result<()> {
        while !stopping.is_cancelled() {
            let now = self.clock.now();
            let Some(mail) = self
                .store
                .write_tx(async |tx| {
                    outbox::complete_noops(tx, now).await?;
                    outbox::claim(tx, &self.name, now, now + CLAIM_SECONDS).await
                })
                .await?
            else {
                return Ok(());
            };
            match self.deliver(&mail, now).await {
                Ok(what) => self.note_done(&mail, what).await?,
                Err(error) => self.record_failure(&mail, &error).await?,
            }
        }
        Ok(())
    }

    /// Renders in a transaction of its own. In the transaction of the claim, a row that can't be rendered would roll
    /// back its claim and be claimed again forever.
    async fn deliver(&self, mail: &row::Model, now: i64) -> anyhow::Result<&'static str> {
        let content = self.store.write_tx(async |tx| self.renderer.render(tx, mail, now).await).await?;
        let Rendered::Mail(text, to) = content else { return Ok("email skipped") };
        let host = self.public_url.host_str().unwrap_or("localhost");
        let envelope = Envelope {
            product: self.product,
            from: &self.from,
            to: &to,
            message_id: format!("<{}.{}@{host}>", mail.id, mail.created_at),
            date: now,
            site: &self.public_url.origin().ascii_serialization(),
        };
        self.transport.send(layout::message(&envelope, &text)?).await?;
        Ok("email delivered")
    }

    async fn note_done(&self, mail: &row::Model, what: &str) -> anyhow::Result<()> {
        let now = self.clock.now();
        let noted = self.store.write_tx(async |tx| outbox::finish(tx, mail, now).await).await?;
        tracing::info!(mail.id, mail.template = %mail.template.to_value(), mail.attempts, in_time = noted, "{what}");
        Ok(())
    }

    async fn record_failure(&self, mail: &row::Model, error: &anyhow::Error) -> anyhow::Result<()> {
        let now = self.clock.now();
        if now - mail.created_at < GIVE_UP_SECONDS {
            let wait = backoff_seconds(mail.attempts)?;
            self.store.write_tx(async |tx| outbox::postpone(tx, mail, now + wait).await).await?;
            tracing::warn!(
                mail.id,
                mail.template = %mail.template.to_value(),
                mail.attempts,
                wait_seconds = wait,
                "email not delivered; trying again later: {error:#}"
            );
            return Ok(());
        }
        if self
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
            .await?
        {
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
