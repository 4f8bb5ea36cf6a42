//! Flash messages: the result of a request, shown once on the next page.

use serde::{Deserialize, Serialize};

use crate::{AppError, SiteCode};

/// The JSON of a [`Flash`]: reading a list takes less WASM than reading an object.
type Json = (String, Option<String>, Outcome, Vec<(String, String)>, Option<String>, Option<Box<Flash>>);

impl From<Json> for Flash {
    fn from((page, form, outcome, values, draft, waiting): Json) -> Self {
        Self { page, form, outcome, values, draft, waiting }
    }
}

impl From<Flash> for Json {
    fn from(flash: Flash) -> Self {
        let Flash { page, form, outcome, values, draft, waiting } = flash;
        (page, form, outcome, values, draft, waiting)
    }
}

/// A flash message: the result of a request, shown once on the page that it is addressed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Json", into = "Json")]
pub struct Flash {
    /// The path of the page, such as `/notes/7`.
    pub page: String,
    /// The form that the message belongs to: the last path segment of its server function. `None` for the page.
    pub form: Option<String>,
    /// The result of the request.
    pub outcome: Outcome,
    /// Submitted values that are not secret, by control name, to refill the form.
    pub values: Vec<(String, String)>,
    /// The key of a row of `form_drafts`, if the values are too long for a cookie.
    pub draft: Option<String>,
    /// Another form, pending until this one has confirmed the password.
    pub waiting: Option<Box<Flash>>,
}

/// The result of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The form was refused.
    Rejected(AppError),
    /// The form succeeded.
    Done(Notice),
    /// The password was confirmed; the pending form can be submitted again.
    Confirmed,
}

/// Success messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A new token was issued.
    Refreshed,
    /// The user logged out.
    LoggedOut,
    /// An account was activated.
    UserActivated,
    /// An account was deactivated, and its sessions ended.
    UserDeactivated,
    /// The roles of an account were changed.
    UserRolesSet,
    /// All sessions of an account were ended.
    UserSessionsEnded,
    /// The password was changed, and all other sessions ended.
    PasswordChanged,
    /// If an account has the address, a link to log in was sent to it.
    LoginLinkMailed,
    /// The second factor was turned off.
    SecondFactorRemoved,
    /// A device is no longer trusted.
    DeviceDistrusted,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// One of the user's own sessions was ended.
    SessionEnded,
    /// All other sessions of the user were ended.
    OtherSessionsEnded,
    /// The user's own account was deleted.
    AccountDeleted,
    /// A registration was confirmed.
    Welcome,
    /// A registration was confirmed in a browser in which another account was logged in; that session has ended.
    WelcomeInstead {
        /// The username of the account that was logged in.
        previous: String,
    },
    /// An email to confirm a registration was queued.
    ConfirmationMailed,
    /// The confirmation email was queued again, if there is a registration.
    ConfirmationResent,
    /// An email to reset the password was queued, if there is an account.
    ResetMailed,
    /// A new password was set by an email link.
    PasswordSet,
    /// An email to confirm a new email address was queued.
    AddressMailed,
    /// A new email address was confirmed.
    AddressChanged,
    /// An email change was cancelled.
    AddressKept,
    /// The result of an email link that belongs to another account than the one that is logged in.
    OfOtherAccount {
        /// The username of the account of the link.
        username: String,
        /// The result for that account.
        notice: Box<Notice>,
    },
    /// A notice whose text the application provides.
    Site(SiteCode),
}

impl Notice {
    /// A notice of the application.
    #[must_use]
    pub const fn site(code: &'static str) -> Self {
        Self::Site(SiteCode::new(code))
    }

    /// Whether the user must continue with a link in an email.
    #[must_use]
    pub fn is_of_mail(&self) -> bool {
        matches!(self, Self::ConfirmationMailed | Self::ConfirmationResent | Self::ResetMailed | Self::AddressMailed)
    }
}

impl Flash {
    /// A message for a page, not for one of its forms.
    #[must_use]
    pub fn of_page(page: &str, outcome: Outcome) -> Self {
        Self { page: page.to_owned(), form: None, outcome, values: Vec::new(), draft: None, waiting: None }
    }

    /// The submitted value of the control `name`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The form that waits until the password is entered again, if there is one.
    #[must_use]
    pub fn into_waiting(self) -> Option<Self> {
        match self.outcome {
            Outcome::Rejected(AppError::ReauthenticationRequired) => Some(self),
            _ => self.waiting.map(|waiting| *waiting),
        }
    }
}
