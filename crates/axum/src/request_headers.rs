//! Request headers that are lists: read item by item, as bytes, so that one unreadable item does not spoil the rest.

use std::collections::HashSet;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::AppState;

/// Maximum number of items that are read of a list. A browser sends far fewer.
pub const ITEMS_MAX: usize = 64;

/// Returns the items of a list header, in order, without surrounding white space. Empty items are left out.
pub fn items<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    separator: u8,
) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    let values = headers.get_all(name).iter();
    let items = values.flat_map(move |value| value.as_bytes().split(move |byte| *byte == separator));
    items.map(<[u8]>::trim_ascii).filter(|item| !item.is_empty())
}

/// Removes what the libraries after it would stumble over from `Cookie` and `Accept-Encoding`.
pub(crate) async fn clean(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let session = state.cookies.session_name();
    let is_own_token = |value: &str| state.services.session.is_own_token(value);
    clean_cookies(request.headers_mut(), session, is_own_token);
    clean_encodings(request.headers_mut());
    next.run(request).await
}

/// Rewrites `Cookie` to the readable items. `tower-cookies` would ignore the whole header for one byte that is not
/// UTF-8, and with it the session.
///
/// It also decodes percent signs in names and trims Unicode white space. Browsers do neither, so a subdomain could set
/// `__%48ost-latchkey-session`, which would be read as the `__Host-` cookie that it may not set. Such names are left out.
///
/// Several values of the session cookie: with https, browsers accept the `__Host-` name from this host only. With http, a
/// server on another port or a subdomain could set a second one. A value that is no token of this server is left out, so
/// it logs nobody out. Among several genuine tokens nothing tells which one was planted, and the wrong choice would let
/// the user act in the account of an attacker: then none counts.
pub(crate) fn clean_cookies(headers: &mut HeaderMap, session: &str, is_own_token: impl Fn(&str) -> bool) {
    if !headers.contains_key(COOKIE) {
        return;
    }
    let pairs = items(headers, &COOKIE, b';').take(ITEMS_MAX).filter_map(readable_pair).collect::<Vec<_>>();
    let mut tokens = pairs.iter().filter(|pair| pair.0 == session).map(|pair| pair.1).collect::<HashSet<_>>();
    if tokens.len() > 1 {
        tokens.retain(|token| is_own_token(token));
    }
    let mut kept = pairs.iter().filter(|pair| pair.0 != session).copied().collect::<Vec<_>>();
    if tokens.len() == 1 {
        kept.extend(tokens.into_iter().map(|token| (session, token)));
    }
    let kept = kept.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    // Kept even if it is empty: that the client sends cookies matters to the CSRF protection.
    let value = HeaderValue::from_str(&kept).unwrap_or(HeaderValue::from_static(""));
    headers.insert(COOKIE, value);
}

/// Splits a cookie into name and value, if its name is a token without `%` and its value is printable ASCII.
fn readable_pair(item: &[u8]) -> Option<(&str, &str)> {
    let (name, value) = std::str::from_utf8(item).ok()?.split_once('=')?;
    let (name, value) = (name.trim_ascii(), value.trim_ascii());
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte);
    let is_printable = |byte: u8| matches!(byte, b' '..=b'~');
    (!name.is_empty() && name.bytes().all(is_token) && value.bytes().all(is_printable)).then_some((name, value))
}

