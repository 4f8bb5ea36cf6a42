//! Passwords, as typed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// A password as typed; `Debug` does not show it.
///
/// Not validated: the service decides whether it is strong enough, the hash decides whether it is correct.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Minimum length of a new password, in code points.
    pub const MIN: usize = 8;
    /// Maximum length of a password, in code points.
    pub const MAX: usize = 128;
    /// Maximum length of a password in bytes, checked before anything else.
    pub const MAX_BYTES: usize = 1024;

    /// The password itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether no account can have this password; hashing it would waste CPU time.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.0.len() > Self::MAX_BYTES || self.0.chars().count() > Self::MAX
    }

    /// Checks that the password was repeated correctly; fails with [`FieldError::PasswordsDiffer`].
    pub fn repeated_as(&self, repeated: &Self) -> Result<(), FieldError> {
        if self == repeated { Ok(()) } else { Err(FieldError::PasswordsDiffer) }
    }
}

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Self(typed)
    }
}

impl From<&str> for Password {
    fn from(typed: &str) -> Self {
        Self(typed.to_owned())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Password::from("correct horse")), "Password(…)");
    }

    #[test]
    fn length_counts_code_points() {
        assert!(!Password::from("🙂".repeat(128)).is_too_long());
        assert!(Password::from("🙂".repeat(129)).is_too_long());
        assert!(Password::from("a".repeat(1025)).is_too_long());
    }
}
