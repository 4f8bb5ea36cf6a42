//! Every path, who may see the page behind it, and where one may be sent back to.
//!
//! Invariant: no other module spells a path of ours. The table decides for the server's guard and for the router in
//! the browser alike; a page that is not in it does not exist.

use crate::domain::{Role, Roles};

#[cfg(feature = "ssr")]
pub mod api;

/// What this is.
pub const HOME: &str = "/";
/// Where an account begins.
pub const REGISTRATION: &str = "/registration";
/// Where a session begins.
pub const LOGIN: &str = "/login";
/// What only who is logged in may see.
pub const SECRET: &str = "/secret";
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

/// Who may see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Everyone,
    /// Only who is not logged in; others go to [`SECRET`].
    Anonymous,
    /// Only who is logged in; others go to [`LOGIN`] and come back.
    LoggedIn,
    /// Only who has this role; others who are logged in get 403.
    HasRole(&'static str),
}

/// The pages.
pub const PAGES: &[(&str, Access)] = &[
    (HOME, Access::Everyone),
    (REGISTRATION, Access::Anonymous),
    (LOGIN, Access::Anonymous),
    (SECRET, Access::LoggedIn),
    (ACCOUNT, Access::LoggedIn),
    (CONFIRM, Access::LoggedIn),
    (FINALIZE, Access::Everyone),
    (RESEND, Access::Everyone),
    (RESET, Access::Everyone),
    (NEW_PASSWORD, Access::Everyone),
    (NEW_EMAIL, Access::Everyone),
    (KEEP_EMAIL, Access::Everyone),
    (ADMIN_USERS, Access::HasRole(Role::ADMIN)),
    (ADMIN_EVENTS, Access::HasRole(Role::ADMIN)),
];

/// The server functions, by the last segment of their paths: the page on which the form lies, and who may call it. A
/// function that is not in the table does not exist.
pub const FORMS: &[(&str, &str, Access)] = &[
    ("login", LOGIN, Access::Everyone),
    ("register", REGISTRATION, Access::Everyone),
    ("logout", HOME, Access::Everyone),
    ("refresh", SECRET, Access::LoggedIn),
    ("current_user", HOME, Access::Everyone),
    ("secret", SECRET, Access::LoggedIn),
    ("reauthenticate", CONFIRM, Access::LoggedIn),
    ("list_users", ADMIN_USERS, Access::HasRole(Role::ADMIN)),
    ("set_active", ADMIN_USERS, Access::HasRole(Role::ADMIN)),
    ("set_roles", ADMIN_USERS, Access::HasRole(Role::ADMIN)),
    ("end_user_sessions", ADMIN_USERS, Access::HasRole(Role::ADMIN)),
    ("list_events", ADMIN_EVENTS, Access::HasRole(Role::ADMIN)),
    ("account", ACCOUNT, Access::LoggedIn),
    ("change_password", ACCOUNT, Access::LoggedIn),
    ("end_session", ACCOUNT, Access::LoggedIn),
    ("end_other_sessions", ACCOUNT, Access::LoggedIn),
    ("delete_account", ACCOUNT, Access::LoggedIn),
    ("finalize", FINALIZE, Access::Everyone),
    ("registration_link", FINALIZE, Access::Everyone),
    ("resend", RESEND, Access::Everyone),
    ("request_reset", RESET, Access::Everyone),
    ("reset_password", NEW_PASSWORD, Access::Everyone),
    ("reset_link", NEW_PASSWORD, Access::Everyone),
    ("change_email", ACCOUNT, Access::LoggedIn),
    ("confirm_email", NEW_EMAIL, Access::Everyone),
    ("email_link", NEW_EMAIL, Access::Everyone),
    ("keep_email", KEEP_EMAIL, Access::Everyone),
];

/// The pages that links of mails lead to. They need the token of the link to show their form.
const LINKED: [&str; 4] = [FINALIZE, NEW_PASSWORD, NEW_EMAIL, KEEP_EMAIL];

/// Whether `page` is one that a link of a mail leads to.
#[must_use]
pub fn is_linked(page: &str) -> bool {
    LINKED.contains(&page)
}

/// The link of a mail. A token is prefix and base64url: it needs no escaping.
#[must_use]
pub fn link(page: &str, token: &str) -> String {
    format!("{page}?token={token}")
}

/// Who may see the page at `path`; `None` where there is no page.
#[must_use]
pub fn access(path: &str) -> Option<Access> {
    PAGES.iter().find(|(page, _)| *page == path).map(|(_, access)| *access)
}

/// The page on which the form of the server function called `name` lies, and who may call it.
#[must_use]
pub fn form(name: &str) -> Option<(&'static str, Access)> {
    FORMS.iter().find(|(form, ..)| *form == name).map(|(_, page, access)| (*page, *access))
}

/// Whether somebody with these roles (`None`: nobody is logged in) is let in.
#[must_use]
pub fn is_allowed(access: Access, roles: Option<&Roles>) -> bool {
    match access {
        Access::Everyone => true,
        Access::Anonymous => roles.is_none(),
        Access::LoggedIn => roles.is_some(),
        Access::HasRole(role) => roles.is_some_and(|roles| roles.has(role)),
    }
}

/// Longest path that one is sent back to, in bytes.
const RETURN_TO_MAX: usize = 512;

/// `typed` if it is a path of ours, else [`SECRET`].
///
/// What a browser could read as another origin is refused: a second slash or a backslash after the first, a scheme, a
/// control byte (browsers drop tabs and line ends inside a URL). What is no header value is refused too, since the
/// answer goes into `Location`.
#[must_use]
pub fn safe_return_to(typed: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let local = typed.starts_with('/') && !typed.starts_with("//");
    if local && typed.len() <= RETURN_TO_MAX && typed.bytes().all(plain) { typed } else { SECRET }
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
    with_query(page, &[("next", safe_return_to(path_and_query))])
}

/// A path with a query of these names and values; what has no value is left out.
#[must_use]
pub fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(if url.len() == path.len() { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        push_encoded(&mut url, value);
    }
    url
}

/// Adds `value` in such a way that it can't be taken for more than a value.
fn push_encoded(url: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
}
