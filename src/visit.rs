//! What the first byte of a page knows of its reader.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::CurrentUser;
use crate::error::AppError;

/// Who reads the page and what happened just before; made by the server, carried over to the browser with the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Who is logged in.
    pub user: Option<CurrentUser>,
    /// What a form of this page led to, if the last request was one.
    pub flash: Option<Flash>,
    /// The path and query that were asked for.
    pub path_and_query: String,
    /// Whether an account is confirmed by mail before it can be used.
    pub confirm_email: bool,
    /// Whether mails are kept on this machine, to be read at [`crate::routes::DEV_MAIL`].
    pub dev_mail: bool,
}

/// What a form led to, shown once on the form's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The last segment of the server function's path.
    pub form: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What was typed and is not secret, by the name of its control.
    pub values: Vec<(String, String)>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Notice {
    /// Whether a mail is on its way that leads on.
    #[must_use]
    pub fn is_of_mail(self) -> bool {
        matches!(self, Self::ConfirmationMailed | Self::ConfirmationResent | Self::ResetMailed | Self::AddressMailed)
    }
}

impl Flash {
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

/// The visit, as the server saw it; in the browser, as it came with the page.
pub fn provide_visit() -> Visit {
    let shared = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        let visit = crate::server::context::visit();
        #[cfg(not(feature = "ssr"))]
        let visit = Visit::default();
        visit
    });
    let visit = shared.into_inner();
    provide_context(visit.clone());
    visit
}

/// The visit that [`provide_visit`] provided.
#[must_use]
pub fn use_visit() -> Visit {
    use_context().unwrap_or_default()
}
