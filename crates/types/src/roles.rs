//! Roles of accounts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// A role: 1 to 32 lower-case ASCII letters, digits, `_` and `-`.
///
/// Other characters could produce `-` or `_` in the base64url of a token. Clients decode payloads with `atob`, which
/// does not support these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Role(String);

impl Role {
    /// The role of administrators.
    pub const ADMIN: &'static str = "admin";
    /// The role of new accounts.
    pub const USER: &'static str = "user";

    /// Parses a role; surrounding whitespace is removed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let word = typed.trim();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        if (1..=32).contains(&word.len()) && word.bytes().all(allowed) {
            Ok(Self(word.to_owned()))
        } else {
            Err(FieldError::RolesInvalid)
        }
    }

    /// The role as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The roles of an account, sorted and without duplicates; at most [`Roles::MAX`], which keeps tokens well below 4096
/// bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Maximum number of roles per account.
    pub const MAX: usize = 16;

    /// Parses a comma-separated list; whitespace and empty items are ignored.
    ///
    /// # Errors
    /// [`FieldError::RolesInvalid`] for an invalid role, or too many roles.
    pub fn parse(comma_separated: &str) -> Result<Self, FieldError> {
        let words = comma_separated.split(',').filter(|word| !word.trim().is_empty());
        Self::from_words(words)
    }

    /// Parses each word as a role.
    ///
    /// # Errors
    /// [`FieldError::RolesInvalid`] for an invalid role, or too many roles.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, FieldError> {
        let mut roles = words.into_iter().map(Role::parse).collect::<Result<Vec<_>, _>>()?;
        roles.sort();
        roles.dedup();
        if roles.len() > Self::MAX { Err(FieldError::RolesInvalid) } else { Ok(Self(roles)) }
    }

    /// Whether `role` is one of the roles.
    #[must_use]
    pub fn has(&self, role: &str) -> bool {
        self.0.iter().any(|own| own.as_str() == role)
    }

    /// Iterates over the roles, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Role::as_str)
    }
}

/// Comma-separated, as in tokens and in the database.
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
