//! The public origin of the server.

use std::net::{Ipv6Addr, SocketAddr};

use url::{Host, Url};

use super::SettingError;

/// Parses `PUBLIC_URL`.
pub(super) fn read(given: Option<&str>, is_dev: bool, address: SocketAddr) -> Result<Url, SettingError> {
    let wrong = |problem: &str| SettingError::new("PUBLIC_URL", problem);
    let text = match (given, is_dev) {
        (Some(text), _) => text.to_owned(),
        (None, true) => format!("http://localhost:{}", address.port()),
        (None, false) => {
            return Err(wrong(
                "is required with LEPTOS_ENV=PROD; set it to the public origin, such as https://example.org",
            ));
        }
    };
    let url = Url::parse(&text).map_err(|_| wrong("is not a URL; write it like https://example.org"))?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let is_loopback = is_loopback(&url);
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

/// Whether a URL leads to this machine only.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip == Ipv6Addr::LOCALHOST,
        None => false,
    }
}
