//! Typed settings. An invalid value stops the server at startup, with one line that names its variable.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::{Args, FromArgMatches};
use ipnet::IpNet;
use latchkey_types::Product;
use url::Url;

mod cors;
mod duration;
pub mod mail;
mod proxies;
mod secret;

pub use cors::CorsOrigins;
pub use secret::generate as generate_secret;

/// Levels of crates that log every query or step. `RUST_LOG` can name them to see more.
const QUIET_CRATES: &str = "sea_orm_migration=warn,sea_orm=warn,sqlx=warn";

/// Settings as strings, from the environment, `.env` and flags. [`RawSettings::config`] validates them and names the
/// variable in errors.
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
    /// Port to listen on, on all addresses; overrides `LEPTOS_SITE_ADDR` (PROD only)
    #[arg(long, env = "PORT", global = true)]
    port: Option<String>,
    /// Address to listen on
    #[arg(long, env = "LEPTOS_SITE_ADDR", default_value = "127.0.0.1:3000", global = true)]
    leptos_site_addr: String,
    /// Public origin of this server, for links, origin checks and cookie names [DEV: http://localhost:PORT]
    #[arg(long, env = "PUBLIC_URL", global = true)]
    public_url: Option<String>,
    /// DEV for local development, PROD for everything else
    #[arg(long, env = "LEPTOS_ENV", default_value = "DEV", global = true)]
    leptos_env: String,
    /// Key that signs tokens: 32 bytes or more, see `latchkey secret` [DEV: generated once, kept in data/]
    #[arg(long, env = "JWT_SECRET", hide_env_values = true, global = true)]
    jwt_secret: Option<String>,
    /// Previous keys, comma-separated: they only verify tokens
    #[arg(long, env = "JWT_PREVIOUS_SECRETS", hide_env_values = true, global = true)]
    jwt_previous_secrets: Option<String>,
    /// How long a token grants access
    #[arg(long, env = "JWT_ACCESS_LIFESPAN", default_value = "15m", global = true)]
    jwt_access_lifespan: String,
    /// Maximum lifetime of a session
    #[arg(long, env = "JWT_REFRESH_LIFESPAN", default_value = "30d", global = true)]
    jwt_refresh_lifespan: String,
    /// Maximum idle time of a session
    #[arg(long, env = "SESSION_IDLE", default_value = "14d", global = true)]
    session_idle: String,
    /// How long audit events are kept
    #[arg(long, env = "AUDIT_RETENTION", default_value = "400d", global = true)]
    audit_retention: String,
    /// `open`: anyone can register; `closed`: only `user add` creates accounts
    #[arg(long, env = "REGISTRATION", default_value = "open", global = true)]
    registration: String,
    /// Whether a registration must be confirmed by email
    #[arg(long, env = "CONFIRM_EMAIL", default_value = "true", global = true)]
    confirm_email: String,
    #[command(flatten)]
    mail: mail::RawMailSettings,
    /// Origins whose scripts may call the API: `*`, or a comma-separated list
    #[arg(long, env = "CORS_ORIGINS", global = true)]
    cors_origins: Option<String>,
    /// Networks whose X-Forwarded-For is trusted: CIDR, comma-separated
    #[arg(long, env = "TRUSTED_PROXIES", global = true)]
    trusted_proxies: Option<String>,
    /// Whether browsers must use https for all subdomains, too (`includeSubDomains` of HSTS)
    #[arg(long, env = "HSTS_INCLUDE_SUBDOMAINS", default_value = "false", global = true)]
    hsts_include_subdomains: String,
    /// What is logged: error, warn, info, debug, trace, or a filter by module
    #[arg(long, env = "RUST_LOG", default_value = "info", global = true)]
    rust_log: String,
    /// `text`, or `json`: one line per event
    #[arg(long, env = "LOG_FORMAT", default_value = "text", global = true)]
    log_format: String,
}

/// Sets the defaults that depend on the name of the application, for a command with [`RawSettings`].
#[must_use]
pub fn with_defaults(command: clap::Command, product: Product) -> clap::Command {
    command
        .mut_arg("database_url", |arg| arg.default_value(format!("sqlite://data/{}.db", product.slug)))
        .mut_arg("mail_from", |arg| arg.default_value(format!("{} <noreply@localhost>", product.name)))
}

