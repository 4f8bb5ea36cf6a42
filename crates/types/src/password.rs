//! A password on its way from a form to the hash.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// What somebody typed as a password, exactly; never shown by `Debug`.
///
/// A wrapper for the wire: whether it is good enough is decided by the service, whether it is right by the hash.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Fewest characters (code points) of a new password.
    pub const MIN: usize = 8;
    /// Most characters (code points) of a password.
    pub const MAX: usize = 128;
    /// Most bytes of a password, looked at before anything else is done with it.
    pub const MAX_BYTES: usize = 1024;

    /// The password as typed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether no account can have this password, so that hashing it would be wasted.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.0.len() > Self::MAX_BYTES || self.0.chars().count() > Self::MAX
    }

    /// Whether it was typed twice alike.
    ///
    /// # Errors
    /// [`FieldError::PasswordsDiffer`].
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
