//! Every text that people read.
//!
//! Errors and notices travel as codes and become words here, at the last moment. A second language is a second module
//! with the same functions.

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod openapi;

use std::borrow::Cow;

use crate::error::{AppError, Refusal};
use crate::visit::Notice;

mod account;
mod admin;
mod dev_mail;
mod links;
#[cfg(feature = "ssr")]
pub mod mail;

pub use account::*;
pub use admin::*;
pub use dev_mail::*;
pub use links::*;

/// What this application is called.
pub const PRODUCT: &str = "Latchkey";
/// What it is, in one line.
pub const TAGLINE: &str = "The login that a Leptos application starts from";
/// For those who move by keyboard: past the header.
pub const SKIP_TO_CONTENT: &str = "Skip to content";
/// The name of the navigation in the header, for screen readers.
pub const ACCOUNT_NAVIGATION: &str = "Account";
/// The page and the button where an account begins.
pub const REGISTER: &str = "Register";
/// The page and the button where a session begins.
pub const LOG_IN: &str = "Log in";
/// The button that ends a session.
pub const LOG_OUT: &str = "Log out";
/// The page that only who is logged in may see.
pub const SECRET: &str = "Secret";
/// Where nothing else helps.
pub const GO_HOME: &str = "Go to the start page";
/// While a part of a page is on its way.
pub const LOADING: &str = "Loading…";

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

/// What the login page says below its headline.
pub const LOGIN_LEAD: &str = "Continue to your account.";
/// What it says there to who wanted another page.
pub const LOGIN_LEAD_ON_THE_WAY: &str =
    "You are not logged in, or not any more. Log in, and you come back to where you were.";
/// The control for a name or an address.
pub const USERNAME_OR_EMAIL: &str = "Username or e-mail";
/// The control for a password, new or not.
pub const PASSWORD: &str = "Password";
/// The checkbox for a session that outlives the browser.
pub const REMEMBER: &str = "Keep me signed in";
/// While the login is on its way.
pub const LOGGING_IN: &str = "Logging in…";
/// Before the link to the registration.
pub const NO_ACCOUNT_YET: &str = "No account yet?";
/// The button that shows a password; [`OF_PASSWORD`] completes it for screen readers.
pub const SHOW: &str = "Show";
/// The button that hides a password again.
pub const HIDE: &str = "Hide";
/// What [`SHOW`] and [`HIDE`] are about.
pub const OF_PASSWORD: &str = " password";

/// What the registration page says below its headline.
pub const REGISTRATION_LEAD: &str = "Create your account.";
/// The control for a name.
pub const USERNAME: &str = "Username";
/// The rule for a name.
pub const USERNAME_HINT: &str = "3 to 32 letters, digits, dots, hyphens or underscores. Everybody can see it.";
/// The control for an address.
pub const EMAIL: &str = "E-mail";
/// Where an account needs no address.
pub const EMAIL_OPTIONAL: &str = "Optional.";
/// The rule for a password.
pub const PASSWORD_HINT: &str = "8 to 128 characters. A few unrelated words are easy to remember and hard to guess.";
/// While the registration is on its way.
pub const REGISTERING: &str = "Registering…";
/// Before the link to the login.
pub const ALREADY_REGISTERED: &str = "Already registered?";

/// Before the time at which access expires.
pub const ACCESS_EXPIRES: &str = "Access expires";
/// Before the time until which access can be refreshed.
pub const REFRESHABLE_UNTIL: &str = "Can be refreshed until";
/// The button that exchanges the token before its time.
pub const REFRESH_NOW: &str = "Refresh now";
/// While the refresh is on its way.
pub const REFRESHING: &str = "Refreshing…";

/// The title of a page in the browser's tab.
#[must_use]
pub fn title(page: &str) -> String {
    format!("{page} · {PRODUCT}")
}

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

/// What is said after something was done.
#[must_use]
pub fn of_notice(notice: Notice) -> &'static str {
    match notice {
        Notice::Refreshed => "Refreshed.",
        Notice::LoggedOut => "You are logged out.",
        Notice::UserActivated => "The account is active.",
        Notice::UserDeactivated => "The account is deactivated and its sessions have ended.",
        Notice::UserRolesSet => "The roles are set.",
        Notice::UserSessionsEnded => "All sessions of the account have ended.",
        Notice::PasswordChanged => "Your password is changed. Everywhere else you are logged out.",
        Notice::SessionEnded => "That session is over.",
        Notice::OtherSessionsEnded => "You are logged out everywhere else.",
        Notice::AccountDeleted => "Your account is deleted.",
        Notice::Welcome => "Your account is confirmed.",
        Notice::ConfirmationMailed => {
            "Check your mail: we have sent you a link. Open it and enter your password to begin."
        }
        Notice::ConfirmationResent => {
            "Check your mail: if a registration waits for this address, a link is on its way."
        }
        Notice::ResetMailed => "Check your mail: if an account has this address, a link is on its way.",
        Notice::PasswordSet => "Your new password is saved. Log in with it.",
        Notice::AddressMailed => "Check your mail: the new address counts once you have opened the link sent there.",
        Notice::AddressChanged => "Your new e-mail address is confirmed.",
        Notice::AddressKept => "Your e-mail address stays as it is. If it was not you who asked, reset your password.",
    }
}

