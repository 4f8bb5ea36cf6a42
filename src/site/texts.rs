//! What the pages of the site say.

use latchkey_types::SiteCode;

/// What the start page says below the headline.
pub const HOME_LEAD: &str = "Registration, login, sessions and protected pages, finished and tested. \
    Start here and write the rest of your application on top.";
/// What one gets, each with its reason.
pub const HOME_POINTS: [(&str, &str); 3] = [
    (
        "Works with scripts off",
        "Every page is rendered on the server and every form is a plain form. Scripts only make them faster.",
    ),
    (
        "Out of the reach of scripts",
        "The session lives in one HttpOnly cookie. What runs in the page can neither read it nor lose it.",
    ),
    (
        "Ended means ended",
        "A session is a row that each request is checked against. Log out, and within a second it is over everywhere.",
    ),
];
/// What the start page says to who is logged in.
pub const HOME_LOGGED_IN: &str = "You are logged in. The secret page is open to you.";

/// The page for users who are logged in.
pub const SECRET: &str = "Secret";
/// Before the time at which access expires.
pub const ACCESS_EXPIRES: &str = "Access expires";
/// Before the time until which access can be refreshed.
pub const REFRESHABLE_UNTIL: &str = "Can be refreshed until";
/// The button that exchanges the token before its time.
pub const REFRESH_NOW: &str = "Refresh now";
/// While the refresh is on its way.
pub const REFRESHING: &str = "Refreshing…";

/// What the start page says first to who is logged in.
#[must_use]
pub fn greeting(username: &str) -> String {
    format!("Hello, {username}")
}

/// What the protected endpoint answers, word for word as its predecessor did.
#[must_use]
pub fn secret(username: &str) -> String {
    format!("protected endpoint (allowed usr {username})")
}

/// The text of a notice of this site, such as `Notice::site("note_saved")`; `None` for a code that it does not have.
#[must_use]
pub fn notice(_code: &SiteCode) -> Option<&'static str> {
    None
}

/// The text of a field error of this site, such as `FieldError::site("title", "title_too_long")`.
#[must_use]
pub fn field_error(_code: &SiteCode) -> Option<&'static str> {
    None
}
