//! One-shot messages: what a request led to, shown once on the next page.

use serde::{Deserialize, Serialize};

use crate::{AppError, SiteCode};

/// What a request led to, shown once on the page that it is addressed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The path of the page, such as `/notes/7`.
    pub page: String,
    /// The form on it that the message belongs to: the last segment of its server function's path. `None` means the page.
    #[serde(default)]
    pub form: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// What was typed and is not secret, by the name of its control.
    #[serde(default)]
    pub values: Vec<(String, String)>,
    /// Where the values are kept if they are too long for a cookie: the key of a row of `form_drafts`.
    #[serde(default)]
    pub draft: Option<String>,
    /// Another form, which waits while this one asks for the password.
    #[serde(default)]
    pub waiting: Option<Box<Flash>>,
}

/// What became of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Refused, and why.
    Rejected(AppError),
    /// Done, and what to say about it.
    Done(Notice),
    /// Not done yet: the password was given again, and what was typed is to be sent once more.
    Confirmed,
}

/// What is said after something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A new access token was issued.
    Refreshed,
    /// The session ended.
    LoggedOut,
    /// Somebody's account may be used.
    UserActivated,
    /// Somebody's account may not be used, and their sessions ended.
    UserDeactivated,
    /// Somebody's account has other roles.
    UserRolesSet,
    /// Somebody's sessions ended.
    UserSessionsEnded,
    /// There is another password, and the other sessions ended.
    PasswordChanged,
    /// One session of one's own ended.
    SessionEnded,
    /// Every session of one's own but this one ended.
    OtherSessionsEnded,
    /// One's own account is gone.
    AccountDeleted,
    /// An account was confirmed.
    Welcome,
    /// A mail to confirm a registration is due.
    ConfirmationMailed,
    /// The same, once more, if there is a registration.
    ConfirmationResent,
    /// A mail to set a new password is due, if there is an account.
    ResetMailed,
    /// A new password was set.
    PasswordSet,
    /// A mail to confirm a new address is due.
    AddressMailed,
    /// A new address was confirmed.
    AddressChanged,
    /// A change of address was stopped.
    AddressKept,
    /// Something that the application has the text for.
    Site(SiteCode),
}

impl Notice {
    /// A notice of the application.
    #[must_use]
    pub const fn site(code: &'static str) -> Self {
        Self::Site(SiteCode::new(code))
    }

    /// Whether an email is on its way that leads on.
    #[must_use]
    pub fn is_of_mail(&self) -> bool {
        matches!(self, Self::ConfirmationMailed | Self::ConfirmationResent | Self::ResetMailed | Self::AddressMailed)
    }
}

impl Flash {
    /// A message for a page, whichever form it came from.
    #[must_use]
    pub fn of_page(page: &str, outcome: Outcome) -> Self {
        Self { page: page.to_owned(), form: None, outcome, values: Vec::new(), draft: None, waiting: None }
    }

    /// What was typed into the control called `name`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The form that waits for the password to be given again, if one does.
    #[must_use]
    pub fn into_waiting(self) -> Option<Self> {
        match self.outcome {
            Outcome::Rejected(AppError::ReauthenticationRequired) => Some(self),
            _ => self.waiting.map(|waiting| *waiting),
        }
    }
}
