//! Why a request was refused, as a closed set of codes.
//!
//! Invariant: codes only, no text. Texts are added where an error is shown, so that nobody can put words of theirs into
//! a page by crafting an error.

use serde::{Deserialize, Serialize};

use crate::SiteCode;

/// Why one field of a form was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{self:?}")]
pub enum FieldError {
    /// Not 3 to 32 characters.
    UsernameLength,
    /// Something else than ASCII letters, digits, `.`, `_`, `-`.
    UsernameCharacters,
    /// Somebody has that name already.
    UsernameTaken,
    /// Not an address.
    EmailInvalid,
    /// The account has that address already.
    EmailUnchanged,
    /// Another account has that address (told only where nothing is confirmed by mail).
    EmailTaken,
    /// Under 8 characters.
    PasswordShort,
    /// Over 128 characters.
    PasswordLong,
    /// In every list of common passwords, or easily guessed.
    PasswordEasy,
    /// Contains the name, the address or the name of this application.
    PasswordPersonal,
    /// The two passwords typed are not the same.
    PasswordsDiffer,
    /// The current password is not right.
    CurrentPasswordWrong,
    /// The password is not the one of the registration.
    RegistrationPasswordWrong,
    /// Not a list of roles.
    RolesInvalid,
    /// A rule of the application.
    Site {
        /// The `name` of the form control.
        field: SiteCode,
        /// The rule; the application has the text for it.
        code: SiteCode,
    },
}

impl FieldError {
    /// A rule of the application for the form control called `field`.
    #[must_use]
    pub const fn site(field: &'static str, code: &'static str) -> Self {
        Self::Site { field: SiteCode::new(field), code: SiteCode::new(code) }
    }

    /// The `name` of the form control that it is about.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::UsernameLength | Self::UsernameCharacters | Self::UsernameTaken => "username",
            Self::EmailInvalid | Self::EmailUnchanged | Self::EmailTaken => "email",
            Self::PasswordShort
            | Self::PasswordLong
            | Self::PasswordEasy
            | Self::PasswordPersonal
            | Self::RegistrationPasswordWrong => "password",
            Self::PasswordsDiffer => "password_confirmation",
            Self::CurrentPasswordWrong => "current_password",
            Self::RolesInvalid => "roles",
            Self::Site { field, .. } => field.as_str(),
        }
    }
}

/// Why a server function or a page refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{self:?}")]
pub enum AppError {
    /// The request was not understood: a field missing, of a wrong type, not UTF-8.
    Malformed,
    /// Nobody is logged in.
    NotLoggedIn,
    /// Unknown name, wrong password or unconfirmed: one answer.
    LoginRejected,
    /// The password is right, the address is not confirmed yet; a mail is on its way.
    Unconfirmed,
    /// The account is deactivated (told only to who knows its password or holds its session).
    Deactivated,
    /// A role is lacking.
    MissingRole,
    /// The request came from another site.
    CrossSite,
    /// The password must be given again before this.
    ReauthenticationRequired,
    /// Input was understood and refused; at least one reason.
    Refused(Vec<FieldError>),
    /// A link from a mail that is unknown, used or expired.
    LinkInvalid,
    /// The last active administrator can't be taken away.
    LastAdmin,
    /// What was asked for does not exist.
    NotFound,
    /// Over 8 KiB.
    TooLarge,
    /// Too many attempts; try again after so many seconds.
    TooManyRequests(u32),
    /// The server can't answer now, its database or its hashing is busy.
    Unavailable,
    /// A fault of the server.
    Internal,
    /// The server could not be reached from the browser.
    Unreachable,
}

impl AppError {
    /// The HTTP status that says the same.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotLoggedIn | Self::LoginRejected | Self::LinkInvalid => 401,
            Self::Unconfirmed
            | Self::Deactivated
            | Self::MissingRole
            | Self::CrossSite
            | Self::ReauthenticationRequired => 403,
            Self::NotFound => 404,
            Self::LastAdmin => 409,
            Self::Refused(refusals) => {
                let taken =
                    |refusal: &FieldError| matches!(refusal, FieldError::UsernameTaken | FieldError::EmailTaken);
                match refusals.as_slice() {
                    // Wrong credentials, as at a login; beside other faults it is one of them.
                    [FieldError::RegistrationPasswordWrong | FieldError::CurrentPasswordWrong] => 401,
                    refusals if refusals.iter().any(taken) => 409,
                    _ => 422,
                }
            }
            Self::TooLarge => 413,
            Self::TooManyRequests(_) => 429,
            Self::Unavailable | Self::Unreachable => 503,
            Self::Internal => 500,
        }
    }

    /// After how many seconds to try again, where that helps.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests(seconds) => Some(*seconds),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }

    /// The first error of the form control called `name`.
    #[must_use]
    pub fn field_error(&self, name: &str) -> Option<&FieldError> {
        match self {
            Self::Refused(errors) => errors.iter().find(|error| error.field() == name),
            _ => None,
        }
    }
}

impl From<FieldError> for AppError {
    fn from(refusal: FieldError) -> Self {
        Self::Refused(vec![refusal])
    }
}

#[cfg(feature = "server-fn")]
mod server_fn_error {
    use server_fn::codec::JsonEncoding;
    use server_fn::error::{FromServerFnError, ServerFnErrorErr};

    use super::AppError;

    impl FromServerFnError for AppError {
        type Encoder = JsonEncoding;

        fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
            match error {
                ServerFnErrorErr::Request(_) => Self::Unreachable,
                ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
                // In the browser: a response that is not ours, such as that of a proxy whose server is down.
                ServerFnErrorErr::Deserialization(_) if cfg!(target_family = "wasm") => Self::Unavailable,
                // On the server: a body that could not be read.
                ServerFnErrorErr::Deserialization(_) => Self::Malformed,
                _ => Self::Internal,
            }
        }
    }
}
