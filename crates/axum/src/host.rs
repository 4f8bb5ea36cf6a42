//! Refuses requests without a valid `Host`, and in development those for other hosts.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::AppState;

/// 400 for a missing, repeated or invalid `Host`; in DEV 421 for a host that is not a name of this machine.
pub(crate) async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let refused = refusal(request.version(), request.headers(), request.uri(), state.config.is_dev);
    match refused {
        None => next.run(request).await,
        Some(StatusCode::MISDIRECTED_REQUEST) => {
            (StatusCode::MISDIRECTED_REQUEST, "With LEPTOS_ENV=DEV, only localhost is served.\n").into_response()
        }
        Some(status) => (status, "The request needs one valid Host header.\n").into_response(),
    }
}

/// In DEV, a page of another site could reach this server if its name resolves to 127.0.0.1 (DNS rebinding). The browser
/// then sends the name of that site, and would let its scripts read emails and tokens.
fn refusal(version: Version, headers: &HeaderMap, uri: &Uri, is_dev: bool) -> Option<StatusCode> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) if version < Version::HTTP_11 => None,
        (Some(host), None) => match Authority::try_from(host.as_bytes()) {
            Ok(host) if !host.as_str().contains('@') => Some(host),
            _ => return Some(StatusCode::BAD_REQUEST),
        },
        _ => return Some(StatusCode::BAD_REQUEST),
    };
    let mut names = host.iter().map(Authority::host).chain(uri.host());
    (is_dev && !names.all(is_loopback)).then_some(StatusCode::MISDIRECTED_REQUEST)
}

/// Whether a host, without port, is a name or an address of this machine only.
fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some(address) = address {
        return address.parse::<Ipv6Addr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    }
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn status(version: Version, hosts: &[&str], uri: &str, is_dev: bool) -> u16 {
        let hosts = hosts.iter().map(|host| (header::HOST, HeaderValue::from_bytes(host.as_bytes()).unwrap()));
        refusal(version, &hosts.collect(), &uri.parse().unwrap(), is_dev).map_or(200, |status| status.as_u16())
    }

    #[test]
    fn http_1_1_needs_one_valid_host() {
        for is_dev in [false, true] {
            let invalid: [&[&str]; 7] =
                [&[], &["localhost", "localhost"], &[""], &["a b"], &["me@localhost"], &["localhost/x"], &["ü"]];
            for hosts in invalid {
                assert_eq!(status(Version::HTTP_11, hosts, "/", is_dev), 400, "{hosts:?}");
            }
            assert_eq!(status(Version::HTTP_10, &[], "/", is_dev), 200);
            assert_eq!(status(Version::HTTP_10, &["localhost", "localhost"], "/", is_dev), 400);
        }
    }

    #[test]
    fn in_development_only_names_of_this_machine_are_served() {
        for host in
            ["localhost", "LocalHost:3000", "app.localhost:1", "127.0.0.1:3000", "127.8.9.1", "[::1]:3000", "[::1]"]
        {
            assert_eq!(status(Version::HTTP_11, &[host], "/", true), 200, "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:3000", "notlocalhost", "10.0.0.1", "0.0.0.0", "[::2]"] {
            assert_eq!(status(Version::HTTP_11, &[host], "/", true), 421, "{host}");
            assert_eq!(status(Version::HTTP_11, &[host], "/", false), 200, "{host}");
        }
        assert_eq!(status(Version::HTTP_11, &["localhost"], "http://evil.example/", true), 421);
        assert_eq!(status(Version::HTTP_10, &["evil.example"], "/", true), 421);
    }
}