/// What is wrong with one field, and what would be right.
#[must_use]
pub fn of_refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UsernameLength => "Choose a username of 3 to 32 characters.",
        Refusal::UsernameCharacters => "Use only the letters a to z, digits, dots, hyphens and underscores.",
        Refusal::UsernameTaken => "This username is taken. Choose another one.",
        Refusal::EmailInvalid => "This is not an e-mail address. It should look like ada@example.org.",
        Refusal::EmailUnchanged => "Your account has this address already.",
        Refusal::EmailTaken => "Another account has this e-mail address. Log in with it, or use another one.",
        Refusal::PasswordShort => "Use at least 8 characters.",
        Refusal::PasswordLong => "Use at most 128 characters.",
        Refusal::PasswordEasy => "This password is easy to guess. Make it longer or less common.",
        Refusal::PasswordPersonal => "Leave your name, your address and the name of this site out of your password.",
        Refusal::PasswordsDiffer => "The two passwords are not the same. Type them again.",
        Refusal::CurrentPasswordWrong => "This is not your current password.",
        Refusal::RegistrationPasswordWrong => "This is not the password that was chosen at the registration.",
        Refusal::RolesInvalid => "Write roles as lower-case words with commas between them.",
    }
}

/// What went wrong, and what to do about it.
#[must_use]
pub fn of_error(error: &AppError) -> Cow<'static, str> {
    let text = match error {
        AppError::Refused(refusals) => {
            return refusals.iter().copied().map(of_refusal).collect::<Vec<_>>().join(" ").into();
        }
        AppError::TooManyRequests(seconds) => {
            return format!("Too many attempts. Try again in {}.", wait(*seconds)).into();
        }
        AppError::Malformed => "This could not be read. Reload the page and try again.",
        AppError::NotLoggedIn => "You are not logged in any more. Log in and try again.",
        AppError::LoginRejected => "The username and/or password are incorrect",
        AppError::Unconfirmed => "Your e-mail address is not confirmed yet. A new link is on its way: check your mail.",
        AppError::Deactivated => "This account is deactivated. Ask an administrator to activate it again.",
        AppError::MissingRole => {
            "Your account does not have the role that this page needs. Ask an administrator for it."
        }
        AppError::CrossSite => {
            "The request came from another site, so nothing was done. Go back to our own page and try again."
        }
        AppError::ReauthenticationRequired => "Enter your password again to go on.",
        AppError::LinkInvalid => "This link is incomplete, too old or was used before. Ask for a new one.",
        AppError::LastAdmin => "This is the last active administrator. Make somebody else an administrator first.",
        AppError::NotFound => {
            "There is nothing at this address. Check it for a typing error, or begin at the start page."
        }
        AppError::TooLarge => "This is more than we accept. Shorten it and try again.",
        AppError::Unavailable => "We can't answer just now, and nothing was changed. Try again in a few seconds.",
        AppError::Internal => {
            "This is our fault, not yours. Try again; if it happens once more, tell an administrator."
        }
        AppError::Unreachable => "The server can't be reached. Check your connection and try again.",
    };
    text.into()
}

/// The headline over [`of_error`] where an error is a page of its own.
#[must_use]
pub fn error_title(error: &AppError) -> &'static str {
    match error {
        AppError::NotFound => "Page not found",
        AppError::MissingRole => "No access",
        AppError::Deactivated => "Account deactivated",
        AppError::NotLoggedIn | AppError::ReauthenticationRequired => "Log in first",
        AppError::CrossSite => "Request refused",
        AppError::TooLarge => "Too large",
        AppError::TooManyRequests(_) => "Too many attempts",
        AppError::Malformed => "Not understood",
        AppError::Unavailable | AppError::Unreachable => "Back in a moment",
        AppError::LinkInvalid => "This link does not work",
        AppError::Internal => "Something went wrong",
        AppError::LoginRejected | AppError::Unconfirmed | AppError::Refused(_) | AppError::LastAdmin => {
            "That did not work"
        }
    }
}

/// A moment in UTC, such as "24 Nov 2026, 08:15:30 UTC". `month` counts from 1.
#[must_use]
pub fn moment(year: i64, month: usize, day: i64, time: &str) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(month.wrapping_sub(1)).copied().unwrap_or_default();
    format!("{day} {month} {year}, {time} UTC")
}

/// A time to wait, in the largest unit that fits, rounded up.
fn wait(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds.max(1), "second"),
        60..3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_rounded_up() {
        let texts = [0, 1, 59, 60, 61, 3600, 3601].map(wait);
        assert_eq!(texts, ["1 second", "1 second", "59 seconds", "1 minute", "2 minutes", "1 hour", "2 hours"]);
    }

    #[test]
    fn a_refused_form_says_every_reason() {
        let error = AppError::Refused(vec![Refusal::UsernameTaken, Refusal::PasswordShort]);
        assert_eq!(of_error(&error), "This username is taken. Choose another one. Use at least 8 characters.");
    }
}
