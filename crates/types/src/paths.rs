//! Every path of the login, and where a user may be sent back to.
//!
//! Invariant: no other module spells one of these paths.

/// What this is.
pub const HOME: &str = "/";
/// Where an account begins.
pub const REGISTRATION: &str = "/registration";
/// Where a session begins.
pub const LOGIN: &str = "/login";
/// Where the mail of a registration is asked for again.
pub const RESEND: &str = "/resend";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// Where the password is given again before something that matters.
pub const CONFIRM: &str = "/account/confirm";
/// Where accounts are looked after.
pub const ADMIN_USERS: &str = "/admin/users";
/// What happened to accounts and sessions.
pub const ADMIN_EVENTS: &str = "/admin/events";
/// Where a registration is confirmed.
pub const FINALIZE: &str = "/finalize";
/// Where a link for a new password is asked for.
pub const RESET: &str = "/reset";
/// Where a new password is set.
pub const NEW_PASSWORD: &str = "/new_password";
/// Where a new address is confirmed.
pub const NEW_EMAIL: &str = "/new_email";
/// Where a new address is stopped.
pub const KEEP_EMAIL: &str = "/keep_email";

/// Where mails can be read on a developer's own machine.
pub const DEV_MAIL: &str = "/dev/mail";
/// Where the server functions lie.
pub const SERVER_FNS: &str = "/fn";
/// Where the scripts, the WASM and the styles lie.
pub const ASSETS: &str = "/pkg";
/// Whether the process runs.
pub const LIVEZ: &str = "/livez";
/// Whether requests should be sent here.
pub const READYZ: &str = "/readyz";

/// The link of a mail. A token is prefix and base64url: it needs no escaping.
#[must_use]
pub fn link(page: &str, token: &str) -> String {
    format!("{page}?token={token}")
}

/// Longest path that one is sent back to, in bytes.
const RETURN_TO_MAX: usize = 512;

/// `typed` if it is a path of this site.
///
/// What a browser could read as another origin is refused: a second slash or a backslash after the first, a scheme, a
/// control byte (browsers drop tabs and line ends inside a URL). What is no header value is refused too, since the
/// answer goes into `Location`.
#[must_use]
pub fn safe_return_to(typed: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let local = typed.starts_with('/') && !typed.starts_with("//");
    (local && typed.len() <= RETURN_TO_MAX && typed.bytes().all(plain)).then_some(typed)
}

/// The login page that leads back to `path_and_query` afterwards.
#[must_use]
pub fn login_then(path_and_query: &str) -> String {
    then(LOGIN, path_and_query)
}

/// The page that asks for the password again and leads back to `path_and_query` afterwards.
#[must_use]
pub fn confirm_then(path_and_query: &str) -> String {
    then(CONFIRM, path_and_query)
}

fn then(page: &str, path_and_query: &str) -> String {
    with_query(page, &[("next", safe_return_to(path_and_query).unwrap_or_default())])
}

/// A path with a query of these names and values; what has no value is left out.
#[must_use]
pub fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(if url.len() == path.len() { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        push_encoded(&mut url, value, b'/');
    }
    url
}

/// A value as one segment of a path.
#[must_use]
pub fn encode_segment(value: &str) -> String {
    let mut segment = String::with_capacity(value.len());
    push_encoded(&mut segment, value, b'-');
    segment
}

/// Adds `value`, percent-encoded but for letters, digits, `-`, `_`, `.`, `~` and one more byte that may stay.
fn push_encoded(url: &mut String, value: &str, also: u8) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(byte)),
            byte if byte == also => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_returned_to() {
        for path in ["/", "/secret", "/notes/7?page=2#top"] {
            assert_eq!(safe_return_to(path), Some(path));
        }
        let long = format!("/{}", "a".repeat(512));
        for url in [
            "", "secret", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/ä",
            "/a b", &long,
        ] {
            assert_eq!(safe_return_to(url), None, "{url:?}");
        }
        assert_eq!(login_then("/notes?q=a b&c"), "/login");
        assert_eq!(login_then("/notes?q=a&b"), "/login?next=/notes%3Fq%3Da%26b");
    }
}
