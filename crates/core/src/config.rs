//! The settings, typed. A wrong value stops the start with one line that names its variable.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::{Args, FromArgMatches};
use ipnet::IpNet;
use latchkey_types::Product;
use url::Url;

mod cors;
mod duration;
pub mod mail;
mod secret;

pub use cors::CorsOrigins;
pub use secret::generate as generate_secret;

/// The settings as they come: from the environment, from `.env` or from flags. All are texts here, so that one place
/// judges them and names the variable.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings (flags, environment variables, or lines of a .env file)")]
pub struct RawSettings {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://data/latchkey.db",
        hide_env_values = true,
        global = true
    )]
    database_url: String,
    /// Listens on all addresses at this port; wins over `LEPTOS_SITE_ADDR` (PROD only)
    #[arg(long, env = "PORT", global = true)]
    port: Option<String>,
    /// The address to listen on
    #[arg(long, env = "LEPTOS_SITE_ADDR", default_value = "127.0.0.1:3000", global = true)]
    leptos_site_addr: String,
    /// Where people reach this server: for links, origin checks, cookie names [DEV: http://localhost:PORT]
    #[arg(long, env = "PUBLIC_URL", global = true)]
    public_url: Option<String>,
    /// DEV for one's own machine, PROD for everything else
    #[arg(long, env = "LEPTOS_ENV", default_value = "DEV", global = true)]
    leptos_env: String,
    /// Signs the tokens: 32 bytes or more, see `latchkey secret` [DEV: made once, kept in data/]
    #[arg(long, env = "JWT_SECRET", hide_env_values = true, global = true)]
    jwt_secret: Option<String>,
    /// Earlier keys, comma-separated: they verify and never sign
    #[arg(long, env = "JWT_PREVIOUS_SECRETS", hide_env_values = true, global = true)]
    jwt_previous_secrets: Option<String>,
    /// How long a token gives access
    #[arg(long, env = "JWT_ACCESS_LIFESPAN", default_value = "15m", global = true)]
    jwt_access_lifespan: String,
    /// How long a session lasts at most
    #[arg(long, env = "JWT_REFRESH_LIFESPAN", default_value = "30d", global = true)]
    jwt_refresh_lifespan: String,
    /// How long a session lasts unused
    #[arg(long, env = "SESSION_IDLE", default_value = "14d", global = true)]
    session_idle: String,
    /// How long events stay on record
    #[arg(long, env = "AUDIT_RETENTION", default_value = "400d", global = true)]
    audit_retention: String,
    /// `open`: anybody may register; `closed`: `user add` makes accounts
    #[arg(long, env = "REGISTRATION", default_value = "open", global = true)]
    registration: String,
    /// Whether an account is confirmed by mail first
    #[arg(long, env = "CONFIRM_EMAIL", default_value = "true", global = true)]
    confirm_email: String,
    #[command(flatten)]
    mail: mail::RawMailSettings,
    /// Origins whose scripts may read the answers of the API: `*`, or a list with commas
    #[arg(long, env = "CORS_ORIGINS", global = true)]
    cors_origins: Option<String>,
    /// Networks (CIDR, comma-separated) whose X-Forwarded-For counts
    #[arg(long, env = "TRUSTED_PROXIES", global = true)]
    trusted_proxies: Option<String>,
    /// What is logged: error, warn, info, debug, trace, or a filter by module
    #[arg(long, env = "RUST_LOG", default_value = "info", global = true)]
    rust_log: String,
    /// `text`, or `json`: a line an event
    #[arg(long, env = "LOG_FORMAT", default_value = "text", global = true)]
    log_format: String,
}

/// Puts the names of the application into the defaults of a command that takes [`RawSettings`].
#[must_use]
pub fn with_defaults(command: clap::Command, product: Product) -> clap::Command {
    command
        .mut_arg("database_url", |arg| arg.default_value(format!("sqlite://data/{}.db", product.slug)))
        .mut_arg("mail_from", |arg| arg.default_value(format!("{} <noreply@localhost>", product.name)))
}

/// A setting that can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct SettingError {
    name: &'static str,
    problem: String,
}

