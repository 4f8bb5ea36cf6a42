//! A test email, to try the settings of the mail server.

use anyhow::{Context, anyhow};
use latchkey_types::EmailAddress;
use tokio_util::sync::CancellationToken;

use super::layout::{self, Envelope};
use super::texts;
use super::transport::{Sent, Transport, TransportError};
use crate::config::Config;
use crate::security::random;

/// Sends one email with these settings, at the Unix time `now` in seconds. Returns what became of it, with the answer of
/// the mail server.
///
/// # Errors
/// Why it was not sent. The message repeats the answer of the mail server, so show it, but do not log it.
pub async fn send_test_email(config: &Config, to: &EmailAddress, now: i64) -> anyhow::Result<String> {
    let host = config.public_url.host_str().unwrap_or("localhost");
    let transport = Transport::new(&config.mail.transport, host)?;
    let site = config.public_url.origin().ascii_serialization();
    let envelope = Envelope {
        product: config.product,
        from: &config.mail.from,
        to,
        message_id: format!("<test.{}@{host}>", random::id()?),
        date: now,
        site: &site,
    };
    let message = layout::message(&envelope, &texts::test(config.product.name))?;
    let sent = transport.send(message, &CancellationToken::new()).await;
    transport.close().await;
    let server = &config.mail.transport;
    match sent {
        Ok(Sent::Saved(number)) => Ok(format!("saved as number {number} in {server}; MAIL_URL names no mail server")),
        Ok(Sent::Accepted(answer)) => Ok(format!("{server} accepted the email: {answer}")),
        Ok(Sent::Unclear) => Err(anyhow!("{server} got the email, but closed the connection without an answer")),
        Err(TransportError::Smtp(error)) => {
            let answer = error.reply().map(|reply| format!(": {}", reply.text())).unwrap_or_default();
            Err(anyhow!("{error}{answer}")).with_context(|| format!("{server} did not take the email"))
        }
        Err(error) => Err(error.into()),
    }
}
