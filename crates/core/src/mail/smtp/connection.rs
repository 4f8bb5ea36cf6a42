//! A connection to an SMTP server: greeting, encryption, login, and emails one after the other.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::address::Envelope;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_util::sync::CancellationToken;

use super::reply::Reply;
use super::{Receipt, SendError, Stage};
use crate::config::mail::{Encryption, SmtpSettings};

/// Time limit for connecting to one of the addresses of the server.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Time limit for the encryption of a connection.
const ENCRYPT_LIMIT: Duration = Duration::from_secs(30);
/// Time limit for the answer of a connection that is used again. If it is dead, a new one is opened.
const REUSE_LIMIT: Duration = Duration::from_secs(10);
/// Time limit for the answer to a command (RFC 5321, 4.5.3.2).
const COMMAND_LIMIT: Duration = Duration::from_secs(300);
/// Time limit for sending the whole content.
const CONTENT_LIMIT: Duration = Duration::from_secs(180);
/// Time limit for the answer to the final dot. The RFC asks for so much: a server that is cut off sooner may have accepted
/// the email, and would get it again.
const END_LIMIT: Duration = Duration::from_secs(600);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// An open connection, ready for an email.
pub(super) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    /// What the server can do, in upper case.
    keywords: Vec<String>,
}

impl Connection {
    /// Connects, and logs in if the settings have a user. `name` is the host name of this server.
    pub(super) async fn open(settings: &SmtpSettings, tls: &Arc<ClientConfig>, name: &str) -> Result<Self, SendError> {
        let socket = connect(&settings.host, settings.port).await?;
        // Commands are small and wait for their answer.
        let _ = socket.set_nodelay(true);
        let mut stream: Box<dyn Stream> = Box::new(socket);
        if settings.encryption == Encryption::Tls {
            stream = encrypt(stream, tls, &settings.host).await?;
        }
        let mut connection = Self { stream: BufReader::new(stream), keywords: Vec::new() };
        let greeting = connection.answer(Stage::Greeting).await?;
        if !greeting.is_done() {
            return Err(SendError::Refused(Stage::Greeting, greeting));
        }
        connection.greet(name).await?;
        if settings.encryption == Encryption::StartTls {
            connection = connection.start_tls(tls, &settings.host).await?;
            connection.greet(name).await?;
        }
        if let Some((user, password)) = &settings.credentials {
            connection.log_in(user, password).await?;
        }
        Ok(connection)
    }

    /// Whether the connection still works, after an earlier email. Drops what is left of that.
    pub(super) async fn is_usable(&mut self) -> bool {
        timeout(REUSE_LIMIT, self.command("RSET", Stage::Sender)).await.is_ok_and(|answer| answer.is_ok())
    }

    /// Sends an email, unless it is interrupted before the server can have accepted it.
    pub(super) async fn send(
        &mut self,
        envelope: &Envelope,
        content: &[u8],
        interrupt: &CancellationToken,
    ) -> Result<Receipt, SendError> {
        interrupt.run_until_cancelled(self.transmit(envelope, content)).await.ok_or(SendError::Interrupted)??;
        // From here on the server can have accepted the email, unless it says no.
        let answer = timeout(END_LIMIT, Reply::read(&mut self.stream));
        match interrupt.run_until_cancelled(answer).await {
            Some(Ok(Ok(reply))) if reply.is_done() => Ok(Receipt::Accepted(reply)),
            Some(Ok(Ok(reply))) => Err(SendError::Refused(Stage::Content, reply)),
            Some(Ok(Err(_)) | Err(_)) | None => Ok(Receipt::Unclear),
        }
    }

    /// Everything up to the final dot.
    async fn transmit(&mut self, envelope: &Envelope, content: &[u8]) -> Result<(), SendError> {
        let sender = envelope.from().map(ToString::to_string).unwrap_or_default();
        self.command(&format!("MAIL FROM:<{sender}>"), Stage::Sender).await?;
        for recipient in envelope.to() {
            if !recipient.to_string().is_ascii() {
                return Err(SendError::Address);
            }
            self.command(&format!("RCPT TO:<{recipient}>"), Stage::Recipient).await?;
        }
        self.start("DATA", Stage::Data).await?;
        let content = [&with_stuffed_dots(content)[..], b".\r\n"].concat();
        let written = timeout(CONTENT_LIMIT, self.write(&content)).await;
        written.map_err(|_| SendError::late("the email"))?.map_err(|error| SendError::io(&error))
    }

    /// Says goodbye. Whether the server answers does not matter.
    pub(super) async fn close(mut self) {
        let _ = timeout(Duration::from_secs(1), self.write(b"QUIT\r\n")).await;
    }