impl SettingError {
    fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self { name, problem: problem.into() }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How long tokens, sessions and records last, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifespans {
    /// A token gives access.
    pub access: i64,
    /// A session lasts at most.
    pub refresh: i64,
    /// A session lasts unused.
    pub idle: i64,
    /// An event stays on record.
    pub audit: i64,
}

/// The settings.
#[derive(Clone)]
pub struct Config {
    /// What the application calls itself.
    pub product: Product,
    /// Where the accounts are.
    pub database_url: String,
    /// Where to listen.
    pub address: SocketAddr,
    /// Where people reach this server; no path.
    pub public_url: Url,
    /// Whether this is for one's own machine.
    pub is_dev: bool,
    /// Signs; then those that only verify.
    pub secrets: Vec<Vec<u8>>,
    /// How long tokens and sessions last.
    pub lifespans: Lifespans,
    /// Whether anybody may register; if not, accounts are made at the command line.
    pub registration_is_open: bool,
    /// Whether an account is confirmed by mail first.
    pub confirm_email: bool,
    /// Where mail goes, from whom, and how long its links are good.
    pub mail: mail::MailSettings,
    /// Whose scripts may read the answers of the API.
    pub cors_origins: CorsOrigins,
    /// Whose X-Forwarded-For counts.
    pub trusted_proxies: Vec<IpNet>,
}

/// No secret, and no database URL: it holds a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("address", &self.address)
            .field("public_url", &self.public_url.as_str())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Whether cookies are for https alone.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The origin that a browser names when it comes from a page of ours.
    #[must_use]
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

impl RawSettings {
    /// The settings of the environment alone, for a program without a command line of its own.
    ///
    /// # Errors
    /// When a value is not UTF-8.
    pub fn from_env(product: Product) -> Result<Self, clap::Error> {
        let command = with_defaults(Self::augment_args(clap::Command::new(product.slug)), product);
        Self::from_arg_matches(&command.try_get_matches_from([product.slug])?)
    }

    /// Judges the settings that a server needs.
    ///
    /// # Errors
    /// The first one that can't be used.
    pub fn config(&self, product: Product) -> Result<Config, SettingError> {
        let is_dev = self.is_dev()?;
        let address = self.address()?;
        let public_url = self.parsed_public_url(is_dev, address)?;
        if is_dev && !address.ip().is_loopback() {
            let name = if self.port.is_some() { "PORT" } else { "LEPTOS_SITE_ADDR" };
            return Err(SettingError::new(
                name,
                format!("{address} is reachable from other machines; with LEPTOS_ENV=DEV listen on 127.0.0.1"),
            ));
        }
        Ok(Config {
            product,
            database_url: self.database_url()?,
            address,
            public_url,
            is_dev,
            secrets: secret::read(self.jwt_secret.as_deref(), self.jwt_previous_secrets.as_deref(), is_dev)?,
            lifespans: self.lifespans()?,
            registration_is_open: self.parsed_registration()?,
            confirm_email: self.parsed_confirm_email()?,
            mail: self.mail.parse()?,
            cors_origins: CorsOrigins::read(self.cors_origins.as_deref())?,
            trusted_proxies: self.parsed_trusted_proxies()?,
        })
    }

    /// The database alone: for the commands.
    ///
    /// # Errors
    /// When it is neither SQLite nor PostgreSQL.
    pub fn database_url(&self) -> Result<String, SettingError> {
        let url = self.database_url.trim();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if known {
            Ok(url.to_owned())
        } else {
            Err(SettingError::new("DATABASE_URL", "must begin with sqlite:// or postgres://"))
        }
    }

    /// How log lines look, and which are written.
    ///
    /// # Errors
    /// When the format or the filter is none.
    pub fn logging(&self) -> Result<(LogFormat, tracing_subscriber::EnvFilter), SettingError> {
        let format = match self.log_format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(SettingError::new("LOG_FORMAT", format!("{other:?} is neither text nor json"))),
        };
        let filter = tracing_subscriber::EnvFilter::try_new(&self.rust_log);
        Ok((format, filter.map_err(|error| SettingError::new("RUST_LOG", error.to_string()))?))
    }

