//! What the targets of `fuzz/` reach that is not public. Compiled by `cargo fuzz` only.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::header::{ACCEPT_ENCODING, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::{attach_client, request_headers};

/// Cleans the request headers `Cookie` and `Accept-Encoding`, one value per line. Returns the session cookies that are
/// left.
#[must_use]
pub fn clean_headers(lines: &[u8]) -> usize {
    let mut headers = header_lines(&COOKIE, lines);
    headers.extend(header_lines(&ACCEPT_ENCODING, lines));
    request_headers::clean_cookies(&mut headers, "__Host-s", |value| value.starts_with("own"));
    request_headers::clean_encodings(&mut headers);
    let kept = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let read = kept.split(';').filter_map(|item| tower_cookies::Cookie::parse_encoded(item.to_owned()).ok());
    read.filter(|cookie| cookie.name() == "__Host-s").count()
}

/// The address of a client behind the proxies `10.0.0.0/8`, by the lines of `X-Forwarded-For`.
///
/// # Panics
/// If the constant network is wrong.
#[must_use]
pub fn client_ip(peer: [u8; 4], lines: &[u8]) -> IpAddr {
    let trusted = [ipnet::Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8).into()];
    let headers = header_lines(&HeaderName::from_static("x-forwarded-for"), lines);
    attach_client::client_ip(IpAddr::from(peer), &headers, &trusted)
}

fn header_lines(name: &HeaderName, lines: &[u8]) -> HeaderMap {
    let values = lines.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok());
    values.map(|value| (name.clone(), value)).collect()
}
