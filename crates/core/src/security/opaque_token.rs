//! Tokens of email links: random, with a prefix for their purpose, stored as a hash.
//!
//! Invariant: only [`MailToken::expose`] shows a token, for the email and for the form on the page that its link opens.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::random;
pub use crate::kinds::Purpose;

/// Number of random bytes in a token: 256 bits.
const BYTES: usize = 32;

/// The prefix of a token shows its purpose, so that a token in the wrong place is recognised without a query.
impl Purpose {
    /// The prefix of every token with this purpose.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Registration => "lk_reg_",
            Self::Reset => "lk_rst_",
            Self::Login => "lk_lgn_",
            Self::EmailChange => "lk_chg_",
            Self::EmailStop => "lk_stop_",
        }
    }

    /// The purpose that the prefix of `text` claims, whether or not it is a valid token.
    #[must_use]
    pub fn claimed_by(text: &str) -> Option<Self> {
        Self::all().find(|purpose| text.starts_with(purpose.prefix()))
    }
}

/// An email token: a prefix and 256 random bits in base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct MailToken {
    purpose: Purpose,
    text: String,
}

impl MailToken {
    /// Generates a new token.
    pub fn generate(purpose: Purpose) -> anyhow::Result<Self> {
        let random = URL_SAFE_NO_PAD.encode(random::bytes::<BYTES>()?);
        Ok(Self { purpose, text: format!("{}{random}", purpose.prefix()) })
    }

    /// Parses the format of a token. Only the database can tell whether the token is valid.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let purpose = Purpose::claimed_by(typed)?;
        // Strict base64url: each token has exactly one spelling and needs no escaping in a URL.
        let bytes = URL_SAFE_NO_PAD.decode(typed.strip_prefix(purpose.prefix())?).ok()?;
        (bytes.len() == BYTES).then(|| Self { purpose, text: typed.to_owned() })
    }

    /// Like [`Self::parse`], but refuses tokens with another purpose.
    #[must_use]
    pub fn parse_for(purpose: Purpose, typed: &str) -> Option<Self> {
        Self::parse(typed).filter(|token| token.purpose == purpose)
    }

    /// The purpose of the token.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The token itself: a secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The hash to store. No salt and a single pass: 256 random bits can't be guessed.
    #[must_use]
    pub fn hash(&self) -> MailTokenHash {
        let digest = Sha256::digest(self.text.as_bytes());
        MailTokenHash(hex::encode(digest))
    }
}

impl fmt::Debug for MailToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailToken({}…)", self.purpose.prefix())
    }
}

/// SHA-256 of an email token, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTokenHash(String);

impl MailTokenHash {
    /// The hash, as stored in `mail_tokens`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_its_own_and_reads_back() {
        for purpose in Purpose::all() {
            let (one, other) = (MailToken::generate(purpose).unwrap(), MailToken::generate(purpose).unwrap());
            assert_ne!(one, other);
            assert_ne!(one.hash(), other.hash());
            assert_eq!(MailToken::parse(one.expose()), Some(one.clone()));
            assert_eq!(MailToken::parse_for(purpose, one.expose()).map(|token| token.purpose()), Some(purpose));
            assert_eq!(one.expose().len(), purpose.prefix().len() + 43);
            assert_eq!(one.hash().as_str().len(), 64);
        }
    }

    #[test]
    fn what_is_no_token_or_one_for_another_purpose_is_refused() {
        let token = MailToken::generate(Purpose::Reset).unwrap();
        let good = token.expose();
        assert_eq!(MailToken::parse_for(Purpose::Registration, good), None);
        let renamed = good.replacen("lk_rst_", "lk_reg_", 1);
        assert_ne!(MailToken::parse(&renamed).unwrap().hash(), token.hash());
        for bad in ["", "lk_rst_", &good[..49], &format!("{good}A"), &format!("{good}="), &format!(" {good}"), "eyJ"] {
            assert_eq!(MailToken::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let token = MailToken::generate(Purpose::Registration).unwrap();
        assert_eq!(format!("{token:?}"), "MailToken(lk_reg_…)");
    }
}