    fn is_dev(&self) -> Result<bool, SettingError> {
        match self.leptos_env.as_str() {
            "DEV" => Ok(true),
            "PROD" => Ok(false),
            other => Err(SettingError::new("LEPTOS_ENV", format!("{other:?} is neither DEV nor PROD"))),
        }
    }

    fn address(&self) -> Result<SocketAddr, SettingError> {
        if let Some(port) = given(self.port.as_deref()) {
            let port = port.parse().map_err(|_| SettingError::new("PORT", format!("{port:?} is no port number")))?;
            return Ok(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
        }
        let address = self.leptos_site_addr.replace("localhost", "127.0.0.1");
        address.parse().map_err(|_| {
            SettingError::new(
                "LEPTOS_SITE_ADDR",
                format!("{:?} is no address; write it like 127.0.0.1:3000", self.leptos_site_addr),
            )
        })
    }

    fn parsed_public_url(&self, is_dev: bool, address: SocketAddr) -> Result<Url, SettingError> {
        let wrong = |problem: &str| SettingError::new("PUBLIC_URL", problem);
        let text = match (given(self.public_url.as_deref()), is_dev) {
            (Some(text), _) => text.to_owned(),
            (None, true) => format!("http://localhost:{}", address.port()),
            (None, false) => {
                return Err(wrong(
                    "is required with LEPTOS_ENV=PROD: where people reach this server, such as https://example.org",
                ));
            }
        };
        let url = Url::parse(&text).map_err(|_| wrong("is no URL; write it like https://example.org"))?;
        let is_loopback = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip == Ipv6Addr::LOCALHOST,
            None => false,
        };
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        match url.scheme() {
            _ if !is_bare => Err(wrong("must be an origin, without a path: write it like https://example.org")),
            "http" | "https" if is_dev && !is_loopback => {
                Err(wrong("must be on localhost with LEPTOS_ENV=DEV; use LEPTOS_ENV=PROD"))
            }
            "https" => Ok(url),
            "http" if is_loopback => Ok(url),
            "http" => Err(wrong("must be https, but on localhost")),
            _ => Err(wrong("must begin with https://")),
        }
    }

    fn lifespans(&self) -> Result<Lifespans, SettingError> {
        let lifespans = Lifespans {
            access: duration::seconds("JWT_ACCESS_LIFESPAN", &self.jwt_access_lifespan)?,
            refresh: duration::seconds("JWT_REFRESH_LIFESPAN", &self.jwt_refresh_lifespan)?,
            idle: duration::seconds("SESSION_IDLE", &self.session_idle)?,
            audit: duration::seconds("AUDIT_RETENTION", &self.audit_retention)?,
        };
        if lifespans.access > lifespans.refresh {
            return Err(SettingError::new("JWT_ACCESS_LIFESPAN", "is longer than JWT_REFRESH_LIFESPAN"));
        }
        Ok(lifespans)
    }

    fn parsed_registration(&self) -> Result<bool, SettingError> {
        match self.registration.as_str() {
            "open" => Ok(true),
            "closed" => Ok(false),
            other => Err(SettingError::new("REGISTRATION", format!("{other:?} is neither open nor closed"))),
        }
    }

    fn parsed_confirm_email(&self) -> Result<bool, SettingError> {
        match self.confirm_email.as_str() {
            "false" => Ok(false),
            "true" => Ok(true),
            other => Err(SettingError::new("CONFIRM_EMAIL", format!("{other:?} is neither true nor false"))),
        }
    }

    fn parsed_trusted_proxies(&self) -> Result<Vec<IpNet>, SettingError> {
        let networks = given(self.trusted_proxies.as_deref())
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let parse = |text: &str| text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        networks
            .map(|text| {
                parse(text).map_err(|_| {
                    SettingError::new("TRUSTED_PROXIES", format!("{text:?} is no network; write it like 10.0.0.0/8"))
                })
            })
            .collect()
    }
}

/// A variable that is set to nothing counts as not set.
fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
