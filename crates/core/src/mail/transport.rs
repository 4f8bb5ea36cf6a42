//! Mail transports: an SMTP server, or a folder of `.eml` files.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use lettre::message::Message;
use tokio_util::sync::CancellationToken;

use super::eml::Eml;
use super::smtp::{Receipt, SendError, SmtpClient};
use crate::config::mail::TransportSettings;

/// Maximum number of emails that are sent to a mail server at once.
const PARALLEL: usize = 4;
/// The file extension of an email.
const ENDING: &str = "eml";

/// Sends emails.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Writes emails into a folder.
    File(Folder),
    /// Sends emails to an SMTP server.
    Smtp(SmtpClient),
}

/// Why an email was not sent. Its text never contains the address of the recipient.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    /// The mail server did not take it.
    #[error(transparent)]
    Smtp(#[from] SendError),
    /// It could not be written into the folder.
    #[error("{0:#}")]
    Folder(anyhow::Error),
}

/// What became of an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is in the folder, under this number.
    Saved(u64),
    /// The mail server accepted it, with this answer, which must not be logged.
    Accepted(String),
    /// The answer of the mail server was lost; it counts as sent.
    Unclear,
}

impl Transport {
    /// Creates the transport. `name` is the host name for the SMTP greeting.
    ///
    /// # Errors
    /// If the root certificate can't be read; the message names `MAIL_URL`.
    pub fn new(settings: &TransportSettings, name: &str) -> anyhow::Result<Self> {
        match settings {
            TransportSettings::File(path) => Ok(Self::File(Folder(path.clone()))),
            TransportSettings::Smtp(settings) => Ok(Self::Smtp(SmtpClient::new(settings, name)?)),
        }
    }

    /// Sends one message. After an interruption, it counts as sent if the mail server can have accepted it.
    pub(super) async fn send(&self, message: Message, interrupt: &CancellationToken) -> Result<Sent, TransportError> {
        match self {
            Self::File(folder) => {
                let folder = folder.clone();
                let saved = tokio::task::spawn_blocking(move || folder.add(&message.formatted())).await;
                let number = saved.map_err(anyhow::Error::from).flatten().map_err(TransportError::Folder)?;
                Ok(Sent::Saved(number))
            }
            Self::Smtp(client) => match client.send(&message, interrupt).await? {
                Receipt::Accepted(reply) => Ok(Sent::Accepted(reply.text())),
                Receipt::Unclear => Ok(Sent::Unclear),
            },
        }
    }

    /// How many emails can be sent at once. Into a folder one by one, so that they are numbered in their order.
    pub(super) fn parallel(&self) -> usize {
        match self {
            Self::File(_) => 1,
            Self::Smtp(_) => PARALLEL,
        }
    }

    /// Closes idle connections.
    pub(super) async fn close(&self) {
        if let Self::Smtp(client) = self {
            client.close().await;
        }
    }
}

/// A folder of emails, numbered in the order of delivery.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Creates the folder if it is missing, readable for its owner only.
    ///
    /// # Errors
    /// If it can't be created; the message names `MAIL_URL`.
    pub fn prepare(&self) -> anyhow::Result<()> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.with_context(|| format!("MAIL_URL: cannot create the folder {}", self.0.display()))
    }

    /// The numbers of all emails, in the order of delivery. A missing folder is empty.
    pub fn numbers(&self) -> std::io::Result<Vec<u64>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut numbers = Vec::new();
        for entry in entries {
            numbers.extend(number(&entry?.path()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The email with this number, if there is one.
    pub fn read(&self, number: u64) -> std::io::Result<Option<Eml>> {
        match fs::read_to_string(self.path(number)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            raw => Ok(Some(Eml { number, ..Eml::parse(&raw?) })),
        }
    }

    /// Writes to a temporary file and links it to its number. No reader sees a partial email, and if two processes
    /// choose the same number, the second one takes the next.
    fn add(&self, mail: &[u8]) -> anyhow::Result<u64> {
        self.prepare()?;
        let draft = self.0.join(format!(".{}", crate::security::random::id()?));
        // Readable for its owner only: anyone who reads a link can use it.
        let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(mail)?;
        file.sync_all()?;
        let mut number = self.numbers()?.last().map_or(1, |last| last + 1);
        let linked = loop {
            match fs::hard_link(&draft, self.path(number)) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                linked => break linked,
            }
        };
        fs::remove_file(&draft)?;
        linked?;
        Ok(number)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.0.join(format!("{number:08}.{ENDING}"))
    }
}

fn number(path: &Path) -> Option<u64> {
    let is_mail = path.extension().is_some_and(|ending| ending == ENDING);
    path.file_stem().filter(|_| is_mail)?.to_str()?.parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn mails_are_numbered_in_order_whoever_writes_them() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder(dir.path().join("new/mail"));
        assert!(folder.numbers().unwrap().is_empty());
        let many: Vec<_> = (0..20)
            .map(|mail| {
                let folder = folder.clone();
                std::thread::spawn(move || folder.add(format!("To: {mail}\n\n").as_bytes()).unwrap())
            })
            .collect();
        many.into_iter().for_each(|thread| assert!(thread.join().unwrap() > 0));
        assert_eq!(folder.numbers().unwrap(), (1..=20).collect::<Vec<_>>());
        let mut to: Vec<u64> =
            (1..=20).map(|number| folder.read(number).unwrap().unwrap().to.parse().unwrap()).collect();
        to.sort_unstable();
        assert_eq!(to, (0..20).collect::<Vec<_>>());
        assert!(folder.read(21).unwrap().is_none());
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 20, "no draft is left");
        let mode =
            |path: &Path| std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777;
        assert_eq!((mode(&folder.0), mode(&folder.path(1))), (0o700, 0o600), "links are nobody else's business");
    }
}
