//! Codes that an application adds to the closed sets of the login.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A code of the application, such as `note_saved`: a notice, a field error, an audit kind or an email.
///
/// 1 to 48 lower-case ASCII letters, digits, `_`, `.` and `-`. It carries no text: the application looks its text up,
/// and shows nothing for an unknown code.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct SiteCode(Cow<'static, str>);

impl SiteCode {
    /// Maximum length of a code, in bytes.
    pub const MAX: usize = 48;

    /// Creates a code from a literal.
    ///
    /// # Panics
    /// If the code is invalid. In a constant, this is a compile error.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        assert!(is_valid(code.as_bytes()), "a code has 1 to 48 of a-z, 0-9, `_`, `.`, `-`");
        Self(Cow::Borrowed(code))
    }

    /// Parses a code; `None` if it is invalid.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        is_valid(code.as_bytes()).then(|| Self(Cow::Owned(code.to_owned())))
    }

    /// The code as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_valid(code: &[u8]) -> bool {
    let mut index = 0;
    while index < code.len() {
        if !matches!(code[index], b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-') {
            return false;
        }
        index += 1;
    }
    !code.is_empty() && code.len() <= SiteCode::MAX
}

impl TryFrom<String> for SiteCode {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        if is_valid(code.as_bytes()) {
            Ok(Self(Cow::Owned(code)))
        } else {
            Err("a code has 1 to 48 of a-z, 0-9, `_`, `.`, `-`")
        }
    }
}

impl fmt::Debug for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SiteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_words_are_codes() {
        assert_eq!(SiteCode::parse("note_saved"), Some(SiteCode::new("note_saved")));
        for code in ["", "Note", "a b", "<b>", "ä", &"a".repeat(49)] {
            assert_eq!(SiteCode::parse(code), None, "{code}");
        }
    }
}
