//! Error codes, as closed sets without text.
//!
//! Invariant: codes only. Texts are added where an error is shown, so that nobody can inject text into a page with a
//! crafted error.

use serde::{Deserialize, Serialize};

use crate::{RateLimited, SiteCode};

/// Why a form field was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{self:?}")]
pub enum FieldError {
    /// Not 3 to 32 characters.
    UsernameLength,
    /// Characters other than ASCII letters, digits, `.`, `_` and `-`.
    UsernameCharacters,
    /// Begins or ends with another character than a letter or a digit.
    UsernameEnds,
    /// Reserved for the operator, such as `admin`.
    UsernameReserved,
    /// Another account or registration has this username.
    UsernameTaken,
    /// Not a valid email address.
    EmailInvalid,
    /// The account already has this address.
    EmailUnchanged,
    /// Another account has this address. Reported only without email confirmation, or to the owner of the address.
    EmailTaken,
    /// Fewer than 8 characters.
    PasswordShort,
    /// More than 128 characters.
    PasswordLong,
    /// A common password, or easy to guess.
    PasswordEasy,
    /// Contains the username, the email address or the name of the application.
    PasswordPersonal,
    /// The two passwords differ.
    PasswordsDiffer,
    /// The current password is wrong.
    CurrentPasswordWrong,
    /// Not the password of the registration.
    RegistrationPasswordWrong,
    /// Not a code of the authenticator app or an unused recovery code.
    CodeWrong,
    /// Not a valid list of roles.
    RolesInvalid,
    /// A rule of the application.
    Site {
        /// The `name` of the form control.
        field: SiteCode,
        /// The rule; the application provides its text.
        code: SiteCode,
    },
}

impl FieldError {
    /// A rule of the application for the form control `field`.
    #[must_use]
    pub const fn site(field: &'static str, code: &'static str) -> Self {
        Self::Site { field: SiteCode::new(field), code: SiteCode::new(code) }
    }

    /// The `name` of the form control that the error belongs to.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::UsernameLength
            | Self::UsernameCharacters
            | Self::UsernameEnds
            | Self::UsernameReserved
            | Self::UsernameTaken => "username",
            Self::EmailInvalid | Self::EmailUnchanged | Self::EmailTaken => "email",
            Self::PasswordShort
            | Self::PasswordLong
            | Self::PasswordEasy
            | Self::PasswordPersonal
            | Self::RegistrationPasswordWrong => "password",
            Self::PasswordsDiffer => "password_confirmation",
            Self::CurrentPasswordWrong => "current_password",
            Self::CodeWrong => "code",
            Self::RolesInvalid => "roles",
            Self::Site { field, .. } => field.as_str(),
        }
    }
}

/// Why a server function or a page refused a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{self:?}")]
pub enum AppError {
    /// A missing field, a wrong type, or invalid UTF-8.
    Malformed,
    /// A login is required.
    NotLoggedIn,
    /// Unknown user or wrong password: one code, so that clients can't tell them apart.
    LoginRejected,
    /// The password is correct, but the email address is not confirmed. The confirmation email is sent again.
    Unconfirmed,
    /// The account is deactivated. Reported only to someone who knows its password or holds its session.
    Deactivated,
    /// The user lacks a required role.
    MissingRole,
    /// The request came from another site (CSRF).
    CrossSite,
    /// The password must be entered again first.
    ReauthenticationRequired,
    /// The passkey was not accepted.
    PasskeyRefused,
    /// A second factor must be set up first.
    SecondFactorMissing,
    /// Invalid input; at least one error.
    Refused(Vec<FieldError>),
    /// An email link that is unknown, used or expired.
    LinkInvalid,
    /// A login whose second step came too late, or after too many wrong codes.
    LoginExpired,
    /// The last active administrator can't be removed.
    LastAdmin,
    /// The requested page or object does not exist.
    NotFound,
    /// The request body is too large: over 8 KiB, unless the server function allows more.
    TooLarge,
    /// A rate limit was exceeded.
    TooManyRequests(RateLimited),
    /// The database or the password hashing is unavailable; try again later.
    Unavailable,
    /// Internal server error.
    Internal,
    /// The browser could not reach the server.
    Unreachable,
}

impl AppError {
    /// The matching HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotLoggedIn | Self::LoginRejected | Self::PasskeyRefused | Self::LoginExpired | Self::LinkInvalid => {
                401
            }
            Self::Unconfirmed
            | Self::Deactivated
            | Self::MissingRole
            | Self::CrossSite
            | Self::ReauthenticationRequired
            | Self::SecondFactorMissing => 403,
            Self::NotFound => 404,
            Self::LastAdmin => 409,
            Self::Refused(refusals) => {
                let taken =
                    |refusal: &FieldError| matches!(refusal, FieldError::UsernameTaken | FieldError::EmailTaken);
                match refusals.as_slice() {
                    // On its own, a wrong password gets the status of a failed login.
                    [
                        FieldError::RegistrationPasswordWrong
                        | FieldError::CurrentPasswordWrong
                        | FieldError::CodeWrong,
                    ] => 401,
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

    /// Seconds to wait before trying again, if that can help.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests(limited) => Some(limited.retry_after_seconds),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }

    /// The first error of the form control `name`.
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
pub use server_fn_error::JsonOutput;

#[cfg(feature = "server-fn")]
mod server_fn_error {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use server_fn::codec::Post;
    use server_fn::error::{FromServerFnError, ServerFnErrorErr};
    use server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};

    use super::AppError;

    /// JSON that is read from a string, as the other JSON of a page is: reading it from bytes would be the same code once
    /// more in the download.
    pub struct JsonText;

    /// The output of a server function that is read by `JsonText`.
    pub type JsonOutput = Post<JsonText>;

    impl ContentType for JsonText {
        const CONTENT_TYPE: &'static str = "application/json";
    }

    impl FormatType for JsonText {
        const FORMAT_TYPE: Format = Format::Text;
    }

    impl<T: Serialize> Encodes<T> for JsonText {
        type Error = serde_json::Error;

        fn encode(value: &T) -> Result<Bytes, Self::Error> {
            serde_json::to_vec(value).map(Bytes::from)
        }
    }

    impl<T: DeserializeOwned> Decodes<T> for JsonText {
        type Error = serde_json::Error;

        fn decode(bytes: Bytes) -> Result<T, Self::Error> {
            serde_json::from_str(std::str::from_utf8(&bytes).unwrap_or_default())
        }
    }

    impl FromServerFnError for AppError {
        type Encoder = JsonText;

        fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
            match error {
                ServerFnErrorErr::Request(_) => Self::Unreachable,
                ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
                // In the browser: not a response of this server, for example the error page of a proxy.
                ServerFnErrorErr::Deserialization(_) if cfg!(target_family = "wasm") => Self::Unavailable,
                // On the server: an unreadable request body.
                ServerFnErrorErr::Deserialization(_) => Self::Malformed,
                _ => Self::Internal,
            }
        }
    }
}
