//! A service that knows leaked passwords, such as haveibeenpwned.com (k-anonymity: it learns five characters of a hash).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use url::Url;

use crate::tls;
use latchkey_types::Password;

/// How long the service may take. Afterwards the password is accepted: a service that is down must not stop registrations.
const LIMIT: Duration = Duration::from_secs(1);
/// Maximum length of an answer, in bytes. Usual ones have 40 kB.
const ANSWER_MAX: usize = 512 * 1024;
/// Number of characters of the hash that the service learns.
const PREFIX: usize = 5;

/// A service of leaked passwords.
#[derive(Clone)]
pub struct PwnedPasswords {
    url: Url,
    tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for PwnedPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PwnedPasswords({})", self.url)
    }
}

impl PwnedPasswords {
    /// The service at `url`: `https`, or `http` on this machine.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(url: &Url) -> anyhow::Result<Self> {
        let tls = if url.scheme() == "https" { Some(tls::client_config(None)?) } else { None };
        Ok(Self { url: url.clone(), tls })
    }

    /// Whether the service knows the password. `false` if it does not answer in time, which is logged.
    pub async fn contains(&self, password: &Password) -> bool {
        let hash = hex::encode_upper(Sha1::digest(password.expose()));
        let (prefix, suffix) = hash.split_at(PREFIX);
        match tokio::time::timeout(LIMIT, self.range(prefix)).await {
            Ok(Ok(range)) => is_listed(&range, suffix),
            Ok(Err(error)) => {
                tracing::warn!("leaked passwords were not checked (PWNED_PASSWORDS): {error:#}");
                false
            }
            Err(_) => {
                tracing::warn!("leaked passwords were not checked (PWNED_PASSWORDS): no answer in 1 s");
                false
            }
        }
    }

    /// The known hashes that begin so.
    async fn range(&self, prefix: &str) -> anyhow::Result<Bytes> {
        let host = self.url.host_str().context("the URL has no host")?;
        let port = self.url.port_or_known_default().context("the URL has no port")?;
        let socket = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        let path = format!("{}/range/{prefix}", self.url.path().trim_end_matches('/'));
        let request = Request::get(path)
            .header("host", host)
            .header("user-agent", "latchkey")
            // The length of the answer would tell a listener which range it was.
            .header("add-padding", "true")
            .body(Empty::<Bytes>::new())?;
        match &self.tls {
            None => fetch(socket, request).await,
            Some(tls) => {
                let server = ServerName::try_from(host.to_owned())?;
                fetch(TlsConnector::from(Arc::clone(tls)).connect(server, socket).await?, request).await
            }
        }
    }
}

async fn fetch<S>(stream: S, request: Request<Empty<Bytes>>) -> anyhow::Result<Bytes>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let exchange = async {
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            bail!("the service answered {}", response.status().as_u16());
        }
        let body = Limited::new(response.into_body(), ANSWER_MAX).collect().await;
        Ok(body.map_err(|error| anyhow::anyhow!(error))?.to_bytes())
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    loop {
        tokio::select! {
            fetched = &mut exchange => return fetched,
            closed = &mut connection => closed.context("the connection was closed")?,
        }
    }
}

/// Whether a line `SUFFIX:COUNT` of the answer has this suffix. Lines for padding have the count 0.
fn is_listed(range: &[u8], suffix: &str) -> bool {
    range.split(|byte| *byte == b'\n').any(|line| {
        let line = line.trim_ascii();
        line.len() > suffix.len()
            && line[..suffix.len()].eq_ignore_ascii_case(suffix.as_bytes())
            && line[suffix.len()] == b':'
            && &line[suffix.len() + 1..] != b"0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_count_is_a_leaked_password() {
        let range = b"0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n00D4F6E8FA6EECAD2A3AA415EEC418D38EC:0\r\nabc:12";
        for (suffix, is_known) in [
            ("0018A45C4D1DEF81644B54AB7F969B88D65", true),
            ("00D4F6E8FA6EECAD2A3AA415EEC418D38EC", false),
            ("ABC", true),
            ("0018A45C4D1DEF81644B54AB7F969B88D66", false),
            ("0018A45C4D1DEF81644B54AB7F969B88D6", false),
        ] {
            assert_eq!(is_listed(range, suffix), is_known, "{suffix}");
        }
    }
}