/// An invalid setting.
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

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Lifetimes of tokens, sessions and audit events, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifespans {
    /// How long a token grants access.
    pub access: i64,
    /// Maximum lifetime of a session.
    pub refresh: i64,
    /// Maximum idle time of a session.
    pub idle: i64,
    /// How long audit events are kept.
    pub audit: i64,
}

/// The settings of a server.
#[derive(Clone)]
pub struct Config {
    /// Name and branding of the application.
    pub product: Product,
    /// The database URL; may contain a password.
    pub database_url: String,
    /// The address to listen on.
    pub address: SocketAddr,
    /// The public origin of this server, without a path.
    pub public_url: Url,
    /// Whether this is a development server.
    pub is_dev: bool,
    /// Signing keys: the first one signs and verifies, the others only verify.
    pub secrets: Vec<Vec<u8>>,
    /// Lifetimes of tokens, sessions and audit events.
    pub lifespans: Lifespans,
    /// Whether anyone can register. If not, accounts are created at the command line.
    pub registration_is_open: bool,
    /// Whether a registration must be confirmed by email.
    pub confirm_email: bool,
    /// Mail transport, sender, and lifetimes of links.
    pub mail: mail::MailSettings,
    /// Origins whose scripts may call the API.
    pub cors_origins: CorsOrigins,
    /// Networks whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether HSTS includes the subdomains.
    pub hsts_include_subdomains: bool,
}

/// Hides the signing keys, and the database URL because it may contain a password.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("address", &self.address)
            .field("public_url", &self.public_url.as_str())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Whether the public origin is https, and cookies are `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The origin that browsers send with requests from pages of this server.
    #[must_use]
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

impl RawSettings {
    /// Reads the settings from the environment only, for programs without a command line.
    ///
    /// # Errors
    /// If a value is not UTF-8.
    pub fn from_env(product: Product) -> Result<Self, clap::Error> {
        let command = with_defaults(Self::augment_args(clap::Command::new(product.slug)), product);
        Self::from_arg_matches(&command.try_get_matches_from([product.slug])?)
    }

    /// Parses all settings of a server.
    ///
    /// # Errors
    /// The first invalid setting.
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
            hsts_include_subdomains: self.parsed_hsts_include_subdomains()?,
        })
    }

    /// Parses the database URL only, for commands that need nothing else.
    pub fn database_url(&self) -> Result<String, SettingError> {
        let url = self.database_url.trim();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if known {
            Ok(url.to_owned())
        } else {
            Err(SettingError::new("DATABASE_URL", "must begin with sqlite:// or postgres://"))
        }
    }

    /// Parses the log format and the log filter.
    pub fn logging(&self) -> Result<(LogFormat, tracing_subscriber::EnvFilter), SettingError> {
        let format = match self.log_format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(SettingError::new("LOG_FORMAT", format!("{other:?} is neither text nor json"))),
        };
        let filter = tracing_subscriber::EnvFilter::try_new(format!("{QUIET_CRATES},{}", self.rust_log));
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
            let port = port.parse().map_err(|_| SettingError::new("PORT", format!("{port:?} is not a port number")))?;
            return Ok(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
        }
        let address = self.leptos_site_addr.replace("localhost", "127.0.0.1");
        address.parse().map_err(|_| {
            SettingError::new(
                "LEPTOS_SITE_ADDR",
                format!("{:?} is not an address; write it like 127.0.0.1:3000", self.leptos_site_addr),
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
                    "is required with LEPTOS_ENV=PROD; set it to the public origin, such as https://example.org",
                ));
            }
        };
        let url = Url::parse(&text).map_err(|_| wrong("is not a URL; write it like https://example.org"))?;
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
            "http" => Err(wrong("must be https; http is allowed on localhost only")),
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
            return Err(SettingError::new("JWT_ACCESS_LIFESPAN", "must not be longer than JWT_REFRESH_LIFESPAN"));
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
        proxies::parse(given(self.trusted_proxies.as_deref()).unwrap_or_default()).map_err(|text| {
            SettingError::new("TRUSTED_PROXIES", format!("{text:?} is not a network; write it like 10.0.0.0/8"))
        })
    }

    fn parsed_hsts_include_subdomains(&self) -> Result<bool, SettingError> {
        match self.hsts_include_subdomains.as_str() {
            "false" => Ok(false),
            "true" => Ok(true),
            other => Err(SettingError::new("HSTS_INCLUDE_SUBDOMAINS", format!("{other:?} is neither true nor false"))),
        }
    }
}

/// An empty value is treated as unset.
fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
