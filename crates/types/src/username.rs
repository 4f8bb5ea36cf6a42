//! Usernames.

use std::fmt;

use crate::{FieldError, trim_invisible};

/// A username: 3 to 32 ASCII letters, digits, `.`, `_` and `-`, unique regardless of case.
///
/// ASCII only, so that different usernames never look alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Minimum length in characters.
    pub const MIN: usize = 3;
    /// Maximum length in characters.
    pub const MAX: usize = 32;

    /// Parses the username of an existing account as typed; white space and invisible characters around it are removed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        // Emails put this character behind dots, so that names are not links. It is in names that are copied from them.
        let name = trim_invisible(typed).replace('\u{200c}', "");
        if !(Self::MIN..=Self::MAX).contains(&name.chars().count()) {
            return Err(FieldError::UsernameLength);
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if !name.bytes().all(allowed) {
            return Err(FieldError::UsernameCharacters);
        }
        Ok(Self(name))
    }

    /// Parses a username for a new account. It must also begin and end with a letter or a digit: `ada.` and `ada` look
    /// alike in a sentence. Accounts from before this rule keep their names.
    pub fn parse_new(typed: &str) -> Result<Self, FieldError> {
        let username = Self::parse(typed)?;
        let is_fine = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = username.0.as_bytes();
        if is_fine(bytes.first()) && is_fine(bytes.last()) { Ok(username) } else { Err(FieldError::UsernameEnds) }
    }

    /// The username in its original case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The username in lower case, for unique indexes.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_the_rule_names() {
        for name in [
            "ada",
            "Ada.Lovelace_1815-1852",
            "  ada  ",
            "\u{feff}\tada\u{200b}\n",
            "ada.\u{200c}l",
            "-ada.",
            &"a".repeat(32),
        ] {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn refuses_the_rest_with_its_reason() {
        for name in ["", "ab", &"a".repeat(33), "  a  "] {
            assert_eq!(Username::parse(name), Err(FieldError::UsernameLength), "{name}");
        }
        for name in ["a b c", "ada@example.org", "аda", "a\0bc", "ada\n.x", "ada🙂", "a\u{200b}da"] {
            assert_eq!(Username::parse(name), Err(FieldError::UsernameCharacters), "{name}");
        }
    }

    #[test]
    fn a_new_one_begins_and_ends_with_a_letter_or_a_digit() {
        for name in ["ada", " 1a-b.c_2 ", "A.L"] {
            assert!(Username::parse_new(name).is_ok(), "{name}");
        }
        for name in [".ada", "ada.", "-ada", "ada-", "_ada", "ada_", "---"] {
            assert_eq!(Username::parse_new(name), Err(FieldError::UsernameEnds), "{name}");
        }
    }
}
