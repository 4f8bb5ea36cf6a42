//! The cookies of session, flash, device, second factor and theme: names, attributes and values.
//!
//! `tower-cookies` keeps one jar per request: the last write of a cookie decides what the response sets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_core::config::Config;
use latchkey_core::security::device_token::{DEVICE_SECONDS, DeviceToken};
use latchkey_core::service::session::{CHALLENGE_SECONDS, Challenge, IssuedToken, RememberMe};
use latchkey_types::{AppError, Flash, Outcome, Theme};
use tower_cookies::cookie::SameSite;
use tower_cookies::cookie::time::Duration;
pub use tower_cookies::{CookieManagerLayer, Cookies};

use tower_cookies::Cookie;

/// Maximum size of the flash cookie's value, in bytes.
pub const FLASH_MAX: usize = 1024;
/// Lifetime of a flash that is never shown.
const FLASH_SECONDS: i64 = 60;
/// Lifetime of a flash with a form that waits for the password, or for the database.
const FLASH_WAITING_SECONDS: i64 = 600;
/// Lifetime of the theme: a year.
const THEME_SECONDS: i64 = 365 * 86_400;

/// Names and attributes of the cookies: `__Host-` and `Secure` with https, neither with http (loopback only).
#[derive(Clone, Debug)]
pub struct CookieNames {
    session: String,
    flash: String,
    device: String,
    challenge: String,
    theme: String,
    is_https: bool,
}

impl CookieNames {
    /// Derives the names from the settings.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let is_https = config.is_https();
        let prefix = if is_https { "__Host-" } else { "" };
        let name = |purpose: &str| format!("{prefix}{}-{purpose}", config.product.slug);
        Self {
            session: name("session"),
            flash: name("flash"),
            device: name("device"),
            challenge: name("challenge"),
            theme: name("theme"),
            is_https,
        }
    }

    /// Returns the name of the session cookie.
    #[must_use]
    pub fn session_name(&self) -> &str {
        &self.session
    }

    /// Returns the token of the session cookie, not verified. [`crate::outer_layers`] has removed repeated ones.
    #[must_use]
    pub fn session(&self, jar: &Cookies) -> Option<String> {
        jar.get(&self.session).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
    }

    /// Sets the session cookie. It outlives the browser only with "remember me".
    pub fn set_session(&self, jar: &Cookies, issued: &IssuedToken) {
        let mut cookie = self.cookie(&self.session, issued.token.expose().to_owned());
        if issued.remember_me == RememberMe::Yes {
            cookie.set_max_age(Duration::seconds(issued.refresh_seconds));
        }
        jar.add(cookie);
    }

    /// Clears the session cookie. Only logout and account deletion do this.
    pub fn clear_session(&self, jar: &Cookies) {
        self.expire(jar, &self.session);
    }

    /// Returns the device token, not verified.
    #[must_use]
    pub fn device(&self, jar: &Cookies) -> Option<String> {
        jar.get(&self.device).map(|cookie| cookie.value().to_owned())
    }

    /// Sets the device cookie. It stays after a logout.
    pub fn set_device(&self, jar: &Cookies, device: &DeviceToken) {
        let mut cookie = self.cookie(&self.device, device.expose().to_owned());
        cookie.set_max_age(Duration::seconds(DEVICE_SECONDS));
        jar.add(cookie);
    }

    /// Returns the challenge of a login that waits for the second factor, not verified.
    #[must_use]
    pub fn challenge(&self, jar: &Cookies) -> Option<String> {
        jar.get(&self.challenge).map(|cookie| cookie.value().to_owned())
    }

    /// Sets the challenge of a login that waits for the second factor.
    pub fn set_challenge(&self, jar: &Cookies, challenge: &Challenge) {
        let mut cookie = self.cookie(&self.challenge, challenge.expose().to_owned());
        cookie.set_max_age(Duration::seconds(CHALLENGE_SECONDS));
        jar.add(cookie);
    }

    /// Clears the challenge.
    pub fn clear_challenge(&self, jar: &Cookies) {
        self.expire(jar, &self.challenge);
    }

    /// Returns the flash. An unreadable value is `None`, see [`Self::has_flash`].
    #[must_use]
    pub fn flash(&self, jar: &Cookies) -> Option<Flash> {
        let cookie = jar.get(&self.flash).filter(|cookie| cookie.value().len() <= FLASH_MAX)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cookie.value()).ok()?).ok()
    }

    /// Whether there is a flash cookie, readable or not.
    #[must_use]
    pub fn has_flash(&self, jar: &Cookies) -> bool {
        jar.get(&self.flash).is_some_and(|cookie| !cookie.value().is_empty())
    }

    /// Sets the flash for the next page. Submitted values are left out if they do not fit.
    pub fn set_flash(&self, jar: &Cookies, flash: &Flash) {
        let mut value = encode(flash);
        if value.len() > FLASH_MAX {
            value = encode(&Flash { values: Vec::new(), waiting: None, ..flash.clone() });
        }
        let is_unavailable = flash.outcome == Outcome::Rejected(AppError::Unavailable);
        let is_waiting = is_unavailable || flash.clone().into_waiting().is_some();
        let mut cookie = self.cookie(&self.flash, value);
        cookie.set_max_age(Duration::seconds(if is_waiting { FLASH_WAITING_SECONDS } else { FLASH_SECONDS }));
        jar.add(cookie);
    }

    /// Clears the flash after it was shown.
    pub fn clear_flash(&self, jar: &Cookies) {
        self.expire(jar, &self.flash);
    }

    /// Returns the theme.
    #[must_use]
    pub fn theme(&self, jar: &Cookies) -> Theme {
        jar.get(&self.theme).map(|cookie| Theme::named(cookie.value())).unwrap_or_default()
    }

    /// Sets the theme; the one of the system needs no cookie.
    pub fn set_theme(&self, jar: &Cookies, theme: Theme) {
        if theme == Theme::System {
            return self.expire(jar, &self.theme);
        }
        let mut cookie = self.cookie(&self.theme, theme.name().to_owned());
        cookie.set_max_age(Duration::seconds(THEME_SECONDS));
        jar.add(cookie);
    }

    /// Whether cookies are restricted to https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    fn expire(&self, jar: &Cookies, name: &str) {
        let mut cookie = self.cookie(name, String::new());
        cookie.set_max_age(Duration::ZERO);
        jar.add(cookie);
    }

    fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build((name.to_owned(), value))
            .path("/")
            .http_only(true)
            .secure(self.is_https)
            .same_site(SameSite::Lax)
            .build()
    }
}

/// Encodes the value of the flash cookie.
#[must_use]
pub fn encode(flash: &Flash) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(flash).unwrap_or_default())
}
