//! Texts of the login's pages. Texts of errors are in [`latchkey_types::texts`], shared with the API.
//!
//! Errors and notices are passed as codes and turned into text here, when they are rendered.

#![expect(missing_docs, reason = "the texts are their own documentation")]

use latchkey_types::{AppError, Notice};

mod account;
mod admin;
mod dev_mail;
mod links;
mod passkeys;
mod second_factor;
mod theme;

pub use account::*;
pub use admin::*;
pub use dev_mail::*;
pub use latchkey_types::texts::{app_error as of_error, field_error};
pub use links::*;
pub use passkeys::*;
pub use second_factor::*;
pub use theme::*;

pub const SKIP_TO_CONTENT: &str = "Skip to content";
pub const ACCOUNT_NAVIGATION: &str = "Account";
pub const REGISTER: &str = "Register";
pub const LOG_IN: &str = "Log in";
pub const LOG_OUT: &str = "Log out";
pub const GO_HOME: &str = "Go to the start page";
pub const LOADING: &str = "Loading…";

pub const LOGIN_LEAD: &str = "Continue to your account.";
pub const LOGIN_LEAD_ON_THE_WAY: &str = "Log in to continue to the page that you asked for.";
pub const USERNAME_OR_EMAIL: &str = "Username or email";
pub const PASSWORD: &str = "Password";
pub const REMEMBER: &str = "Keep me signed in";
pub const LOGGING_IN: &str = "Logging in…";
pub const NO_ACCOUNT_YET: &str = "No account yet?";
/// Shown below a password field; see `src/server/caps_lock.js`.
pub const CAPS_LOCK: &str = "Caps Lock is on.";
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";
/// Completes [`SHOW`] and [`HIDE`] for screen readers.
pub const OF_PASSWORD: &str = " password";

pub const REGISTRATION_LEAD: &str = "Create your account.";
pub const USERNAME: &str = "Username";
pub const USERNAME_HINT: &str = "3 to 32 letters, digits, dots, hyphens or underscores. Everyone can see it.";
pub const EMAIL: &str = "Email";
pub const EMAIL_OPTIONAL: &str = "Optional.";
pub const PASSWORD_HINT: &str = "8 to 128 characters. A few unrelated words are easy to remember and hard to guess.";
pub const REGISTERING: &str = "Registering…";
pub const ALREADY_REGISTERED: &str = "Already registered?";

/// The text of a notice.
#[must_use]
pub fn of_notice(notice: &Notice) -> &'static str {
    match notice {
        Notice::Refreshed => "Refreshed.",
        Notice::LoggedOut => "You are logged out.",
        Notice::UserActivated => "The account is active.",
        Notice::UserDeactivated => "The account is deactivated and its sessions have ended.",
        Notice::UserRolesSet => "The roles have been changed.",
        Notice::UserSessionsEnded => "All sessions of the account have ended.",
        Notice::PasswordChanged => "Your password has been changed. You are logged out everywhere else.",
        Notice::DeviceDistrusted => "The device is no longer trusted.",
        Notice::PasskeyAdded => "The passkey was added.",
        Notice::PasskeyRemoved => "The passkey was removed. Delete it on your device, too.",
        Notice::SecondFactorRemoved => "The second factor is off. A login needs the password only.",
        Notice::SessionEnded => "The session has ended.",
        Notice::OtherSessionsEnded => "You are logged out everywhere else.",
        Notice::AccountDeleted => "Your account has been deleted.",
        Notice::Welcome | Notice::WelcomeInstead { .. } => "Your account is confirmed.",
        Notice::ConfirmationMailed => {
            "Check your mail: open the link in our email and enter your password to activate your account."
        }
        Notice::ConfirmationResent => {
            "Check your mail: if a registration with this email address is waiting, we have sent a new link."
        }
        Notice::ResetMailed | Notice::LoginLinkMailed => {
            "Check your mail: if an account has this email address, we have sent a link."
        }
        Notice::PasswordSet => "Your new password is saved. You can now log in with it.",
        Notice::AddressMailed => "Check your mail: open the link that we sent to the new address to confirm it.",
        Notice::AddressChanged => "Your new email address is confirmed.",
        Notice::AddressKept => "Your email address has not changed. If you did not ask for it, reset your password.",
        // `links::of_other_account` has the text, because it contains names.
        Notice::OfOtherAccount { .. } => "",
        // The application has the text.
        Notice::Site(_) => "",
    }
}

/// The heading of an error page; its text is [`of_error`].
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
        AppError::Malformed => "Request not understood",
        AppError::Unavailable | AppError::Unreachable => "Temporarily unavailable",
        AppError::LinkInvalid => "This link is not valid",
        AppError::Internal => "Something went wrong",
        AppError::LoginRejected
        | AppError::PasskeyRefused
        | AppError::LoginExpired
        | AppError::Unconfirmed
        | AppError::Refused(_)
        | AppError::SecondFactorMissing
        | AppError::LastAdmin => "That did not work",
    }
}
