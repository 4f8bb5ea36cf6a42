//! Conversions from the errors of use cases to [`AppError`], the closed set of codes that clients see.
//!
//! Service errors are logged here, once, in the span of the request with its id. Clients never see their cause.

use latchkey_types::{AppError, FieldError};

use crate::service::ServiceError;
use crate::service::accounts::AccountError;
use crate::service::email_change::EmailChangeError;
use crate::service::login_link::LoginLinkError;
use crate::service::own_account::{DeletionError, PasswordError};
use crate::service::passkeys::PasskeyError;
use crate::service::password_reset::ResetError;
use crate::service::registration::{ConfirmError, RegistrationError};
use crate::service::second_factor::SecondFactorError;
use crate::service::session::{AccessError, LoginError, NotFresh, RevokeError, VerifyLoginError, VerifyPasswordError};

impl From<ServiceError> for AppError {
    fn from(fault: ServiceError) -> Self {
        match fault {
            ServiceError::Unavailable(why) => {
                tracing::warn!(why, "service unavailable");
                Self::Unavailable
            }
            ServiceError::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "request failed with an internal error");
                Self::Internal
            }
        }
    }
}

impl From<PasskeyError> for AppError {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Unknown => Self::NotFound,
            PasskeyError::Refused => Self::PasskeyRefused,
            PasskeyError::Full => Self::Malformed,
            PasskeyError::Deactivated => Self::Deactivated,
            PasskeyError::NotFresh(_) => Self::ReauthenticationRequired,
            PasskeyError::TooMany(limited) => Self::TooManyRequests(limited),
            PasskeyError::Gone => Self::NotLoggedIn,
            PasskeyError::Service(fault) => fault.into(),
        }
    }
}

impl From<LoginError> for AppError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Rejected => Self::LoginRejected,
            LoginError::Deactivated => Self::Deactivated,
            LoginError::Unconfirmed => Self::Unconfirmed,
            LoginError::TooMany(limited) => Self::TooManyRequests(limited),
            LoginError::Service(fault) => fault.into(),
        }
    }
}

impl From<RegistrationError> for AppError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Closed => Self::NotFound,
            RegistrationError::Refused(refusals) => Self::Refused(refusals),
            RegistrationError::TooMany(limited) => Self::TooManyRequests(limited),
            RegistrationError::Service(fault) => fault.into(),
        }
    }
}

impl From<ConfirmError> for AppError {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::LinkInvalid => Self::LinkInvalid,
            ConfirmError::TooMany(limited) => Self::TooManyRequests(limited),
            ConfirmError::Refused(refusal) => refusal.into(),
            ConfirmError::Service(fault) => fault.into(),
        }
    }
}

impl From<ResetError> for AppError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::LinkInvalid => Self::LinkInvalid,
            ResetError::Refused(refusal) => refusal.into(),
            ResetError::TooMany(limited) => Self::TooManyRequests(limited),
            ResetError::Service(fault) => fault.into(),
        }
    }
}

impl From<LoginLinkError> for AppError {
    fn from(error: LoginLinkError) -> Self {
        match error {
            LoginLinkError::Off => Self::NotFound,
            LoginLinkError::LinkInvalid => Self::LinkInvalid,
            LoginLinkError::Refused(refusal) => refusal.into(),
            LoginLinkError::TooMany(limited) => Self::TooManyRequests(limited),
            LoginLinkError::Service(fault) => fault.into(),
        }
    }
}

impl From<EmailChangeError> for AppError {
    fn from(error: EmailChangeError) -> Self {
        match error {
            EmailChangeError::LinkInvalid => Self::LinkInvalid,
            EmailChangeError::Refused(refusal) => refusal.into(),
            EmailChangeError::TooMany(limited) => Self::TooManyRequests(limited),
            EmailChangeError::NotFresh(not_fresh) => not_fresh.into(),
            EmailChangeError::Gone => Self::NotLoggedIn,
            EmailChangeError::Service(fault) => fault.into(),
        }
    }
}

impl From<VerifyPasswordError> for AppError {
    fn from(error: VerifyPasswordError) -> Self {
        match error {
            VerifyPasswordError::Mismatch => FieldError::CurrentPasswordWrong.into(),
            VerifyPasswordError::SessionEnded => Self::NotLoggedIn,
            VerifyPasswordError::TooMany(limited) => Self::TooManyRequests(limited),
            VerifyPasswordError::Service(fault) => fault.into(),
        }
    }
}

impl From<AccountError> for AppError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unknown => Self::NotFound,
            AccountError::LastAdmin => Self::LastAdmin,
            AccountError::NotAdmin => Self::MissingRole,
            AccountError::NoSecondFactor => Self::NotFound,
            AccountError::NotFresh(not_fresh) => not_fresh.into(),
            AccountError::NoSuchPage => Self::Malformed,
            AccountError::Service(fault) => fault.into(),
        }
    }
}

impl From<VerifyLoginError> for AppError {
    fn from(error: VerifyLoginError) -> Self {
        match error {
            VerifyLoginError::Expired => Self::LoginExpired,
            VerifyLoginError::WrongCode => FieldError::CodeWrong.into(),
            VerifyLoginError::Deactivated => Self::Deactivated,
            VerifyLoginError::TooMany(limited) => Self::TooManyRequests(limited),
            VerifyLoginError::Service(fault) => fault.into(),
        }
    }
}

impl From<SecondFactorError> for AppError {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::AlreadyOn | SecondFactorError::NotOn => Self::NotFound,
            SecondFactorError::WrongCode => FieldError::CodeWrong.into(),
            SecondFactorError::TooMany(limited) => Self::TooManyRequests(limited),
            SecondFactorError::NotFresh(not_fresh) => not_fresh.into(),
            SecondFactorError::Gone => Self::NotLoggedIn,
            SecondFactorError::Service(fault) => fault.into(),
        }
    }
}

impl From<NotFresh> for AppError {
    fn from(NotFresh: NotFresh) -> Self {
        Self::ReauthenticationRequired
    }
}

impl From<RevokeError> for AppError {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::NotFresh(not_fresh) => not_fresh.into(),
            RevokeError::Unknown => Self::NotFound,
            RevokeError::Service(fault) => fault.into(),
        }
    }
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Refused(refusals) => Self::Refused(refusals),
            PasswordError::SessionEnded => Self::NotLoggedIn,
            PasswordError::TooMany(limited) => Self::TooManyRequests(limited),
            PasswordError::Service(fault) => fault.into(),
        }
    }
}

impl From<DeletionError> for AppError {
    fn from(error: DeletionError) -> Self {
        match error {
            DeletionError::Verify(error) => error.into(),
            DeletionError::LastAdmin => Self::LastAdmin,
        }
    }
}

impl From<AccessError> for AppError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Token(_) | AccessError::Ended => Self::NotLoggedIn,
            AccessError::Deactivated => Self::Deactivated,
            AccessError::Service(fault) => fault.into(),
        }
    }
}
