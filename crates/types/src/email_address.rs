//! Email addresses.

use std::fmt;

use crate::{FieldError, trim_invisible};

/// An email address of at most 254 characters that is safe in an email header.
///
/// Stricter than RFC 5321 on purpose: ASCII only, no quoted local parts, no comments, no address literals. A parsed
/// address contains exactly one `@` and no space, comma, quote or control character, so it can't inject anything into a
/// header.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Maximum length (RFC 5321, 4.5.3.1.3, minus the angle brackets).
    pub const MAX: usize = 254;

    /// Parses an address as typed; white space and invisible characters around it are removed.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let address = trim_invisible(typed);
        let Some((local, domain)) = address.split_once('@') else {
            return Err(FieldError::EmailInvalid);
        };
        let valid = address.len() <= Self::MAX && local_part_is_valid(local) && domain_is_valid(domain);
        if valid { Ok(Self(address.to_owned())) } else { Err(FieldError::EmailInvalid) }
    }

    /// The address in its original case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case, for unique indexes.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

/// Hides the address, so that it does not reach logs by accident.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// An RFC 5322 dot-atom of at most 64 characters.
fn local_part_is_valid(local: &str) -> bool {
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-.".contains(&byte);
    !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

/// At least two labels of letters, digits and hyphens, or `localhost`.
fn domain_is_valid(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.split('.').all(label) && (domain.contains('.') || domain == "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_ordinary_addresses() {
        for address in [
            "ada@example.org", "a.b+tag@sub.example.co", "o'neil@example.org", "me@localhost",
            "\u{200e}\u{a0}a@b.c\r\n",
        ] {
            assert!(EmailAddress::parse(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn refuses_what_could_become_a_second_recipient_or_header() {
        let long = format!("{}@example.org", "a".repeat(65));
        for address in [
            "", "ada", "ada@", "@example.org", "a@b", "a@b@example.org", "a b@example.org", "a,b@example.org",
            "\"a\"@example.org", "a@example.org\r\nBcc: x@y.z", "ü@example.org", "a@exämple.org", "a@[127.0.0.1]",
            "a@-x.org", "a..b@example.org", ".a@example.org", "a@example.org.", "<a@example.org>", "a\0@example.org",
            "a\u{200b}@example.org", &long,
        ] {
            assert!(EmailAddress::parse(address).is_err(), "{address:?}");
        }
    }
}
