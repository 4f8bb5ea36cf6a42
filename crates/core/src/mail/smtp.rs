//! A client for one SMTP server.
//!
//! Not the client of a library: those read answers as UTF-8, have one time limit for everything, and do not tell an email
//! that was refused from one whose end is unclear.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use lettre::Message;
use tokio_rustls::rustls::ClientConfig;
use tokio_util::sync::CancellationToken;

use crate::config::mail::SmtpSettings;
use crate::tls;

mod connection;
mod reply;

use connection::Connection;
pub(crate) use reply::Reply;

/// Sends emails to one server, over connections that are used again. Clones share them.
#[derive(Clone)]
pub struct SmtpClient {
    settings: SmtpSettings,
    tls: Arc<ClientConfig>,
    /// The name of this server, for the greeting.
    name: String,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl fmt::Debug for SmtpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpClient").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What the server said to an email that was sent completely.
#[derive(Debug)]
pub(crate) enum Receipt {
    /// It accepted the email.
    Accepted(Reply),
    /// Its answer was lost. It may have accepted the email, so it is not sent again.
    Unclear,
}

/// A part of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The greeting and the encryption.
    Greeting,
    /// User and password.
    Login,
    /// The sender.
    Sender,
    /// The recipient.
    Recipient,
    /// Before the content.
    Data,
    /// After the content.
    Content,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "the greeting",
            Self::Login => "the login",
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Data | Self::Content => "the email",
        }
    }
}

/// Why an email was not sent. Its text has the code of the server only: what servers write often repeats the address of the
/// recipient, which must not be logged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The server refused a part of the dialogue.
    #[error("the mail server answered {1} to {name}", name = .0.name())]
    Refused(Stage, Reply),
    /// The server lacks something.
    #[error("the mail server does not offer {0}")]
    Unsupported(&'static str),
    /// The server sent answers before the encryption began.
    #[error("the mail server sent more than it was asked before the encryption")]
    Injected,
    /// The address can't be written to this server.
    #[error("the mail server can't be given this address")]
    Address,
    /// The connection failed.
    #[error("the connection to the mail server failed: {0}")]
    Io(String),
    /// This server stops.
    #[error("this server stops")]
    Interrupted,
    /// The server took too long.
    #[error("the mail server did not answer in time to {0}")]
    Late(&'static str),
}

impl SendError {
    fn io(error: &io::Error) -> Self {
        Self::Io(error.to_string())
    }

    fn late(stage: &'static str) -> Self {
        Self::Late(stage)
    }

    /// Whether the same email would be refused again: the server rejects its recipient or its content for good. Other
    /// errors can be mended by the operator of either server.
    pub(crate) fn is_permanent(&self) -> bool {
        match self {
            Self::Address => true,
            // 530 and 503: the server wants a login first.
            Self::Refused(Stage::Recipient, reply) => reply.is_permanent() && !matches!(reply.code, 503 | 530),
            Self::Refused(Stage::Content, reply) => reply.is_permanent(),
            _ => false,
        }
    }

    /// The answer of the server, for whoever configures it. Never log it.
    pub(crate) fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Refused(_, reply) => Some(reply),
            _ => None,
        }
    }
}

impl SmtpClient {
    /// Creates a client. `name` is the host name of this server, for the greeting.
    ///
    /// # Errors
    /// If the root certificate can't be read; the message names `MAIL_URL`.
    pub fn new(settings: &SmtpSettings, name: &str) -> anyhow::Result<Self> {
        let tls = tls::client_config(settings.ca.as_deref()).with_context(|| {
            let path = settings.ca.as_deref().unwrap_or(Path::new("(none)"));
            format!("MAIL_URL: cannot read the certificate {}", path.display())
        })?;
        Ok(Self { settings: settings.clone(), tls, name: name.to_owned(), idle: Arc::default() })
    }

    /// Sends one email, over an idle connection if there is one that still works. After an interruption, the email counts as
    /// sent if the server can have accepted it.
    pub(crate) async fn send(&self, message: &Message, interrupt: &CancellationToken) -> Result<Receipt, SendError> {
        let connection = interrupt.run_until_cancelled(self.connection()).await;
        let mut connection = connection.ok_or(SendError::Interrupted)??;
        let sent = connection.send(message.envelope(), &message.formatted(), interrupt).await;
        if matches!(sent, Ok(Receipt::Accepted(_)) | Err(SendError::Refused(..))) {
            self.idle().push(connection);
        }
        sent
    }

    /// Closes the idle connections.
    pub(crate) async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            connection.close().await;
        }
    }

    async fn connection(&self) -> Result<Connection, SendError> {
        loop {
            let Some(mut idle) = self.idle().pop() else { break };
            if idle.is_usable().await {
                return Ok(idle);
            }
        }
        Connection::open(&self.settings, &self.tls, &self.name).await
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
