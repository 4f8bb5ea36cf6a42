//! Attaches the client to every request (IP address, user agent, request id), opens its log span, and logs the response.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use tracing::Instrument;

use crate::request_headers::{ITEMS_MAX, items};
use crate::{AppState, metrics};
use latchkey_core::client::Client;
use latchkey_core::security::random;
use latchkey_core::service::session::AuthSession;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The route of files and unknown paths.
const NO_ROUTE: &str = "none";
/// Maximum length of a logged path, in characters.
const LOGGED_PATH_MAX: usize = 256;
/// Maximum length of a request id that a proxy has chosen, in bytes.
const REQUEST_ID_MAX: usize = 64;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Attaches a [`Client`] and a request id, and logs the response. Everything logged meanwhile is in the span `request`,
/// whose field `request.id` is the id that the response carries. A trusted proxy may have chosen the id. `user.id` is
/// that of whoever is logged in.
pub async fn attach_client(state: State<AppState>, request: Request, next: Next) -> Response {
    let id = forwarded_id(&state, &request).unwrap_or_else(|| random::id().unwrap_or_default());
    // At the level of errors, so that no `RUST_LOG` shows the cause of a 500 without the id of its request.
    let span = tracing::error_span!("request", request.id = id, user.id = tracing::field::Empty);
    respond(state, request, next, id).instrument(span).await
}

async fn respond(State(state): State<AppState>, mut request: Request, next: Next, id: String) -> Response {
    let began = Instant::now();
    let ip = client_ip(peer(&request), request.headers(), &state.config.trusted_proxies);
    let agent =
        request.headers().get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    request.extensions_mut().insert(Client::new(ip, &agent.unwrap_or_default(), id.clone()));
    // Without the query, which may contain a token from an email.
    let (method, path) = (request.method().clone(), logged_path(request.uri().path()));
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let duration = began.elapsed();
    if state.config.metrics_address.is_some() {
        metrics::record_response(&method, &route, response.status(), duration);
    }
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    tracing::info!(%method, path, route, status, milliseconds, client.ip = %ip, "request");
    response
}

/// Adds the user of a session to the span of the request, and so to its log lines.
pub(crate) fn log_user(session: &AuthSession) {
    tracing::Span::current().record("user.id", session.user_id());
}

fn peer(request: &Request) -> IpAddr {
    let info = request.extensions().get::<ConnectInfo<SocketAddr>>();
    info.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip())
}

/// The request id of a trusted proxy, if it is short and can be logged as it is.
fn forwarded_id(state: &AppState, request: &Request) -> Option<String> {
    let peer = peer(request).to_canonical();
    if !state.config.trusted_proxies.iter().any(|network| network.contains(&peer)) {
        return None;
    }
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (is_plain && (1..=REQUEST_ID_MAX).contains(&id.len())).then(|| id.to_owned())
}

/// Returns the IP address of the client: the peer or, behind trusted proxies, the last untrusted address of
/// `X-Forwarded-For`. Read from the right, because the client controls the left.
pub(crate) fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(&ip.to_canonical()));
    let mut client = peer;
    for address in items(headers, &FORWARDED_FOR, b',').rev().take(ITEMS_MAX) {
        if !is_trusted(&client) {
            break;
        }
        // Not skipped: what is left of an unreadable address was not written by a trusted proxy.
        let Some(ip) = parse_address(address) else { break };
        client = ip;
    }
    client.to_canonical()
}

/// Parses an address of `X-Forwarded-For`. Some proxies add the port, or brackets to IPv6.
fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

