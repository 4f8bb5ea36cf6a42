//! The two cookies: their names, their attributes, their values.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieBuilder, SameSite, time::Duration};

use crate::server::config::Config;
use crate::server::service::session::{Persistence, SignedIn};
use crate::visit::Flash;

/// Largest value of the flash cookie, in bytes.
const FLASH_MAX: usize = 1024;
/// For how many seconds a browser keeps a flash that it never shows.
const FLASH_SECONDS: i64 = 60;
/// For how many if a form waits in it until somebody has found their password.
const FLASH_WAITING_SECONDS: i64 = 600;

/// How cookies are named and marked here: `__Host-` and Secure on https, neither on http (on loopback alone).
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    is_https: bool,
}

impl Cookies {
    /// As the settings say.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self { is_https: config.is_https() }
    }

    /// Whether the cookies are for https alone.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    fn session_name(self) -> &'static str {
        if self.is_https { "__Host-latchkey-session" } else { "latchkey-session" }
    }

    fn flash_name(self) -> &'static str {
        if self.is_https { "__Host-latchkey-flash" } else { "latchkey-flash" }
    }

    fn build(self, name: &'static str, value: String) -> CookieBuilder<'static> {
        Cookie::build((name, value)).path("/").http_only(true).secure(self.is_https).same_site(SameSite::Lax)
    }

    /// The token. It outlives the browser only if that was chosen.
    #[must_use]
    pub fn session(self, signed_in: &SignedIn) -> String {
        let cookie = self.build(self.session_name(), signed_in.token.expose().to_owned());
        match signed_in.persistence {
            Persistence::KeepSignedIn => cookie.max_age(Duration::seconds(signed_in.refresh_seconds)).to_string(),
            Persistence::UntilClosed => cookie.to_string(),
        }
    }

    /// No token any more.
    #[must_use]
    pub fn no_session(self) -> String {
        self.build(self.session_name(), String::new()).max_age(Duration::ZERO).to_string()
    }

    /// What a form led to. What was typed is left out where it would be too much.
    #[must_use]
    pub fn flash(self, flash: &Flash) -> String {
        let encode = |flash: &Flash| URL_SAFE_NO_PAD.encode(serde_json::to_vec(flash).unwrap_or_default());
        let mut value = encode(flash);
        if value.len() > FLASH_MAX {
            value = encode(&Flash { values: Vec::new(), waiting: None, ..flash.clone() });
        }
        let is_waiting = flash.clone().into_waiting().is_some();
        let seconds = if is_waiting { FLASH_WAITING_SECONDS } else { FLASH_SECONDS };
        self.build(self.flash_name(), value).max_age(Duration::seconds(seconds)).to_string()
    }

    /// Shown; not again.
    #[must_use]
    pub fn no_flash(self) -> String {
        self.build(self.flash_name(), String::new()).max_age(Duration::ZERO).to_string()
    }

    /// Whether a `Set-Cookie` value is about the session.
    #[must_use]
    pub fn is_about_session(self, set_cookie: &[u8]) -> bool {
        set_cookie.strip_prefix(self.session_name().as_bytes()).is_some_and(|rest| rest.starts_with(b"="))
    }
}

/// The cookies of ours that came with a request.
#[derive(Debug)]
pub struct CookieJar {
    session: Option<String>,
    flash: Option<String>,
}

impl CookieJar {
    /// Reads a request's cookies. Two of one name that differ count as none: who set the second is not known.
    #[must_use]
    pub fn of(headers: &HeaderMap, cookies: &Cookies) -> Self {
        let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = values.flat_map(Cookie::split_parse).filter_map(Result::ok).collect::<Vec<_>>();
        let only = |name: &str| {
            let mut named = pairs.iter().filter(|pair| pair.name() == name).map(Cookie::value);
            let first = named.next()?;
            (!first.is_empty() && named.all(|other| other == first)).then(|| first.to_owned())
        };
        Self { session: only(cookies.session_name()), flash: only(cookies.flash_name()) }
    }

    /// The token, whatever it is worth.
    #[must_use]
    pub fn session(self) -> Option<String> {
        self.session
    }

    /// Whether a flash came along, readable or not.
    #[must_use]
    pub fn has_flash(&self) -> bool {
        self.flash.is_some()
    }

    /// What a form led to.
    #[must_use]
    pub fn flash(&self) -> Option<Flash> {
        let value = self.flash.as_ref().filter(|value| value.len() <= FLASH_MAX)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
    }
}
