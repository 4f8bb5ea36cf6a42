//! Tokens: only what was signed is accepted. Also links of emails and device tokens.

#![no_main]

use std::sync::LazyLock;

use latchkey_core::security::device_token::DeviceToken;
use latchkey_core::security::jwt::{Claims, NewClaims, SigningKeys, Token, TokenKind};
use latchkey_core::security::keyed_hash::KeyedHash;
use latchkey_core::security::opaque_token::MailToken;
use libfuzzer_sys::fuzz_target;

const NOW: i64 = 1_700_000_000;
const SECRET: &[u8] = b"for-fuzzing-only-0123456789abcdef";
static KEYS: LazyLock<SigningKeys> = LazyLock::new(|| SigningKeys::new("latchkey", SECRET, &[]));
static SIGNED: LazyLock<Token> = LazyLock::new(|| {
    let claims = Claims::from(NewClaims {
        issuer: "latchkey",
        subject: "AAAAAAAAAAAAAAAAAAAAAA",
        session: "AAAAAAAAAAAAAAAAAAAAAQ",
        token: "AAAAAAAAAAAAAAAAAAAAAg",
        generation: 0,
        issued_at: NOW,
        access_seconds: 900,
        refresh_expires_at: NOW + 86_400,
        roles: "admin",
        kind: TokenKind::Web,
    });
    KEYS.sign(&claims).expect("a token")
});

/// Replaces a part of the signed token, or stands alone.
fuzz_target!(|input: (u16, u16, &str)| {
    let (start, length, text) = input;
    let signed = SIGNED.expose();
    let start = usize::from(start).min(signed.len());
    let end = (start + usize::from(length)).min(signed.len());
    for token in [text.to_owned(), format!("{}{text}{}", &signed[..start], &signed[end..])] {
        assert!(KEYS.decode(&token, TokenKind::Web, NOW).is_err() || token == signed, "{token}");
    }
    assert!(DeviceToken::parse(&KeyedHash::new(SECRET, &[]), text, NOW).is_none());
    if let Some(link) = MailToken::parse(text) {
        assert_eq!(link.expose(), text);
    }
});