/// Returns a path for the log: percent-encoded, so that it contains no control or invisible characters, and cut.
pub(crate) fn logged_path(path: &str) -> String {
    let mut logged = String::new();
    for byte in path.bytes() {
        match byte {
            byte if byte.is_ascii_graphic() => logged.push(char::from(byte)),
            byte => logged.push_str(&format!("%{byte:02X}")),
        }
        if logged.len() >= LOGGED_PATH_MAX {
            break;
        }
    }
    logged.truncate(LOGGED_PATH_MAX);
    logged
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        seen_of(peer, &[forwarded.as_bytes()])
    }

    fn seen_of(peer: &str, forwarded: &[&[u8]]) -> String {
        let value = |value: &&[u8]| (FORWARDED_FOR, HeaderValue::from_bytes(value).unwrap());
        let headers = forwarded.iter().map(value).collect::<HeaderMap>();
        client_ip(peer.parse().unwrap(), &headers, &["10.0.0.0/8".parse().unwrap()]).to_string()
    }

    #[test]
    fn x_forwarded_for_counts_only_from_trusted_proxies() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "nonsense"), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", "198.51.100.1:443"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "[2001:db8::1]:443"), "2001:db8::1");
        assert_eq!(seen("::ffff:10.0.0.1", "::ffff:198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "[2001:db8::1]"), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", "198.51.100.1, , 10.0.0.2,,"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "6.6.6.6, unknown"), "10.0.0.1");
    }

    #[test]
    fn several_headers_of_x_forwarded_for_are_one_list() {
        assert_eq!(seen_of("10.0.0.1", &[b"6.6.6.6", b"198.51.100.1, 10.0.0.3", b"10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen_of("10.0.0.1", &[b"\xff, 198.51.100.1", b"", b"10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen_of("10.0.0.1", &[b"198.51.100.1", b"\xff"]), "10.0.0.1");
    }

    #[test]
    fn a_logged_path_is_short_and_visible() {
        assert_eq!(logged_path("/notes/7"), "/notes/7");
        assert_eq!(logged_path("/\u{202e}\u{7}\u{200b}\u{fc}"), "/%E2%80%AE%07%E2%80%8B%C3%BC");
        assert_eq!(logged_path(&"\u{202e}".repeat(20_000)).len(), LOGGED_PATH_MAX);
    }

    /// What a client may write into `X-Forwarded-For`: addresses of proxies, of others, and anything else.
    fn written_by_clients() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            prop::sample::select(
                &["10.0.0.9", "::ffff:10.0.0.9", "192.0.2.1", "[2001:db8::1]:1", ",", ", ", "[", ":", " "][..]
            )
            .prop_map(|text| text.as_bytes().to_vec()),
            prop::collection::vec(prop_oneof![b' '..=b'~', 0x80..=0xff_u8], 0..4),
        ];
        prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    fn forwarded(values: &[Vec<u8>]) -> HeaderMap {
        values.iter().map(|value| (FORWARDED_FOR, HeaderValue::from_bytes(value).unwrap())).collect()
    }

    proptest! {
        #[test]
        fn what_a_client_forwards_never_changes_its_address(
            written in written_by_clients(),
            client: IpAddr,
            proxies in prop::collection::vec("10\\.0\\.0\\.[1-9]", 0..4),
            is_one_header: bool,
        ) {
            let trusted: [IpNet; 1] = ["10.0.0.0/8".parse().unwrap()];
            prop_assume!(!trusted[0].contains(&client.to_canonical()));
            let by_proxies = [vec![client.to_string()], proxies].concat().join(", ").into_bytes();
            let headers = match is_one_header {
                true => forwarded(&[[&written[..], &b", "[..], &by_proxies[..]].concat()]),
                false => forwarded(&[written.clone(), by_proxies]),
            };
            prop_assert_eq!(client_ip("10.0.0.1".parse().unwrap(), &headers, &trusted), client.to_canonical());
            prop_assert_eq!(client_ip(client, &headers, &trusted), client.to_canonical());
            prop_assert_eq!(client_ip(client, &forwarded(&[written]), &[]), client.to_canonical());
        }

        #[test]
        fn any_path_is_logged_short_and_visible(path in any::<String>()) {
            let logged = logged_path(&path);
            prop_assert!(logged.len() <= LOGGED_PATH_MAX && logged.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
