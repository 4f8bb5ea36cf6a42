//! Properties of what reads untrusted text: for any input, it does not panic, and its result keeps its promise.

use latchkey_core::security::device_token::DeviceToken;
use latchkey_core::security::jwt::{Claims, NewClaims, SigningKeys, TokenError, TokenKind};
use latchkey_core::security::keyed_hash::KeyedHash;
use latchkey_core::security::opaque_token::{MailToken, Purpose};
use latchkey_types::paths;
use proptest::prelude::*;
use url::Url;

use crate::support::{SECRET, START};

/// Texts of the pieces that URLs consist of, and of any other characters.
fn almost_url() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(
            &[
                "/", "/", "//", "\\", ".", "..", ":", "@", "?", "#", "%2f", "%5c", "%09", "\t", "\n", "\r", "\0", " ",
                "evil.example", "https:", "javascript:", "next=", "[", "]", "\u{2044}", "\u{ff0f}", "\u{3002}",
                "login",
            ][..]
        )
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn claims(kind: TokenKind, roles: &str) -> Claims {
    Claims::from(NewClaims {
        issuer: "latchkey",
        subject: "AAAAAAAAAAAAAAAAAAAAAA",
        session: "AAAAAAAAAAAAAAAAAAAAAQ",
        token: "AAAAAAAAAAAAAAAAAAAAAg",
        generation: 0,
        issued_at: START,
        access_seconds: 900,
        refresh_expires_at: START + 86_400,
        roles,
        kind,
    })
}

fn keys() -> SigningKeys {
    SigningKeys::new("latchkey", SECRET.as_bytes(), &[])
}

/// Replaces the character at a position. `None` if it is the same one.
fn replaced(text: &str, at: prop::sample::Index, char: char) -> Option<String> {
    let at = at.index(text.len());
    let changed = format!("{}{char}{}", &text[..at], &text[at + 1..]);
    (changed != text).then_some(changed)
}

proptest! {
    #[test]
    fn a_safe_target_stays_on_this_site(typed in almost_url()) {
        let login = Url::parse("https://example.org/login").unwrap();
        let is_here = |path: &str| {
            let url = login.join(path).unwrap();
            url.origin() == login.origin() && url.username().is_empty()
        };
        for target in [paths::safe_return_to(&typed), paths::without_trailing_slash(&typed)].into_iter().flatten() {
            prop_assert!(is_here(target), "{typed:?}");
            prop_assert!(axum::http::HeaderValue::from_str(target).is_ok(), "{typed:?}");
        }
        let then = login.join(&paths::login_then(&typed)).unwrap();
        prop_assert_eq!(then.path(), paths::LOGIN);
        let next = then.query_pairs().find(|(name, _)| name == "next").map(|(_, value)| value.into_owned());
        prop_assert_eq!(next.as_deref(), paths::safe_return_to(&typed));
        prop_assert_eq!(then.query_pairs().count(), usize::from(next.is_some()));
    }

    #[test]
    fn a_path_of_this_site_is_a_safe_target(path in "(/[a-z0-9._~%-]{1,9}){1,9}/?(\\?[a-z0-9=&/]{0,40})?") {
        prop_assert_eq!(paths::safe_return_to(&path), Some(&path[..]));
    }

    #[test]
    fn an_encoded_segment_is_one_segment(value in any::<String>()) {
        // Names in paths have letters: URL parsers drop these two, encoded or not.
        prop_assume!(![".", ".."].contains(&value.as_str()));
        let url = Url::parse(&format!("https://example.org/a/{}/b", paths::encode_segment(&value))).unwrap();
        prop_assert_eq!(url.path_segments().map(Iterator::count), Some(3), "{:?}: {}", value, url);
    }

    #[test]
    fn any_text_that_is_no_token_is_refused(text in any::<String>(), parts in "[A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{0,60}){0,4}") {
        for text in [&text, &parts] {
            prop_assert_eq!(keys().decode(text, TokenKind::Web, START).err(), Some(TokenError::Invalid));
        }
    }

    #[test]
    fn a_token_with_one_other_character_is_refused(roles in "[a-z]{1,9}", at: prop::sample::Index, char: char) {
        let token = keys().sign(&claims(TokenKind::Web, &roles)).unwrap();
        prop_assert!(keys().decode(token.expose(), TokenKind::Web, START).is_ok());
        prop_assert!(keys().decode(token.expose(), TokenKind::Api, START).is_err());
        if let Some(changed) = replaced(token.expose(), at, char) {
            prop_assert_eq!(keys().decode(&changed, TokenKind::Web, START).err(), Some(TokenError::Invalid));
        }
    }

    #[test]
    fn a_mail_token_has_one_spelling(text in any::<String>(), rest in "[A-Za-z0-9_=+/ -]{40,45}", at: prop::sample::Index, char: char) {
        for purpose in Purpose::all() {
            for text in [text.clone(), format!("{}{text}", purpose.prefix()), format!("{}{rest}", purpose.prefix())] {
                if let Some(token) = MailToken::parse(&text) {
                    prop_assert_eq!(token.expose(), &text);
                    prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
                }
            }
            let token = MailToken::generate(purpose).unwrap();
            if let Some(other) = replaced(token.expose(), at, char).and_then(|changed| MailToken::parse(&changed)) {
                prop_assert_ne!(other.hash(), token.hash());
            }
        }
    }

    #[test]
    fn a_device_token_with_one_other_character_is_refused(text in any::<String>(), at: prop::sample::Index, char: char) {
        let keys = KeyedHash::new(SECRET.as_bytes(), &[]);
        prop_assert_eq!(DeviceToken::parse(&keys, &text, START), None);
        let token = DeviceToken::issue(&keys, "AAAAAAAAAAAAAAAAAAAAAA", START).unwrap();
        if let Some(changed) = replaced(token.expose(), at, char) {
            prop_assert_eq!(DeviceToken::parse(&keys, &changed, START), None);
        }
    }
}
