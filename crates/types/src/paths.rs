//! Paths of the login, and validation of redirect targets.
//!
//! Invariant: no other module contains these paths as literals.

/// The start page.
pub const HOME: &str = "/";
/// The registration form.
pub const REGISTRATION: &str = "/registration";
/// The login form.
pub const LOGIN: &str = "/login";
/// The second step of a login: asks for a code.
pub const LOGIN_VERIFY: &str = "/login/verify";
/// Form to request an email with a link to log in.
pub const LOGIN_EMAIL: &str = "/login/email";
/// Email link: logs in.
pub const LOGIN_LINK: &str = "/login/link";
/// Form to request the confirmation email of a registration again.
pub const RESEND: &str = "/resend";
/// The user's own account.
pub const ACCOUNT: &str = "/account";
/// Form of sudo mode: asks for the password again.
pub const CONFIRM: &str = "/account/confirm";
/// The second factor of the user's own account.
pub const SECOND_FACTOR: &str = "/account/second_factor";
/// Account administration.
pub const ADMIN_USERS: &str = "/admin/users";
/// One account, for administrators.
pub const ADMIN_USER: &str = "/admin/users/{id}";
/// The audit log.
pub const ADMIN_EVENTS: &str = "/admin/events";
/// Email link: confirms a registration.
pub const FINALIZE: &str = "/finalize";
/// Form to request a password reset link.
pub const RESET: &str = "/reset";
/// Email link: sets a new password.
pub const NEW_PASSWORD: &str = "/new_password";
/// Email link: confirms a new email address.
pub const NEW_EMAIL: &str = "/new_email";
/// Email link: cancels an email change.
pub const KEEP_EMAIL: &str = "/keep_email";

/// Where password managers look for the page that changes a password.
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// Delivered emails, in development only.
pub const DEV_MAIL: &str = "/dev/mail";
/// Prefix of server functions.
pub const SERVER_FNS: &str = "/fn";
/// Prefix of scripts, WASM and styles.
pub const ASSETS: &str = "/pkg";
/// Liveness probe: the process is running.
pub const LIVEZ: &str = "/livez";
/// Readiness probe: the server can serve requests.
pub const READYZ: &str = "/readyz";

/// The page of an account, for administrators; see [`ADMIN_USER`].
#[must_use]
pub fn admin_user(id: &str) -> String {
    format!("{ADMIN_USERS}/{}", encode_segment(id))
}

/// Path and query of an email link. A token (prefix and base64url) needs no escaping.
#[must_use]
pub fn link(page: &str, token: &str) -> String {
    format!("{page}?token={token}")
}

/// Whether `path` is `prefix` or a path below it: `/fn/login` is under `/fn`, `/fnord` is not.
#[must_use]
pub fn is_under(path: &str, prefix: &str) -> bool {
    path == prefix || below(path, prefix).is_some()
}

/// The part of `path` after `prefix` and a slash.
#[must_use]
pub fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix)?.strip_prefix('/')
}

/// Returns `path` without its trailing slashes, if it has any, and if the result is a path on this site: never `//host`,
/// which browsers read as another origin.
#[must_use]
pub fn without_trailing_slash(path: &str) -> Option<&str> {
    let shorter = path.trim_end_matches('/');
    (shorter.len() < path.len() && is_local(shorter)).then_some(shorter)
}

/// Maximum length of a redirect target, in bytes.
const RETURN_TO_MAX: usize = 512;

/// Returns `typed` if it is a path on this site. Prevents open redirects.
///
/// Refuses everything that a browser could read as another origin: a second slash or a backslash after the first slash,
/// a scheme, a control character (browsers drop tabs and line breaks inside a URL). Also refuses everything that is not
/// a valid header value, because the result is used in `Location`.
#[must_use]
pub fn safe_return_to(typed: &str) -> Option<&str> {
    (typed.len() <= RETURN_TO_MAX && is_local(typed)).then_some(typed)
}

fn is_local(url: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    url.starts_with('/') && !url.starts_with("//") && url.bytes().all(is_plain)
}

/// URL of the login page that returns to `path_and_query` afterwards.
#[must_use]
pub fn login_then(path_and_query: &str) -> String {
    then(LOGIN, path_and_query)
}

/// URL of the second step of a login, which returns to `path_and_query` afterwards.
#[must_use]
pub fn verify_then(path_and_query: &str) -> String {
    then(LOGIN_VERIFY, path_and_query)
}

/// URL of the page that asks for the password again and returns to `path_and_query` afterwards.
#[must_use]
pub fn confirm_then(path_and_query: &str) -> String {
    then(CONFIRM, path_and_query)
}

fn then(page: &str, path_and_query: &str) -> String {
    with_query(page, &[("next", safe_return_to(path_and_query).unwrap_or_default())])
}

/// Appends query parameters to a path. Parameters with an empty value are left out.
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

/// URL-encodes the fields of a form. Those with an empty value are left out.
#[must_use]
pub fn fields(fields: &[(&str, &str)]) -> String {
    with_query("", fields).trim_start_matches('?').to_owned()
}

/// Percent-encodes a value as one path segment.
#[must_use]
pub fn encode_segment(value: &str) -> String {
    let mut segment = String::with_capacity(value.len());
    push_encoded(&mut segment, value, b'-');
    segment
}

/// Appends `value`, percent-encoded except for letters, digits, `-`, `_`, `.`, `~` and the byte `also`.
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
    fn a_prefix_ends_at_a_slash() {
        for path in ["/fn", "/fn/", "/fn/login", "/fn/a/b"] {
            assert!(is_under(path, SERVER_FNS), "{path}");
        }
        for path in ["/fnord", "/fn.js", "/", "", "/a/fn/login", "//fn/login"] {
            assert!(!is_under(path, SERVER_FNS), "{path}");
        }
        assert_eq!(below("/fn/a/b", SERVER_FNS), Some("a/b"));
    }

    #[test]
    fn a_path_without_its_trailing_slash_stays_on_this_site() {
        for (path, shorter) in [
            ("/login/", Some("/login")),
            ("/a/b//", Some("/a/b")),
            ("/%2f/evil.example/", Some("/%2f/evil.example")),
            ("/", None),
            ("///", None),
            ("", None),
            ("/login", None),
            ("//evil.example/", None),
            ("/\\evil.example/", None),
            ("\\\\evil.example/", None),
            ("/\t/evil.example/", None),
            ("*/", None),
        ] {
            assert_eq!(without_trailing_slash(path), shorter, "{path:?}");
        }
    }

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
