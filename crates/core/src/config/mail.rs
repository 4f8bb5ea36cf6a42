//! Mail settings: transport, sender, and lifetimes of links.

use std::fmt;
use std::path::PathBuf;

use latchkey_types::Product;
use lettre::message::Mailbox;
use url::{Host, Url};

use super::{RawSettings, SettingError};

const URL: &str = "MAIL_URL";
const FROM: &str = "MAIL_FROM";

/// The mail settings.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// How emails are sent.
    pub transport: TransportSettings,
    /// The sender of emails.
    pub from: Mailbox,
    /// How long a registration or an email change can be confirmed, in seconds.
    pub confirm_seconds: i64,
    /// How long a password can be reset by an email link, in seconds.
    pub reset_seconds: i64,
}

/// How emails are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportSettings {
    /// Written into a folder, one file per email.
    File(PathBuf),
    /// Sent to an SMTP server.
    Smtp(SmtpSettings),
}

/// An SMTP server.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Host name or IP address, which the certificate must match.
    pub host: String,
    /// Whether it runs on this machine.
    pub is_loopback: bool,
    /// The port, by default 587 or, for `smtps://`, 465.
    pub port: u16,
    /// Encryption of the connection.
    pub encryption: Encryption,
    /// Username and password, if the server requires them.
    pub credentials: Option<(String, String)>,
    /// A file with an additional root certificate, in PEM.
    pub ca: Option<PathBuf>,
}

/// Encryption of the connection to an SMTP server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// No encryption: the server runs on this machine.
    None,
}

/// Hides username and password.
impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// The URL without user and password, for logs.
impl fmt::Display for TransportSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(folder) => write!(f, "file://{}", folder.display()),
            Self::Smtp(SmtpSettings { host, port, encryption, .. }) => {
                let scheme = if *encryption == Encryption::Tls { "smtps" } else { "smtp" };
                write!(f, "{scheme}://{host}:{port}")
            }
        }
    }
}

impl MailSettings {
    pub(super) fn read(raw: &RawSettings, is_dev: bool, product: Product) -> Result<Self, SettingError> {
        if !is_dev && raw.get(URL).is_none() {
            let problem = "is required with LEPTOS_ENV=PROD; set it to a mail server, such as \
                           smtp://user:password@host:587, or to a folder, such as file://data/mail";
            return Err(SettingError::new(URL, problem));
        }
        let transport = transport(&raw.value(URL, product))?;
        Ok(Self {
            from: sender(&raw.value(FROM, product), &transport)?,
            transport,
            confirm_seconds: raw.seconds("CONFIRM_LIFESPAN", product)?,
            reset_seconds: raw.seconds("RESET_LIFESPAN", product)?,
        })
    }
}

/// Parses `MAIL_FROM`. A mail server of others gets no address that it would refuse.
fn sender(text: &str, transport: &TransportSettings) -> Result<Mailbox, SettingError> {
    let wrong = |problem: &str| SettingError::new(FROM, problem);
    let from =
        text.parse::<Mailbox>().map_err(|_| wrong("is not a sender; write it like Latchkey <noreply@example.org>"))?;
    if !from.email.to_string().is_ascii() {
        return Err(wrong("must have an ASCII address; write the domain in its xn-- form"));
    }
    let is_local = from.email.domain() == "localhost" || from.email.domain().ends_with(".localhost");
    match transport {
        TransportSettings::Smtp(server) if is_local && !server.is_loopback => {
            Err(wrong("must have an address of your domain, because the mail server of MAIL_URL refuses localhost"))
        }
        _ => Ok(from),
    }
}

/// Parses `MAIL_URL`. Errors never repeat its value, which may contain a password.
fn transport(text: &str) -> Result<TransportSettings, SettingError> {
    let wrong = |problem: &str| SettingError::new(URL, problem);
    if let Some(folder) = text.strip_prefix("file://") {
        return match folder {
            "" => Err(wrong("has no folder; write it like file://data/mail")),
            folder => Ok(TransportSettings::File(PathBuf::from(folder))),
        };
    }
    let url = Url::parse(text).map_err(|_| wrong("is not a URL; write it like smtp://user:password@host:587"))?;
    let is_implicit = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        _ => return Err(wrong("must begin with file://, smtp:// or smtps://")),
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(wrong("must end after host and port; only ?ca=FILE.pem may follow"));
    }
    let ca = ca(&url)?;
    let (host, is_loopback) = host(&url)?;
    let encryption = match (is_implicit, is_loopback) {
        (true, _) => Encryption::Tls,
        (false, true) if ca.is_none() => Encryption::None,
        (false, _) => Encryption::StartTls,
    };
    let port = url.port().unwrap_or(if is_implicit { 465 } else { 587 });
    Ok(TransportSettings::Smtp(SmtpSettings {
        host,
        is_loopback,
        port,
        encryption,
        credentials: credentials(&url)?,
        ca,
    }))
}

