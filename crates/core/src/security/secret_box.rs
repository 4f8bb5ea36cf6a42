//! Encryption of secrets that have to be read again: XChaCha20-Poly1305, with keys derived from the signing keys by HKDF
//! (ASVS 11.3.2, 11.7.2).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

use super::random;

const VERSION: &str = "v1";
const NONCE_BYTES: usize = 24;

struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

impl Key {
    fn new(secret: &[u8]) -> anyhow::Result<Self> {
        let derived = Hkdf::<Sha256>::new(None, secret);
        let (mut key, mut id) = ([0; 32], [0; 6]);
        for (purpose, bytes) in [("latchkey encryption", &mut key[..]), ("latchkey encryption key id", &mut id[..])] {
            derived.expand(purpose.as_bytes(), bytes).map_err(|error| anyhow::anyhow!("HKDF failed: {error}"))?;
        }
        Ok(Self { id: URL_SAFE_NO_PAD.encode(id), cipher: XChaCha20Poly1305::new(&CipherKey::from(key)) })
    }
}

/// Encrypts with the current key, and decrypts with it or a previous one.
pub struct SecretBox {
    current: Key,
    previous: Vec<Key>,
}

impl fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretBox").field("key", &self.current.id).finish_non_exhaustive()
    }
}

/// A decrypted secret.
#[derive(PartialEq, Eq)]
pub struct Opened {
    /// The secret.
    pub secret: Vec<u8>,
    /// Whether it was encrypted with a previous key, and should be encrypted anew.
    pub is_outdated: bool,
}

/// Hides the secret.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("is_outdated", &self.is_outdated).finish_non_exhaustive()
    }
}

impl SecretBox {
    /// Derives the keys from signing keys.
    pub fn new(current: &[u8], previous: &[Vec<u8>]) -> anyhow::Result<Self> {
        let previous = previous.iter().map(|secret| Key::new(secret)).collect::<anyhow::Result<_>>()?;
        Ok(Self { current: Key::new(current)?, previous })
    }

    /// Encrypts a secret of an account. The result contains the id of the key, and is of no use for another account or
    /// purpose.
    pub fn seal(&self, purpose: &str, account: &str, secret: &[u8]) -> anyhow::Result<String> {
        let nonce = random::bytes::<NONCE_BYTES>()?;
        let about = about(purpose, account);
        let payload = Payload { msg: secret, aad: about.as_bytes() };
        let sealed = self.current.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|error| anyhow::anyhow!("encryption failed: {error}"))?;
        let text = URL_SAFE_NO_PAD.encode([&nonce[..], &sealed[..]].concat());
        Ok(format!("{VERSION}.{}.{text}", self.current.id))
    }

    /// Decrypts a secret. `None` if it was changed, belongs to another account or purpose, or its key is not known any more.
    #[must_use]
    pub fn open(&self, purpose: &str, account: &str, sealed: &str) -> Option<Opened> {
        let (id, text) = sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
        let key = std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == id)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let about = about(purpose, account);
        let secret = key.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about.as_bytes() }).ok()?;
        Some(Opened { secret, is_outdated: id != self.current.id })
    }
}

fn about(purpose: &str, account: &str) -> String {
    format!("{purpose}\0{account}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    const NEW: &[u8] = b"the new key, which is long enough";
    const OLD: &[u8] = b"the old key, which is long enough";

    #[test]
    fn a_secret_is_read_by_its_account_and_purpose_only() {
        let keys = SecretBox::new(NEW, &[]).unwrap();
        let sealed = keys.seal("totp", "ada", b"secret").unwrap();
        assert_eq!(keys.open("totp", "ada", &sealed).unwrap().secret, b"secret");
        assert_eq!(keys.open("totp", "eve", &sealed), None);
        assert_eq!(keys.open("codes", "ada", &sealed), None);
        assert_ne!(sealed, keys.seal("totp", "ada", b"secret").unwrap(), "each has a nonce of its own");
        assert!(!sealed.contains("secret") && !format!("{keys:?}").contains("long"));
    }

    #[test]
    fn a_previous_key_still_decrypts_and_an_unknown_one_does_not() {
        let sealed = SecretBox::new(OLD, &[]).unwrap().seal("totp", "ada", b"secret").unwrap();
        let rotated = SecretBox::new(NEW, &[OLD.to_vec()]).unwrap();
        assert!(rotated.open("totp", "ada", &sealed).unwrap().is_outdated);
        let anew = rotated.seal("totp", "ada", b"secret").unwrap();
        assert!(!rotated.open("totp", "ada", &anew).unwrap().is_outdated);
        assert_eq!(SecretBox::new(NEW, &[]).unwrap().open("totp", "ada", &sealed), None);
    }

    #[test]
    fn what_was_changed_is_refused() {
        let keys = SecretBox::new(NEW, &[]).unwrap();
        let sealed = keys.seal("totp", "ada", b"secret").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character of base64 has bits that do not count, and strict decoding refuses most of them.
            assert_eq!(keys.open("totp", "ada", &changed), None, "{index}");
        }
        for text in ["", "v1", "v1.", "v1..", "v1.x.y", "v2.x.y", &sealed[..sealed.len() - 1]] {
            assert_eq!(keys.open("totp", "ada", text), None, "{text}");
        }
    }
}
