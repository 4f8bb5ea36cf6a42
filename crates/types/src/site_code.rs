//! Codes that an application adds to the closed sets of the login.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A short word, such as `note_saved`, that names a notice, a field error, an audit kind or an email of the application.
///
/// 1 to 48 lower-case ASCII letters, digits, `_`, `.` and `-`. It carries no text: the application looks its text up,
/// and shows nothing for a code it does not know.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct SiteCode(Cow<'static, str>);

impl SiteCode {
    /// Most bytes of a code.
    pub const MAX: usize = 48;

    /// A code that is written in the source.
    ///
    /// # Panics
    /// When it is not a valid code; in a constant that is an error of the compiler.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        assert!(is_valid(code.as_bytes()), "a code has 1 to 48 of a-z, 0-9, `_`, `.`, `-`");
        Self(Cow::Borrowed(code))
    }

    /// A code that came from elsewhere; `None` if it is not valid.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        is_valid(code.as_bytes()).then(|| Self(Cow::Owned(code.to_owned())))
    }

    /// The word.
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
        if is_valid(code.as_bytes()) { Ok(Self(Cow::Owned(code))) } else { Err("not a code") }
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
