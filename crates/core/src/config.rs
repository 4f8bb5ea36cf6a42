//! Typed settings. An invalid value stops the server at startup, with one line that names its variable.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use latchkey_types::{Product, Role, Roles};
use url::Url;

mod cors;
mod database;
mod definitions;
mod duration;
mod env_file;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod mail;
mod proxies;
mod public_url;
mod raw;
mod secret;

pub use cors::CorsOrigins;
pub use database::{DatabaseSettings, DatabaseUrl, PostgresUrl};
pub use raw::{RawSettings, with_defaults};
pub use secret::generate as generate_secret;

/// The service of `PWNED_PASSWORDS=on`.
const PWNED_PASSWORDS: &str = "https://api.pwnedpasswords.com";
/// Levels of crates that log every query or step. `RUST_LOG` can name them to see more.
const QUIET_CRATES: &str = "sea_orm_migration=warn,sea_orm=warn,sqlx=warn";

/// An invalid setting.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct SettingError {
    name: Cow<'static, str>,
    problem: String,
}

impl SettingError {
    /// `problem` never repeats the value, which may be a secret in the wrong place.
    fn new(name: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        Self { name: name.into(), problem: problem.into() }
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

/// Who must have a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorPolicy {
    /// Nobody; users choose.
    Optional,
    /// Users with the role `admin`.
    Administrators,
    /// All users.
    Everyone,
}

impl SecondFactorPolicy {
    /// Whether a user with these roles must have a second factor.
    #[must_use]
    pub fn is_required_of(self, roles: &Roles) -> bool {
        match self {
            Self::Optional => false,
            Self::Administrators => roles.has(Role::ADMIN),
            Self::Everyone => true,
        }
    }
}

/// The settings of a server.
#[derive(Clone)]
pub struct Config {
    /// Name and branding of the application.
    pub product: Product,
    /// The database.
    pub database: DatabaseSettings,
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
    /// Whether a link in an email logs in.
    pub login_by_email: bool,
    /// Who must have a second factor.
    pub second_factor: SecondFactorPolicy,
    /// Mail transport, sender, and lifetimes of links.
    pub mail: mail::MailSettings,
    /// Origins whose scripts may call the API.
    pub cors_origins: CorsOrigins,
    /// Networks whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The service of leaked passwords that new ones are checked with.
    pub pwned_passwords: Option<Url>,
    /// Whether HSTS includes the subdomains.
    pub hsts_include_subdomains: bool,
    /// The address on which metrics are served, if they are.
    pub metrics_address: Option<SocketAddr>,
}

/// Hides the signing keys, and everything else that may contain a password.
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
    /// Parses all settings of a server.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn config(&self, product: Product) -> Result<Config, SettingError> {
        let is_dev = self.choice("LEPTOS_ENV", product, "DEV", "PROD")?;
        let address = self.address(is_dev, product)?;
        Ok(Config {
            product,
            database: self.database(product)?,
            address,
            public_url: public_url::read(self.get("PUBLIC_URL"), is_dev, address)?,
            is_dev,
            secrets: secret::read(self, is_dev)?,
            lifespans: self.lifespans(product)?,
            registration_is_open: self.choice("REGISTRATION", product, "open", "closed")?,
            confirm_email: self.choice("CONFIRM_EMAIL", product, "true", "false")?,
            login_by_email: self.choice("LOGIN_BY_EMAIL", product, "true", "false")?,
            second_factor: self.second_factor(product)?,
            mail: mail::MailSettings::read(self, is_dev, product)?,
            cors_origins: CorsOrigins::read(self.get("CORS_ORIGINS"))?,
            trusted_proxies: self.trusted_proxies()?,
            pwned_passwords: self.pwned_passwords(product)?,
            metrics_address: self.metrics_address(is_dev)?,
            hsts_include_subdomains: self.choice("HSTS_INCLUDE_SUBDOMAINS", product, "true", "false")?,
        })
    }

    /// Parses the settings of the database only, for commands that need nothing else.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn database(&self, product: Product) -> Result<DatabaseSettings, SettingError> {
        DatabaseSettings::parse(&self.value("DATABASE_URL", product), &self.value("DATABASE_CONNECTIONS", product))
    }

    /// Parses the log format and the log filter.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn logging(&self, product: Product) -> Result<(LogFormat, tracing_subscriber::EnvFilter), SettingError> {
        let is_text = self.choice("LOG_FORMAT", product, "text", "json")?;
        let filter = format!("{QUIET_CRATES},{}", self.value("RUST_LOG", product));
        let filter = tracing_subscriber::EnvFilter::try_new(filter).map_err(|_| {
            SettingError::new("RUST_LOG", "is not a level such as info, or a filter such as info,latchkey_core=debug")
        })?;
        Ok((if is_text { LogFormat::Text } else { LogFormat::Json }, filter))
    }

    /// Whether a setting has the first of its two possible values.
    fn choice(&self, name: &'static str, product: Product, one: &str, other: &str) -> Result<bool, SettingError> {
        match self.value(name, product) {
            value if value == one => Ok(true),
            value if value == other => Ok(false),
            _ => Err(SettingError::new(name, format!("must be {one} or {other}"))),
        }
    }

    fn seconds(&self, name: &'static str, product: Product) -> Result<i64, SettingError> {
        duration::seconds(name, &self.value(name, product))
    }

    fn address(&self, is_dev: bool, product: Product) -> Result<SocketAddr, SettingError> {
        let (name, address) = if let Some(port) = self.get("PORT") {
            let port = port.parse().map_err(|_| SettingError::new("PORT", "is not a port number"))?;
            ("PORT", SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)))
        } else {
            let name = "LEPTOS_SITE_ADDR";
            (name, parse_address(name, &self.value(name, product))?)
        };
        require_loopback(name, is_dev, address)
    }

    fn second_factor(&self, product: Product) -> Result<SecondFactorPolicy, SettingError> {
        let name = "REQUIRE_SECOND_FACTOR";
        match self.value(name, product).as_str() {
            "none" => Ok(SecondFactorPolicy::Optional),
            "admin" => Ok(SecondFactorPolicy::Administrators),
            "all" => Ok(SecondFactorPolicy::Everyone),
            _ => Err(SettingError::new(name, "must be none, admin or all")),
        }
    }

    fn metrics_address(&self, is_dev: bool) -> Result<Option<SocketAddr>, SettingError> {
        let name = "METRICS_ADDR";
        let Some(text) = self.get(name) else { return Ok(None) };
        require_loopback(name, is_dev, parse_address(name, text)?).map(Some)
    }

    fn lifespans(&self, product: Product) -> Result<Lifespans, SettingError> {
        let lifespans = Lifespans {
            access: self.seconds("JWT_ACCESS_LIFESPAN", product)?,
            refresh: self.seconds("JWT_REFRESH_LIFESPAN", product)?,
            idle: self.seconds("SESSION_IDLE", product)?,
            audit: self.seconds("AUDIT_RETENTION", product)?,
        };
        if lifespans.access > lifespans.refresh {
            return Err(SettingError::new("JWT_ACCESS_LIFESPAN", "must not be longer than JWT_REFRESH_LIFESPAN"));
        }
        Ok(lifespans)
    }

    fn pwned_passwords(&self, product: Product) -> Result<Option<Url>, SettingError> {
        let url = match self.value("PWNED_PASSWORDS", product).as_ref() {
            "off" => return Ok(None),
            "on" => Url::parse(PWNED_PASSWORDS).ok(),
            other => Url::parse(other).ok(),
        };
        let url = url.filter(|url| url.scheme() == "https" || url.scheme() == "http" && public_url::is_loopback(url));
        url.map(Some).ok_or_else(|| {
            let problem = "is neither off nor on nor an https URL (or http on this machine)";
            SettingError::new("PWNED_PASSWORDS", problem)
        })
    }

    fn trusted_proxies(&self) -> Result<Vec<IpNet>, SettingError> {
        let wrong =
            |_| SettingError::new("TRUSTED_PROXIES", "is not a list of networks; write it like 10.0.0.0/8,192.0.2.7");
        proxies::parse(self.get("TRUSTED_PROXIES").unwrap_or_default()).map_err(wrong)
    }
}

fn parse_address(name: &'static str, text: &str) -> Result<SocketAddr, SettingError> {
    let address = text.replace("localhost", "127.0.0.1").parse();
    address.map_err(|_| SettingError::new(name, "is not an address; write it like 127.0.0.1:3000"))
}

fn require_loopback(name: &'static str, is_dev: bool, address: SocketAddr) -> Result<SocketAddr, SettingError> {
    if is_dev && !address.ip().is_loopback() {
        let problem = "other machines can reach this address; with LEPTOS_ENV=DEV listen on 127.0.0.1";
        return Err(SettingError::new(name, problem));
    }
    Ok(address)
}

#[cfg(test)]
mod tests;
