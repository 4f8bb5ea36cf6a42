//! Challenges: the secrets of logins that wait for a second factor.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::security::random;

/// Number of random bytes in a challenge: 256 bits.
const BYTES: usize = 32;
const PREFIX: &str = "lk_2fa_";

/// The secret that continues a login with a code.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Challenge").finish_non_exhaustive()
    }
}

impl Challenge {
    pub(super) fn generate() -> anyhow::Result<Self> {
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::bytes::<BYTES>()?))))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (bytes.len() == BYTES).then(|| Self(text.to_owned()))
    }

    /// A challenge in examples.
    #[must_use]
    pub fn example() -> Self {
        Self(format!("{PREFIX}…"))
    }

    /// The challenge itself: a secret, for the cookie or the response body.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_has_one_spelling_and_is_not_shown() {
        let challenge = Challenge::generate().unwrap();
        let text = challenge.expose();
        assert_eq!(Challenge::parse(text), Some(challenge.clone()));
        assert!(!format!("{challenge:?}").contains(&text[7..]));
        for wrong in ["", PREFIX, &text[7..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text}=")] {
            assert_eq!(Challenge::parse(wrong), None, "{wrong}");
        }
    }
}
