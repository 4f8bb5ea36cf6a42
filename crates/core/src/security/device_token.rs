//! Device tokens: they mark a browser in which an account has logged in.
//!
//! A device token gives no access. Guesses of its account's password from this browser are counted on their own, so that
//! nobody else can use up the attempts of the owner (OWASP: "device cookies").

use std::fmt;

use sha2::{Digest, Sha256};

use super::keyed_hash::KeyedHash;
use super::random;

/// How long a device is known after a login, in seconds.
pub const DEVICE_SECONDS: i64 = 180 * 86_400;
/// Maximum length in bytes, checked before anything is computed.
const LENGTH_MAX: usize = 256;
const PURPOSE: &str = "device";

/// The token of a browser in which an account has logged in.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken {
    account: String,
    id: String,
    text: String,
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceToken").field("account", &self.account).finish_non_exhaustive()
    }
}

impl DeviceToken {
    /// Issues a token for the account with this public id.
    pub fn issue(keys: &KeyedHash, account: &str, now: i64) -> anyhow::Result<Self> {
        Self::sign(keys, account, random::id()?, now)
    }

    /// The token of the same device, after another login.
    pub fn renew(&self, keys: &KeyedHash, now: i64) -> anyhow::Result<Self> {
        Self::sign(keys, &self.account, self.id.clone(), now)
    }

    fn sign(keys: &KeyedHash, account: &str, id: String, now: i64) -> anyhow::Result<Self> {
        let signed = format!("{account}.{id}.{}", now.saturating_add(DEVICE_SECONDS));
        let text = format!("{signed}.{}", keys.hash(PURPOSE, &signed)?);
        Ok(Self { account: account.to_owned(), id, text })
    }

    /// Parses a token. `None` if its signature is wrong or it has expired.
    #[must_use]
    pub fn parse(keys: &KeyedHash, text: &str, now: i64) -> Option<Self> {
        let (signed, hash) = text.rsplit_once('.').filter(|_| text.len() <= LENGTH_MAX)?;
        let mut parts = signed.split('.');
        let (account, id, expires_at) = (parts.next()?, parts.next()?, parts.next()?.parse::<i64>().ok()?);
        let is_valid = parts.next().is_none() && now < expires_at && keys.verify(PURPOSE, signed, hash);
        is_valid.then(|| Self { account: account.to_owned(), id: id.to_owned(), text: text.to_owned() })
    }

    /// Whether it was issued for the account with this public id.
    #[must_use]
    pub fn is_of(&self, account: &str) -> bool {
        self.account == account
    }

    /// The random id of the device, for its counter.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of the id, in hexadecimal: the form in which it is stored.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.id))
    }

    /// The token, for the cookie.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    const OLD: &[u8] = b"the key before the current one";

    #[test]
    fn a_device_is_known_for_half_a_year() {
        let keys = KeyedHash::new(b"the current key", &[]);
        let token = DeviceToken::issue(&keys, "ada", 1_000).unwrap();
        let parsed = DeviceToken::parse(&keys, token.expose(), 1_000 + DEVICE_SECONDS - 1).unwrap();
        assert_eq!((&parsed, parsed.is_of("ada"), parsed.is_of("eve")), (&token, true, false));
        assert_eq!(DeviceToken::parse(&keys, token.expose(), 1_000 + DEVICE_SECONDS), None);
        let renewed = token.renew(&keys, 5_000).unwrap();
        assert_eq!((renewed.id(), renewed.hash()), (token.id(), token.hash()));
        assert!(DeviceToken::parse(&keys, renewed.expose(), 1_000 + DEVICE_SECONDS).is_some());
        assert_ne!(token.id(), DeviceToken::issue(&keys, "ada", 1_000).unwrap().id());
    }

    #[test]
    fn a_changed_token_and_one_of_an_unknown_key_count_for_nothing() {
        let keys = KeyedHash::new(b"the current key", &[OLD.to_vec()]);
        let token = DeviceToken::issue(&keys, "ada", 0).unwrap();
        let of_eve = token.expose().replacen("ada", "eve", 1);
        let later = token.expose().replacen(&DEVICE_SECONDS.to_string(), &(DEVICE_SECONDS + 1).to_string(), 1);
        let long = format!("{}{}", "a".repeat(LENGTH_MAX), token.expose());
        for text in [&of_eve, &later, &long, &format!("x.{}", token.expose()), "", "...", "ada"] {
            assert_eq!(DeviceToken::parse(&keys, text, 0), None, "{text}");
        }
        let unknown = DeviceToken::issue(&KeyedHash::new(b"another key", &[]), "ada", 0).unwrap();
        assert_eq!(DeviceToken::parse(&keys, unknown.expose(), 0), None);
        let before = DeviceToken::issue(&KeyedHash::new(OLD, &[]), "ada", 0).unwrap();
        assert_eq!(DeviceToken::parse(&keys, before.expose(), 0), Some(before));
    }
}
