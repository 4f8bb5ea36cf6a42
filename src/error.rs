//! Why a request was refused, as a closed set of codes.
//!
//! Invariant: no `String` inside. A code can be crafted by anyone who writes a link, a text must not be; texts
//! are added at the last moment, by [`crate::texts`].

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// Why one field of a form was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{self:?}")]
pub enum Refusal {
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
}

impl Refusal {
    /// The `name` of the form control that it is about.
    #[must_use]
    pub fn field(self) -> &'static str {
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
    Refused(Vec<Refusal>),
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
                let taken = |refusal: &Refusal| matches!(refusal, Refusal::UsernameTaken | Refusal::EmailTaken);
                match refusals.as_slice() {
                    // Wrong credentials, as at a login; beside other faults it is one of them.
                    [Refusal::RegistrationPasswordWrong | Refusal::CurrentPasswordWrong] => 401,
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

    /// The first refusal of the form control called `name`.
    #[must_use]
    pub fn refusal_of(&self, name: &str) -> Option<Refusal> {
        match self {
            Self::Refused(refusals) => refusals.iter().copied().find(|refusal| refusal.field() == name),
            _ => None,
        }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
            // In the browser: an answer that is no error of ours, as of a proxy whose server is gone.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "hydrate") => Self::Unavailable,
            // On the server: a body that could not be read.
            ServerFnErrorErr::Deserialization(_) => Self::Malformed,
            _ => Self::Internal,
        }
    }
}
