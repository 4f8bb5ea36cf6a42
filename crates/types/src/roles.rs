//! What an account may do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// One word of 1 to 32 lower-case ASCII letters, digits, `_` and `-`.
///
/// No character that base64url would turn into `-` or `_` inside a token: clients decode payloads with `atob`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Role(String);

impl Role {
    /// The role of those who administer accounts.
    pub const ADMIN: &'static str = "admin";
    /// The role that a new account has.
    pub const USER: &'static str = "user";

    /// # Errors
    /// [`FieldError::RolesInvalid`].
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let word = typed.trim();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        if (1..=32).contains(&word.len()) && word.bytes().all(allowed) {
            Ok(Self(word.to_owned()))
        } else {
            Err(FieldError::RolesInvalid)
        }
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The roles of an account, sorted, each once; at most [`Roles::MAX`], so that a token stays far below 4096 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Most roles of one account.
    pub const MAX: usize = 16;

    /// Reads comma-separated words; blanks and empty words are ignored.
    ///
    /// # Errors
    /// [`FieldError::RolesInvalid`] for a word that is no role, or too many of them.
    pub fn parse(comma_separated: &str) -> Result<Self, FieldError> {
        let words = comma_separated.split(',').filter(|word| !word.trim().is_empty());
        Self::from_words(words)
    }

    /// # Errors
    /// [`FieldError::RolesInvalid`] for a word that is no role, or too many of them.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, FieldError> {
        let mut roles = words.into_iter().map(Role::parse).collect::<Result<Vec<_>, _>>()?;
        roles.sort();
        roles.dedup();
        if roles.len() > Self::MAX { Err(FieldError::RolesInvalid) } else { Ok(Self(roles)) }
    }

    /// Whether `role` is among them.
    #[must_use]
    pub fn has(&self, role: &str) -> bool {
        self.0.iter().any(|own| own.as_str() == role)
    }

    /// The words, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Role::as_str)
    }
}

/// Comma-joined, as the token and the table have them.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, role) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(role)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sorts_and_writes() -> Result<(), FieldError> {
        let roles = Roles::parse(" user,admin,,user ")?;
        assert_eq!(roles.to_string(), "admin,user");
        assert!(roles.has(Role::ADMIN));
        assert!(!roles.has("auditor"));
        Ok(())
    }

    #[test]
    fn refuses_words_that_are_no_role() {
        let many = (0..17).map(|n| format!("r{n}")).collect::<Vec<_>>().join(",");
        for roles in ["Admin", "a b", "a>b", "ö", &many] {
            assert_eq!(Roles::parse(roles), Err(FieldError::RolesInvalid), "{roles}");
        }
    }
}
