//! Every text of the login's pages. What errors say is in [`latchkey_types::texts`], because the API says the same.
//!
//! Errors and notices travel as codes and become words here, at the last moment.

use latchkey_types::{AppError, Notice};

mod account;
mod admin;
mod dev_mail;
mod links;

pub use account::*;
pub use admin::*;
pub use dev_mail::*;
pub use latchkey_types::texts::{app_error as of_error, field_error};
pub use links::*;

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
/// Where nothing else helps.
pub const GO_HOME: &str = "Go to the start page";
/// While a part of a page is on its way.
pub const LOADING: &str = "Loading…";

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

/// What is said after something was done.
#[must_use]
pub fn of_notice(notice: &Notice) -> &'static str {
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
        // The application has the text.
        Notice::Site(_) => "",
    }
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
