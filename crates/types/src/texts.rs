//! User-visible texts of errors, the same on pages, in the API and at the command line.

use std::borrow::Cow;

use crate::{AppError, FieldError, RateLimit, RateLimited};

/// What is wrong with a field, and what is expected instead.
#[must_use]
pub fn field_error(error: &FieldError) -> &'static str {
    match error {
        FieldError::UsernameLength => "Choose a username of 3 to 32 characters.",
        FieldError::UsernameCharacters => "Use only the letters a to z, digits, dots, hyphens and underscores.",
        FieldError::UsernameEnds => "Begin and end the username with a letter or a digit.",
        FieldError::UsernameReserved => "This username is reserved. Choose another one.",
        FieldError::UsernameTaken => "This username is taken. Choose another one.",
        FieldError::EmailInvalid => "This is not an email address. It should look like ada@example.org.",
        FieldError::EmailUnchanged => "Your account already has this address.",
        FieldError::EmailTaken => "Another account has this email address. Log in with it, or use another one.",
        FieldError::PasswordShort => "Use at least 8 characters.",
        FieldError::PasswordLong => "Use at most 128 characters.",
        FieldError::PasswordEasy => "This password is easy to guess. Make it longer or less common.",
        FieldError::PasswordPersonal => "Leave your name, your address and the name of this site out of your password.",
        FieldError::PasswordsDiffer => "The two passwords are not the same. Type them again.",
        FieldError::CurrentPasswordWrong => "This is not your current password.",
        FieldError::RegistrationPasswordWrong => "This is not the password that was chosen at registration.",
        FieldError::CodeWrong => "This code is wrong or was used before. Enter the one that the app shows now.",
        FieldError::RolesInvalid => "Write roles as lower-case words, separated by commas.",
        FieldError::Site { .. } => "This value is not accepted.",
    }
}

/// What went wrong, and what to do about it.
#[must_use]
pub fn app_error(error: &AppError) -> Cow<'static, str> {
    let text = match error {
        AppError::Refused(errors) => {
            return errors.iter().map(field_error).collect::<Vec<_>>().join(" ").into();
        }
        AppError::TooManyRequests(limited) => return rate_limited(*limited).into(),
        AppError::Malformed => "The request could not be read. Reload the page and try again.",
        AppError::NotLoggedIn => "You are not logged in. Log in and try again.",
        AppError::LoginRejected => "The username and/or password are incorrect",
        AppError::Unconfirmed => {
            "Your email address is not confirmed yet. Open the link in the last email from us. We send it again at a \
             login, but at most once a minute."
        }
        AppError::Deactivated => "This account is deactivated. Ask an administrator to activate it again.",
        AppError::MissingRole => {
            "Your account does not have the role that this page needs. Ask an administrator for it."
        }
        AppError::CrossSite => {
            "The request came from another site and was blocked. Open the page on this site and try again."
        }
        AppError::ReauthenticationRequired => "Enter your password again to continue.",
        AppError::SecondFactorMissing => "Your account needs a second factor. Set it up first.",
        AppError::LinkInvalid => "This link is incomplete, expired or already used. Request a new one.",
        AppError::PasskeyRefused => "The passkey was not accepted. Try again, or use your password.",
        AppError::LoginExpired => "This login has expired. Enter your username and password again.",
        AppError::LastAdmin => "This is the last active administrator. Make another user an administrator first.",
        AppError::NotFound => "This page or entry does not exist. Check the address, or go to the start page.",
        AppError::TooLarge => "This is too large. Shorten it and try again.",
        AppError::Unavailable => "The service is busy, and nothing was changed. Try again in a few seconds.",
        AppError::Internal => {
            "Something went wrong on our side. Try again; if it happens again, tell an administrator."
        }
        AppError::Unreachable => "The server can't be reached. Check your connection and try again.",
    };
    text.into()
}

/// What was limited, and when the next one is possible.
fn rate_limited(limited: RateLimited) -> String {
    let (wait, until) = (wait(limited.retry_after_seconds), limited.until.to_text());
    match limited.limit {
        RateLimit::Attempts => format!("Too many attempts. The next one counts in {wait}: {until}."),
        RateLimit::Locked => format!(
            "Too many failed attempts. Log in from a browser that you have used before, or reset the password. Any \
             other attempt counts again from {until}."
        ),
        RateLimit::Emails => {
            format!("No email was sent. The next one to this address can be sent in {wait}: {until}.")
        }
    }
}

/// A waiting time in the largest unit that fits, rounded up.
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
    fn a_limit_says_when_the_next_one_is_possible() {
        let text = |limit| app_error(&AppError::TooManyRequests(RateLimited::new(limit, 1_795_521_600, 1_795_521_660)));
        assert_eq!(
            text(RateLimit::Emails),
            "No email was sent. The next one to this address can be sent in 1 minute: 24 Nov 2026, 12:01:00 UTC."
        );
        assert_eq!(
            text(RateLimit::Attempts),
            "Too many attempts. The next one counts in 1 minute: 24 Nov 2026, 12:01:00 UTC."
        );
    }

    #[test]
    fn a_refused_form_says_every_reason() {
        let error = AppError::Refused(vec![FieldError::UsernameTaken, FieldError::PasswordShort]);
        assert_eq!(app_error(&error), "This username is taken. Choose another one. Use at least 8 characters.");
    }
}
