//! Usernames that nobody can register: visitors would take their owner for the operator of the site.

use latchkey_types::{FieldError, Username};

/// Reserved usernames, without separators: the names of RFC 2142 that address an operator, and what sites use for their
/// staff. Sorted.
const RESERVED: &[&str] = &[
    "abuse", "admin", "administrator", "contact", "donotreply", "help", "helpdesk", "hostmaster", "info",
    "mailerdaemon", "moderator", "noc", "noreply", "official", "operator", "owner", "postmaster", "root", "security",
    "staff", "superuser", "support", "sysadmin", "system", "webmaster", "www",
];

/// Parses the username of a visitor. Reserved names are compared regardless of case and separators: `No-Reply` is
/// `noreply`.
pub(super) fn parse_unreserved(typed: &str) -> Result<Username, FieldError> {
    let username = Username::parse_new(typed)?;
    let is_reserved = RESERVED.contains(&username.key().replace(['.', '_', '-'], "").as_str());
    if is_reserved { Err(FieldError::UsernameReserved) } else { Ok(username) }
}
