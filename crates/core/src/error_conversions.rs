//! From the errors of the use cases to the closed codes of the edge.
//!
//! Faults are logged here, once, with the request id of the span around the request; clients learn nothing of them.

use latchkey_types::{AppError, FieldError};

use crate::service::Fault;
use crate::service::accounts::AccountError;
use crate::service::email_change::EmailChangeError;
use crate::service::own_account::{DeletionError, PasswordError};
use crate::service::password_reset::ResetError;
use crate::service::registration::{ConfirmError, RegistrationError};
use crate::service::session::{Denial, EndError, LoginError, NotFresh, ProofError};

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable(why) => {
                tracing::warn!(why, "not available");
                Self::Unavailable
            }
            Fault::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                Self::Internal
            }
        }
    }
}

impl From<LoginError> for AppError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Rejected => Self::LoginRejected,
            LoginError::Deactivated => Self::Deactivated,
            LoginError::Unconfirmed => Self::Unconfirmed,
            LoginError::Fault(fault) => fault.into(),
        }
    }
}

impl From<RegistrationError> for AppError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Closed => Self::NotFound,
            RegistrationError::Refused(refusals) => Self::Refused(refusals),
            RegistrationError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ConfirmError> for AppError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::LinkInvalid => Self::LinkInvalid,
            ConfirmError::Refused(refusal) => refusal.into(),
            ConfirmError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ResetError> for AppError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::LinkInvalid => Self::LinkInvalid,
            ResetError::Refused(refusal) => refusal.into(),
            ResetError::Fault(fault) => fault.into(),
        }
    }
}

impl From<EmailChangeError> for AppError {
    fn from(error: EmailChangeError) -> Self {
        match error {
            EmailChangeError::LinkInvalid => Self::LinkInvalid,
            EmailChangeError::Refused(refusal) => refusal.into(),
            EmailChangeError::TooMany { retry_after_seconds } => Self::TooManyRequests(retry_after_seconds),
            EmailChangeError::NotFresh(not_fresh) => not_fresh.into(),
            EmailChangeError::Gone => Self::NotLoggedIn,
            EmailChangeError::Fault(fault) => fault.into(),
        }
    }
}

impl From<ProofError> for AppError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Wrong => FieldError::CurrentPasswordWrong.into(),
            ProofError::Over => Self::NotLoggedIn,
            ProofError::Fault(fault) => fault.into(),
        }
    }
}

impl From<AccountError> for AppError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unknown => Self::NotFound,
            AccountError::LastAdmin => Self::LastAdmin,
            AccountError::NotAdmin => Self::MissingRole,
            AccountError::NotFresh(not_fresh) => not_fresh.into(),
            AccountError::NoSuchPage => Self::Malformed,
            AccountError::Fault(fault) => fault.into(),
        }
    }
}

impl From<NotFresh> for AppError {
    fn from(NotFresh: NotFresh) -> Self {
        Self::ReauthenticationRequired
    }
}

impl From<EndError> for AppError {
    fn from(error: EndError) -> Self {
        match error {
            EndError::NotFresh(not_fresh) => not_fresh.into(),
            EndError::Unknown => Self::NotFound,
            EndError::Fault(fault) => fault.into(),
        }
    }
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Refused(refusals) => Self::Refused(refusals),
            PasswordError::Over => Self::NotLoggedIn,
            PasswordError::Fault(fault) => fault.into(),
        }
    }
}

impl From<DeletionError> for AppError {
    fn from(error: DeletionError) -> Self {
        match error {
            DeletionError::Proof(error) => error.into(),
            DeletionError::LastAdmin => Self::LastAdmin,
        }
    }
}

impl From<Denial> for AppError {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Token(_) | Denial::Ended => Self::NotLoggedIn,
            Denial::Deactivated => Self::Deactivated,
            Denial::Fault(fault) => fault.into(),
        }
    }
}
