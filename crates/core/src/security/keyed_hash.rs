//! Keyed hashes: HMAC-SHA-256 with keys that are derived from the signing keys.

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use sha2::{Digest, Sha256};

struct Key {
    hashing: EncodingKey,
    verifying: DecodingKey,
}

impl Key {
    /// Derived, so that no keyed hash is the signature of a token, or the other way round.
    fn new(secret: &[u8]) -> Self {
        let derived = Sha256::new().chain_update(b"latchkey keyed hash").chain_update(secret).finalize();
        Self { hashing: EncodingKey::from_secret(&derived), verifying: DecodingKey::from_secret(&derived) }
    }
}

/// The key that hashes and verifies, and previous keys that only verify.
pub struct KeyedHash {
    current: Key,
    previous: Vec<Key>,
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedHash").field("previous", &self.previous.len()).finish_non_exhaustive()
    }
}

impl KeyedHash {
    /// Derives the keys from signing keys.
    #[must_use]
    pub fn new(current: &[u8], previous: &[Vec<u8>]) -> Self {
        Self { current: Key::new(current), previous: previous.iter().map(|secret| Key::new(secret)).collect() }
    }

    /// The hash of a text with the current key, as base64url. `purpose` keeps equal texts of two purposes apart.
    pub fn hash(&self, purpose: &str, text: &str) -> anyhow::Result<String> {
        Ok(crypto::sign(&message(purpose, text), &self.current.hashing, Algorithm::HS256)?)
    }

    /// Whether this is the hash of a text with the current key or a previous one.
    #[must_use]
    pub fn verify(&self, purpose: &str, text: &str, hash: &str) -> bool {
        let message = message(purpose, text);
        let is_by = |key: &Key| crypto::verify(hash, &message, &key.verifying, Algorithm::HS256).unwrap_or(false);
        std::iter::once(&self.current).chain(&self.previous).any(is_by)
    }
}

fn message(purpose: &str, text: &str) -> Vec<u8> {
    format!("{purpose}\0{text}").into_bytes()
}