/// Rewrites `Accept-Encoding` to the encodings of this server. `tower-http` would ignore the whole header for one byte
/// that is not ASCII, and answer 406 to a client that refuses every encoding.
pub(crate) fn clean_encodings(headers: &mut HeaderMap) {
    let is_known = |item: &&[u8]| {
        let coding = item.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        [&b"br"[..], b"gzip", b"x-gzip"].iter().any(|known| coding.eq_ignore_ascii_case(known))
    };
    let kept = items(headers, &ACCEPT_ENCODING, b',').take(ITEMS_MAX).filter(is_known).collect::<Vec<_>>();
    match HeaderValue::from_bytes(&kept.join(&b", "[..])) {
        Ok(value) if !value.is_empty() => headers.insert(ACCEPT_ENCODING, value),
        _ => headers.remove(ACCEPT_ENCODING),
    };
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value).unwrap())).collect()
    }

    fn cleaned(values: &[&[u8]]) -> String {
        let mut headers = headers(&COOKIE, values);
        clean_cookies(&mut headers, "__Host-s", |value| value.starts_with("own"));
        headers.get(COOKIE).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    #[test]
    fn unreadable_cookies_are_left_out_and_the_others_stay() {
        assert_eq!(cleaned(&[b"city=Z\xfcrich; __Host-s=own1; town=\xc3\xbc"]), "__Host-s=own1");
        assert_eq!(cleaned(&[b";; a=1 ;=x; b; c=\"2 3\",4;", b"__Host-s=own1"]), "a=1; c=\"2 3\",4; __Host-s=own1");
        assert_eq!(cleaned(&[b"a=1; b=\t\xa0"]), "a=1");
        assert_eq!(cleaned(&[b"\xff"]), "");
    }

    #[test]
    fn a_name_that_only_decodes_to_the_session_cookie_is_left_out() {
        let em_space = "\u{2003}__Host-s=own2; __Host-s=own1".as_bytes();
        for header in [&b"__%48ost-s=own2; __Host-s=own1"[..], em_space, b"__host-s=own2; __Host-s=own1"] {
            assert!(cleaned(&[header]).ends_with("__Host-s=own1"), "{header:?}");
            assert!(!cleaned(&[header]).contains("ost-s=own2; __Host-s=own2"), "{header:?}");
        }
        assert_eq!(cleaned(&[b"__%48ost-s=own2"]), "");
        assert_eq!(cleaned(&["\u{2003}__Host-s=own2".as_bytes()]), "");
    }

    #[test]
    fn of_several_session_cookies_the_only_genuine_one_counts() {
        assert_eq!(cleaned(&[b"__Host-s=own1; __Host-s=own1"]), "__Host-s=own1");
        assert_eq!(cleaned(&[b"__Host-s=x; __Host-s=own1; __Host-s=\"own1\"; __Host-s="]), "__Host-s=own1");
        assert_eq!(cleaned(&[b"__Host-s=own1; __Host-s=own2"]), "");
        assert_eq!(cleaned(&[b"__Host-s=x"]), "__Host-s=x");
    }

    #[test]
    fn at_most_64_cookies_are_read() {
        let line = (0..100).map(|number| format!("c{number}=x")).collect::<Vec<_>>().join("; ");
        assert_eq!(cleaned(&[line.as_bytes()]).split("; ").count(), ITEMS_MAX);
    }

    #[test]
    fn only_encodings_of_this_server_are_kept() {
        let cleaned = |values: &[&[u8]]| {
            let mut headers = headers(&ACCEPT_ENCODING, values);
            clean_encodings(&mut headers);
            headers.get(ACCEPT_ENCODING).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(cleaned(&[b"\xff, GZIP;q=0.5,,", b"zstd, br"]).as_deref(), Some("GZIP;q=0.5, br"));
        assert_eq!(cleaned(&[b"identity;q=0, *;q=0"]), None);
        assert_eq!(cleaned(&[]), None);
    }

    /// Headers of pieces that matter to the code, and of any other bytes.
    fn any_values() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let piece = prop_oneof![
            prop::sample::select(
                &[
                    "__Host-s", "__%48ost-s", "__host-s", "=", "=own1", "=own2", "=x", ";", "; ", ",", "a", "\"", "%",
                    " ", "\t", "\u{2003}", "gzip", "br", ";q=0",
                ][..]
            )
            .prop_map(|text| text.as_bytes().to_vec()),
            prop::collection::vec(prop_oneof![b' '..=b'~', 0x80..=0xff_u8], 0..4),
        ];
        let value = prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat());
        prop::collection::vec(value, 0..3)
    }

    fn any_headers(name: &HeaderName, values: &[Vec<u8>]) -> HeaderMap {
        headers(name, &values.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn any_cookies_become_one_readable_header(values in any_values()) {
            let sent = any_headers(&COOKIE, &values);
            let mut headers = sent.clone();
            clean_cookies(&mut headers, "__Host-s", |value| value.starts_with("own"));
            let Some(kept) = headers.get(COOKIE) else {
                prop_assert!(sent.is_empty());
                return Ok(());
            };
            prop_assert_eq!(headers.len(), 1);
            // `to_str` succeeds for visible ASCII only.
            let kept = kept.to_str().unwrap().to_owned();
            let pairs = kept.split("; ").filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
            let pairs = pairs.collect::<Vec<_>>();
            let sent = sent.get_all(COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
            let sent = sent.filter_map(readable_pair).collect::<Vec<_>>();
            prop_assert!(pairs.len() <= ITEMS_MAX && pairs.iter().all(|pair| sent.contains(pair)), "{}", kept);
            let tokens = pairs.iter().filter(|pair| pair.0 == "__Host-s").map(|pair| pair.1).collect::<Vec<_>>();
            prop_assert!(tokens.len() <= 1, "{}", kept);
            // As the library after it reads the header: no other name becomes that of the session.
            let read = kept.split(';').filter_map(|item| tower_cookies::Cookie::parse_encoded(item).ok());
            prop_assert_eq!(read.filter(|cookie| cookie.name() == "__Host-s").count(), tokens.len(), "{}", kept);
            clean_cookies(&mut headers, "__Host-s", |value| value.starts_with("own"));
            prop_assert_eq!(headers.get(COOKIE).unwrap().to_str().unwrap(), kept);
        }

        #[test]
        fn any_encodings_become_a_list_of_known_ones(values in any_values()) {
            let mut headers = any_headers(&ACCEPT_ENCODING, &values);
            clean_encodings(&mut headers);
            if let Some(kept) = headers.get(ACCEPT_ENCODING) {
                for item in kept.as_bytes().split(|byte| *byte == b',') {
                    let coding = item.trim_ascii().split(|byte| *byte == b';').next().unwrap().trim_ascii();
                    let coding = coding.to_ascii_lowercase();
                    prop_assert!([&b"br"[..], b"gzip", b"x-gzip"].contains(&&coding[..]), "{:?}", kept);
                }
            }
        }
    }
}
