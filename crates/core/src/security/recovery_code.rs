//! Recovery codes: each replaces a code of the authenticator app once.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use super::random;

/// Number of codes of an account.
pub const CODES: usize = 10;
/// Number of random bytes: 120 bits, so that a plain hash can be stored (ASVS 6.5.2 asks for 112).
const BYTES: usize = 15;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// A recovery code.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecoveryCode").finish_non_exhaustive()
    }
}

impl RecoveryCode {
    /// Generates a new code.
    pub fn generate() -> anyhow::Result<Self> {
        Ok(Self(BASE32_NOPAD.encode(&random::bytes::<BYTES>()?)))
    }

    /// Parses what was typed: hyphens and blanks do not count, nor does case. `0`, `1` and `8` are read as the letters that
    /// they look like, because base32 does not have them.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let letters = typed.chars().filter(|char| !char.is_whitespace() && *char != '-');
        let letters = letters.map(|char| match char.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        });
        let text = letters.collect::<String>();
        (BASE32_NOPAD.decode(text.as_bytes()).ok()?.len() == BYTES).then_some(Self(text))
    }

    /// The code in groups, to be shown.
    #[must_use]
    pub fn expose(&self) -> String {
        let groups = self.0.as_bytes().chunks(GROUP).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    /// The hash to store, different for each account.
    #[must_use]
    pub fn hash(&self, account: &str) -> String {
        let hash = Sha256::new().chain_update("recovery code\0").chain_update(account).chain_update([0]);
        hex::encode(hash.chain_update(&self.0).finalize())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_written() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.expose();
        assert_eq!(shown.len(), 29, "six groups of four");
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {} ", shown.replace('-', ""))]
        {
            assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        assert_eq!(
            RecoveryCode::parse(&shown.replace('O', "0").replace('I', "1").replace('B', "8")),
            Some(code.clone())
        );
        assert_ne!(code.hash("ada"), code.hash("eve"));
        assert!(!format!("{code:?}").contains(&shown[..4]));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let shown = RecoveryCode::generate().unwrap().expose();
        for typed in ["", "123456", &shown[1..], &format!("{shown}A"), &shown.replacen(&shown[..1], "\u{fc}", 1)] {
            assert_eq!(RecoveryCode::parse(typed), None, "{typed}");
        }
    }
}