fn host(url: &Url) -> Result<(String, bool), SettingError> {
    // `url` parses an IPv4 address as a domain if it does not know the scheme.
    let host = url.host_str().filter(|host| !host.is_empty()).map(Host::parse);
    match host {
        Some(Ok(Host::Domain(name))) => Ok((name.clone(), name == "localhost" || name.ends_with(".localhost"))),
        Some(Ok(Host::Ipv4(ip))) => Ok((ip.to_string(), ip.is_loopback())),
        Some(Ok(Host::Ipv6(ip))) => Ok((ip.to_string(), ip.is_loopback())),
        _ => Err(SettingError::new(URL, "has no host; write it like smtp://user:password@host:587")),
    }
}

fn credentials(url: &Url) -> Result<Option<(String, String)>, SettingError> {
    let decode = |text: &str| {
        // Unlike in a form, `+` and `&` have no special meaning here.
        let pair = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(SettingError::new(URL, "must have both a user and a password, or neither")),
        (user, Some(password)) => Ok(Some((decode(user), decode(password)))),
    }
}

fn ca(url: &Url) -> Result<Option<PathBuf>, SettingError> {
    let mut found = None;
    for (name, value) in url.query_pairs() {
        if name != "ca" || value.is_empty() || found.is_some() {
            return Err(SettingError::new(URL, "may have one query parameter only: ?ca=FILE.pem"));
        }
        found = Some(PathBuf::from(value.into_owned()));
    }
    Ok(found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    fn smtp(text: &str) -> SmtpSettings {
        match transport(text).unwrap() {
            TransportSettings::Smtp(settings) => settings,
            TransportSettings::File(_) => unreachable!("{text}"),
        }
    }

    #[test]
    fn a_folder_is_relative_or_not() {
        assert_eq!(transport("file://data/mail"), Ok(TransportSettings::File("data/mail".into())));
        assert_eq!(transport("file:///var/mail"), Ok(TransportSettings::File("/var/mail".into())));
    }

    #[test]
    fn only_a_server_on_this_machine_is_spoken_to_in_the_clear() {
        for (text, port, encryption) in [
            ("smtp://mail.example.org", 587, Encryption::StartTls),
            ("smtp://mail.example.org:25", 25, Encryption::StartTls),
            ("smtp://10.0.0.1", 587, Encryption::StartTls),
            ("smtps://mail.example.org", 465, Encryption::Tls),
            ("smtps://localhost:1465", 1465, Encryption::Tls),
            ("smtp://localhost:1025", 1025, Encryption::None),
            ("smtp://127.0.0.1:1025", 1025, Encryption::None),
            ("smtp://[::1]:1025", 1025, Encryption::None),
            ("smtp://localhost.example.org", 587, Encryption::StartTls),
            ("smtp://localhost:1025?ca=/etc/ca.pem", 1025, Encryption::StartTls),
        ] {
            let settings = smtp(text);
            assert_eq!((settings.port, settings.encryption), (port, encryption), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_never_shown() {
        let settings = smtp("smtp://ada%40example.org:p%3Aw+d&e=f@mail.example.org?ca=/etc/my%20ca.pem");
        assert_eq!(settings.credentials, Some(("ada@example.org".to_owned(), "p:w+d&e=f".to_owned())));
        assert_eq!(settings.ca, Some("/etc/my ca.pem".into()));
        assert!(!format!("{settings:?}").contains("p:w"));
    }

    #[test]
    fn what_is_no_mail_url_is_refused_without_repeating_it() {
        for text in [
            "", "data/mail", "file://", "http://hunter2@x", "smtp://", "smtp://hunter2@host", "smtp://:hunter2@host",
            "smtp://u:hunter2@host/path", "smtp://u:hunter2@host?tls=no", "smtp://host?ca=", "smtp://host?ca=a&ca=b",
            "smtp://u:hunter2@host:99999",
        ] {
            let error = transport(text).unwrap_err().to_string();
            assert!(error.starts_with("MAIL_URL: ") && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