    async fn greet(&mut self, name: &str) -> Result<(), SendError> {
        let name = literal(name);
        match self.command(&format!("EHLO {name}"), Stage::Greeting).await {
            Ok(reply) => self.keywords = reply.keywords(),
            Err(SendError::Refused(_, reply)) if reply.is_permanent() => {
                self.command(&format!("HELO {name}"), Stage::Greeting).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn start_tls(mut self, tls: &Arc<ClientConfig>, host: &str) -> Result<Self, SendError> {
        if !self.keywords.iter().any(|keyword| keyword == "STARTTLS") {
            return Err(SendError::Unsupported("STARTTLS"));
        }
        self.command("STARTTLS", Stage::Greeting).await?;
        // Answers that were sent in advance came without encryption, from anyone (CVE-2011-0411).
        if !self.stream.buffer().is_empty() {
            return Err(SendError::Injected);
        }
        let stream = encrypt(self.stream.into_inner(), tls, host).await?;
        Ok(Self { stream: BufReader::new(stream), keywords: Vec::new() })
    }

    async fn log_in(&mut self, user: &str, password: &str) -> Result<(), SendError> {
        let offers = |mechanism: &str| {
            let offered = self.keywords.iter().filter_map(|keyword| keyword.strip_prefix("AUTH"));
            offered.flat_map(|list| list.split([' ', '='])).any(|offered| offered == mechanism)
        };
        if offers("PLAIN") {
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            self.command(&format!("AUTH PLAIN {secret}"), Stage::Login).await?;
        } else if offers("LOGIN") {
            self.start("AUTH LOGIN", Stage::Login).await?;
            self.start(&STANDARD.encode(user), Stage::Login).await?;
            self.command(&STANDARD.encode(password), Stage::Login).await?;
        } else {
            return Err(SendError::Unsupported("a login by AUTH PLAIN or AUTH LOGIN"));
        }
        Ok(())
    }

    /// Sends a command that the server completes (2xx).
    async fn command(&mut self, line: &str, stage: Stage) -> Result<Reply, SendError> {
        let reply = self.exchange(line, stage).await?;
        if reply.is_done() { Ok(reply) } else { Err(SendError::Refused(stage, reply)) }
    }

    /// Sends a command after which the server waits for more (3xx).
    async fn start(&mut self, line: &str, stage: Stage) -> Result<(), SendError> {
        let reply = self.exchange(line, stage).await?;
        if reply.is_waiting() { Ok(()) } else { Err(SendError::Refused(stage, reply)) }
    }

    async fn exchange(&mut self, line: &str, stage: Stage) -> Result<Reply, SendError> {
        // The parts come from settings and parsed addresses; a line break would begin another command.
        if line.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(SendError::Address);
        }
        let written = timeout(COMMAND_LIMIT, self.write(format!("{line}\r\n").as_bytes())).await;
        written.map_err(|_| SendError::late(stage.name()))?.map_err(|error| SendError::io(&error))?;
        self.answer(stage).await
    }

    async fn answer(&mut self, stage: Stage) -> Result<Reply, SendError> {
        let reply = timeout(COMMAND_LIMIT, Reply::read(&mut self.stream)).await;
        reply.map_err(|_| SendError::late(stage.name()))?.map_err(|error| SendError::io(&error))
    }

    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes).await?;
        stream.flush().await
    }
}

/// Tries the addresses of the server one after the other: one that does not answer must not hide the next.
async fn connect(host: &str, port: u16) -> Result<TcpStream, SendError> {
    let addresses = lookup_host((host, port)).await.map_err(|error| SendError::io(&error))?;
    let mut failed = SendError::Io("the host has no address".to_owned());
    for address in addresses {
        match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(socket)) => return Ok(socket),
            Ok(Err(error)) => failed = SendError::io(&error),
            Err(_) => failed = SendError::late("connecting"),
        }
    }
    Err(failed)
}

async fn encrypt(stream: Box<dyn Stream>, tls: &Arc<ClientConfig>, host: &str) -> Result<Box<dyn Stream>, SendError> {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let server = ServerName::try_from(host).map_err(|_| SendError::Unsupported("TLS for this host name"))?;
    let encrypted = timeout(ENCRYPT_LIMIT, TlsConnector::from(Arc::clone(tls)).connect(server, stream)).await;
    let encrypted = encrypted.map_err(|_| SendError::late("encrypting"))?.map_err(|error| SendError::io(&error))?;
    Ok(Box::new(encrypted))
}

/// The name for EHLO: a domain, or an address literal in brackets (RFC 5321, 4.1.3).
fn literal(name: &str) -> String {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<Ipv4Addr>().is_ok() {
        format!("[{bare}]")
    } else if bare.parse::<Ipv6Addr>().is_ok() {
        format!("[IPv6:{bare}]")
    } else {
        bare.to_owned()
    }
}

/// The content with lines that end in CRLF, and dots doubled at their begin (RFC 5321, 4.5.2).
fn with_stuffed_dots(content: &[u8]) -> Vec<u8> {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    let mut stuffed = Vec::with_capacity(content.len() + 64);
    for line in content.split(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            stuffed.push(b'.');
        }
        stuffed.extend(line.strip_suffix(b"\r").unwrap_or(line));
        stuffed.extend(b"\r\n");
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_an_address_is_greeted_in_brackets() {
        for (name, greeted) in [
            ("app.example.org", "app.example.org"),
            ("127.0.0.1", "[127.0.0.1]"),
            ("[::1]", "[IPv6:::1]"),
            ("2001:db8::1", "[IPv6:2001:db8::1]"),
        ] {
            assert_eq!(literal(name), greeted);
        }
    }

    #[test]
    fn no_line_of_the_content_ends_it() {
        for (content, sent) in [
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n"),
            (".\r\n..\r\n", "..\r\n...\r\n"),
            ("", "\r\n"),
            ("a\r\n\r\n", "a\r\n\r\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&with_stuffed_dots(content.as_bytes())), sent, "{content:?}");
        }
    }
}
