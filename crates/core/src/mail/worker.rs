//! The mail worker of a node: claims emails of the outbox and sends several at once.
//!
//! A worker claims an email for [`CLAIM_SECONDS`], and extends the claim while it sends. This way only one of several nodes
//! sends it, and if a worker is killed, another one sends it after the claim has expired. No lock is held while talking to
//! the mail server. If an email was sent but could not be marked as sent, it is sent again with the same `Message-ID`.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::OptionFuture;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

pub use super::delivery::{CLAIM_SECONDS, GIVE_UP_SECONDS};
use super::delivery::{MailSender, Prepared};
use super::render::Renderer;
use super::transport::{Folder, Transport};
use crate::clock::Clock;
use crate::config::Config;
use crate::extension::Extension;
use crate::security::random;
use crate::store::entity::outbox as row;
use crate::store::{Store, outbox};

/// Of the emails that are sent at once, the maximum to addresses of one domain, so that a slow domain holds up only itself.
pub const PARALLEL_PER_DOMAIN: usize = 2;
/// How often the outbox is polled without a notification: for emails of other nodes, and for further attempts.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long deliveries may take after shutdown has begun.
const STOP_GRACE: Duration = Duration::from_secs(5);
/// How long it may take then to record how far they were.
const RECORD_GRACE: Duration = Duration::from_secs(2);

/// Delivers the outbox.
#[derive(Debug)]
pub struct MailWorker {
    sender: MailSender,
    /// Identifies this worker in `outbox.claimed_by`.
    name: String,
}

impl MailWorker {
    /// Creates the worker of a node. Fails if the settings name a file that can't be read.
    pub fn new(config: &Config, store: Store, clock: Clock, extension: Extension) -> anyhow::Result<Self> {
        let (settings, public_url) = (&config.mail, &config.public_url);
        let sender = MailSender {
            product: config.product,
            store,
            clock,
            transport: Transport::new(&settings.transport, public_url.host_str().unwrap_or("localhost"))?,
            renderer: Renderer::new(config.product, public_url.clone(), settings, extension.emails),
            from: settings.from.clone(),
            public_url: public_url.clone(),
        };
        Ok(Self { sender, name: random::id()? })
    }

    /// The folder that emails are written to; `None` with SMTP.
    #[must_use]
    pub fn folder(&self) -> Option<&Folder> {
        match &self.sender.transport {
            Transport::File(folder) => Some(folder),
            Transport::Smtp(_) => None,
        }
    }

    /// Delivers emails until shutdown begins, then finishes the current deliveries, or interrupts them if they take too
    /// long. An interrupted email is sent again by the next worker, unless the mail server can have accepted it.
    pub async fn run(&self, stopping: CancellationToken) {
        let interrupt = CancellationToken::new();
        let work = async {
            while !stopping.is_cancelled() {
                if let Err(error) = self.deliver_until(&stopping, &interrupt).await {
                    tracing::warn!(%error, "processing the outbox failed; trying again");
                }
                stopping.run_until_cancelled(self.something_is_due()).await;
            }
        };
        let too_late = async {
            stopping.cancelled().await;
            tokio::time::sleep(STOP_GRACE).await;
            interrupt.cancel();
            tokio::time::sleep(RECORD_GRACE).await;
        };
        tokio::select! {
            () = work => {}
            () = too_late => tracing::warn!("shutdown interrupted a delivery; it is retried when its claim expires"),
        }
    }

    /// Delivers all emails that are due. Fails if the outbox can't be read or written, not if a delivery fails.
    pub async fn deliver_due(&self) -> anyhow::Result<()> {
        let never = CancellationToken::new();
        self.deliver_until(&never, &never).await
    }

    async fn deliver_until(&self, stopping: &CancellationToken, interrupt: &CancellationToken) -> anyhow::Result<()> {
        let mut sending = FuturesUnordered::new();
        // Polled together with the deliveries: both wait for the one connection that writes to SQLite.
        let mut claiming = None;
        let mut domains: Vec<String> = Vec::new();
        let mut looks_again = true;
        // After an error no further email is claimed, but those that are being sent are finished.
        let mut failed = Ok(());
        loop {
            let has_place =
                sending.len() < self.sender.transport.parallel() && failed.is_ok() && !stopping.is_cancelled();
            if claiming.is_none() && has_place && looks_again {
                claiming = Some(Box::pin(self.next(busy(&domains))));
                looks_again = false;
            }
            let waits_for_more = claiming.is_none() && has_place && !sending.is_empty();
            tokio::select! {
                Some(next) = OptionFuture::from(claiming.as_mut()) => {
                    claiming = None;
                    match next {
                        Ok(Some(prepared)) => {
                            domains.push(prepared.domain().to_owned());
                            sending.push(self.sender.deliver(prepared, interrupt));
                            looks_again = true;
                        }
                        Ok(None) => {}
                        Err(error) => failed = Err(error),
                    }
                }
                Some((domain, recorded)) = sending.next() => {
                    domains.iter().position(|sent| *sent == domain).map(|index| domains.swap_remove(index));
                    failed = failed.and(recorded);
                    looks_again = true;
                }
                () = self.something_is_due(), if waits_for_more => looks_again = true,
                else => break,
            }
        }
        self.sender.transport.close().await;
        failed
    }

    /// Waits until the outbox is worth another look.
    async fn something_is_due(&self) {
        tokio::select! {
            () = self.sender.store.mail_queued() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }

    /// Claims and renders the next email that can be sent now.
    async fn next(&self, busy: Vec<String>) -> anyhow::Result<Option<Prepared>> {
        loop {
            let Some(mail) = self.claim(&busy).await? else { return Ok(None) };
            if let Some(prepared) = self.sender.prepare(mail).await? {
                return Ok(Some(prepared));
            }
        }
    }

    async fn claim(&self, busy: &[String]) -> anyhow::Result<Option<row::Model>> {
        let now = self.sender.clock.now();
        self.sender
            .store
            .write_tx(async |tx| {
                outbox::delete_noops(tx, now).await?;
                outbox::claim(tx, &self.name, busy, now, now + CLAIM_SECONDS).await
            })
            .await
            .map_err(anyhow::Error::from)
    }
}

/// The domains to which as many emails are being sent as may be at once.
fn busy(domains: &[String]) -> Vec<String> {
    let is_full = |domain: &&String| domains.iter().filter(|other| other == domain).count() >= PARALLEL_PER_DOMAIN;
    domains.iter().filter(is_full).cloned().collect()
}
