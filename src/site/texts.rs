//! Texts of the site's pages.

#![expect(missing_docs, reason = "the texts are their own documentation")]

use latchkey_types::SiteCode;

pub const HOME_LEAD: &str = "Registration, login, sessions and protected pages, complete and tested. \
    Start here and build the rest of your application.";
pub const HOME_POINTS: [(&str, &str); 3] = [
    (
        "Works without JavaScript",
        "Every page is rendered on the server, and every form is a plain HTML form. Scripts only make them faster.",
    ),
    (
        "Protected from scripts",
        "The session is kept in one HttpOnly cookie. Scripts in the page can neither read nor change it.",
    ),
    (
        "Logout takes effect at once",
        "A token is valid only together with its session. After a logout it is refused everywhere within a second.",
    ),
];
pub const HOME_LOGGED_IN: &str = "You are logged in and can open the secret page.";

pub const SECRET: &str = "Secret";
pub const ACCESS_EXPIRES: &str = "Access expires";
pub const REFRESHABLE_UNTIL: &str = "Can be refreshed until";
pub const REFRESH_NOW: &str = "Refresh now";
pub const REFRESHING: &str = "Refreshing…";

/// The heading of the start page for authenticated users.
#[must_use]
pub fn greeting(username: &str) -> String {
    format!("Hello, {username}")
}

/// The message of the demo page, the same as that of `GET /api/protected`.
#[must_use]
pub fn secret(username: &str) -> String {
    format!("protected endpoint (allowed usr {username})")
}

/// The text of a notice of this site, such as `Notice::site("note_saved")`; `None` for an unknown code.
#[must_use]
pub fn notice(_code: &SiteCode) -> Option<&'static str> {
    None
}

/// The text of a field error of this site, such as `FieldError::site("title", "title_too_long")`; `None` for an unknown
/// code.
#[must_use]
pub fn field_error(_code: &SiteCode) -> Option<&'static str> {
    None
}
