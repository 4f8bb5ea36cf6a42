//! Errors of the API. Names and statuses are those of flask-praetorian, so that its clients keep working.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::texts as words;
use crate::rejection::add_retry_after;
use latchkey_core::security::jwt::TokenError;
use latchkey_core::service::ServiceError;
use latchkey_core::service::session::{BearerError, Challenge};
use latchkey_types::{AppError, FieldError, RateLimit, RateLimited};

/// An error response of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// No token was sent.
    MissingToken,
    /// Not a token of this application, or a token of the wrong kind.
    InvalidTokenHeader,
    /// A claim is missing.
    MissingClaim,
    /// After `exp`.
    ExpiredAccess,
    /// More than a minute before `exp`.
    EarlyRefresh,
    /// After `rf_exp`.
    ExpiredRefresh,
    /// The session was ended or revoked, or is unknown.
    Blacklisted,
    /// A registration token from an email, in the wrong place.
    MisusedRegistrationToken,
    /// A reset token from an email, in the wrong place.
    MisusedResetToken,
    /// The registration token is unknown, used or expired.
    InvalidRegistrationToken,
    /// The reset token is unknown, used or expired.
    InvalidResetToken,
    /// The account is deactivated.
    InvalidUser,
    /// The account no longer exists.
    MissingUser,
    /// A required role is missing.
    MissingRole,
    /// The password must be confirmed again.
    ReauthenticationRequired,
    /// Unknown user, wrong password or unconfirmed account: the same response for all three.
    Authentication,
    /// The password was right, and a code finishes the login: the challenge to send with it.
    SecondFactorRequired(Challenge),
    /// A wrong code, or a challenge that is not valid any more.
    CodeRejected,
    /// The response of an authenticator was not accepted.
    PasskeyRejected,
    /// There is a second factor already.
    SecondFactorIsOn,
    /// The account has to set up a second factor first.
    SecondFactorMissing,
    /// Invalid fields: the name of each and the reason.
    Validation(Vec<(Cow<'static, str>, &'static str)>),
    /// Not JSON, or wrong types.
    Malformed,
    /// The username or the email address is taken.
    Taken(Vec<FieldError>),
    /// The last active administrator cannot be deactivated, deleted or demoted.
    LastAdmin,
    /// Nothing was found.
    NotFound,
    /// The path supports only these methods.
    MethodNotAllowed(Vec<&'static str>),
    /// An internal error.
    Internal,
    /// The body is larger than 8 KiB.
    TooLarge,
    /// A rate limit was exceeded.
    TooManyRequests(RateLimited),
    /// The database or the password hashing is not available now.
    Unavailable,
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct ErrorBody {
    /// Name of the error. Clients rely on it.
    error: &'static str,
    /// Text for people.
    #[schema(value_type = String)]
    message: Cow<'static, str>,
    /// HTTP status.
    status_code: u16,
    /// With `SecondFactorRequired`: send it with a code to `/api/login/verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    challenge: Option<String>,
    /// Error of each invalid field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = HashMap<String, String>, required = false)]
    fields: BTreeMap<Cow<'static, str>, &'static str>,
}

impl ApiError {
    /// An exceeded rate limit, for examples.
    pub(super) fn example_of_limit(limit: RateLimit) -> Self {
        Self::TooManyRequests(RateLimited::new(limit, 1_795_521_600, 1_795_521_660))
    }

    /// Name, status and text of the error.
    fn describe(&self) -> (&'static str, u16, Cow<'static, str>) {
        let (name, status, text) = match self {
            Self::MissingToken => ("MissingToken", 401, words::MISSING_TOKEN),
            Self::InvalidTokenHeader => ("InvalidTokenHeader", 401, words::INVALID_TOKEN),
            Self::MissingClaim => ("MissingClaimError", 401, words::MISSING_CLAIM),
            Self::ExpiredAccess => ("ExpiredAccessError", 401, words::EXPIRED_ACCESS),
            Self::EarlyRefresh => ("EarlyRefreshError", 425, words::EARLY_REFRESH),
            Self::ExpiredRefresh => ("ExpiredRefreshError", 401, words::EXPIRED_REFRESH),
            Self::Blacklisted => ("BlacklistedError", 403, words::BLACKLISTED),
            Self::MisusedRegistrationToken => ("MisusedRegistrationToken", 401, words::MISUSED_REGISTRATION),
            Self::MisusedResetToken => ("MisusedResetToken", 401, words::MISUSED_RESET),
            Self::InvalidRegistrationToken => ("InvalidRegistrationToken", 401, words::INVALID_REGISTRATION),
            Self::InvalidResetToken => ("InvalidResetToken", 401, words::INVALID_RESET),
            Self::MissingUser => ("MissingUserError", 401, words::MISSING_USER),
            Self::MissingRole => ("MissingRoleError", 403, words::MISSING_ROLE),
            Self::ReauthenticationRequired => ("ReauthenticationRequired", 403, words::REAUTHENTICATION_REQUIRED),
            Self::SecondFactorRequired(_) => ("SecondFactorRequired", 401, words::SECOND_FACTOR_REQUIRED),
            Self::CodeRejected => ("AuthenticationError", 401, words::CODE_REJECTED),
            Self::PasskeyRejected => return as_pages_say("AuthenticationError", &AppError::PasskeyRefused),
            Self::SecondFactorMissing => return as_pages_say("SecondFactorMissing", &AppError::SecondFactorMissing),
            Self::SecondFactorIsOn => ("Conflict", 409, words::SECOND_FACTOR_IS_ON),
            Self::Validation(_) => ("ValidationError", 422, words::VALIDATION),
            Self::Malformed => ("MalformedRequest", 400, words::MALFORMED),
            Self::NotFound => ("NotFound", 404, words::NOT_FOUND),
            Self::MethodNotAllowed(_) => ("MethodNotAllowed", 405, words::METHOD_NOT_ALLOWED),
            Self::InvalidUser => return as_pages_say("InvalidUserError", &AppError::Deactivated),
            Self::Authentication => return as_pages_say("AuthenticationError", &AppError::LoginRejected),
            Self::Taken(refusals) => return as_pages_say("Conflict", &AppError::Refused(refusals.clone())),
            Self::LastAdmin => return as_pages_say("Conflict", &AppError::LastAdmin),
            Self::Internal => return as_pages_say("InternalError", &AppError::Internal),
            Self::TooLarge => return as_pages_say("PayloadTooLarge", &AppError::TooLarge),
            Self::TooManyRequests(limited) => {
                return as_pages_say("TooManyRequests", &AppError::TooManyRequests(*limited));
            }
            Self::Unavailable => return as_pages_say("ServiceUnavailable", &AppError::Unavailable),
        };
        (name, status, text.into())
    }

    pub(super) fn name(&self) -> &'static str {
        self.describe().0
    }

    pub(super) fn status(&self) -> u16 {
        self.describe().1
    }

    pub(super) fn body(&self) -> ErrorBody {
        let (error, status_code, message) = self.describe();
        let fields = match self {
            Self::Validation(fields) => fields.iter().cloned().collect(),
            Self::Taken(refusals) => fields(refusals),
            _ => BTreeMap::new(),
        };
        let challenge = match self {
            Self::SecondFactorRequired(challenge) => Some(challenge.expose().to_owned()),
            _ => None,
        };
        ErrorBody { error, message, status_code, challenge, fields }
    }
}

fn as_pages_say(name: &'static str, error: &AppError) -> (&'static str, u16, Cow<'static, str>) {
    (name, error.status(), latchkey_types::texts::app_error(error))
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = self.body();
        let status = StatusCode::from_u16(body.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        match self {
            Self::MethodNotAllowed(methods) => {
                if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
                    headers.insert(header::ALLOW, methods);
                }
            }
            Self::TooManyRequests(limited) => add_retry_after(&mut response, Some(limited.retry_after_seconds)),
            Self::Unavailable => add_retry_after(&mut response, AppError::Unavailable.retry_after_seconds()),
            _ => {}
        }
        response
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Malformed => Self::Malformed,
            // Only an email tells these apart; API clients get one response.
            AppError::LoginRejected | AppError::Unconfirmed => Self::Authentication,
            AppError::NotLoggedIn => Self::Blacklisted,
            AppError::Deactivated => Self::InvalidUser,
            AppError::MissingRole => Self::MissingRole,
            AppError::ReauthenticationRequired => Self::ReauthenticationRequired,
            AppError::SecondFactorMissing => Self::SecondFactorMissing,
            AppError::PasskeyRefused => Self::PasskeyRejected,
            AppError::LastAdmin => Self::LastAdmin,
            AppError::NotFound => Self::NotFound,
            AppError::TooLarge => Self::TooLarge,
            AppError::TooManyRequests(limited) => Self::TooManyRequests(limited),
            AppError::Unavailable => Self::Unavailable,
            AppError::Refused(refusals) => of_refusals(refusals),
            // Errors that only pages produce.
            _ => Self::Internal,
        }
    }
}

fn fields(errors: &[FieldError]) -> BTreeMap<Cow<'static, str>, &'static str> {
    errors.iter().map(|error| (error.field().to_owned().into(), latchkey_types::texts::field_error(error))).collect()
}

fn of_refusals(refusals: Vec<FieldError>) -> ApiError {
    let is_taken = |refusal: &FieldError| matches!(refusal, FieldError::UsernameTaken | FieldError::EmailTaken);
    if refusals.iter().any(is_taken) {
        return ApiError::Taken(refusals);
    }
    ApiError::Validation(fields(&refusals).into_iter().collect())
}

impl From<BearerError> for ApiError {
    fn from(error: BearerError) -> Self {
        match error {
            BearerError::Token(TokenError::Invalid) => Self::InvalidTokenHeader,
            BearerError::Token(TokenError::MissingClaim) => Self::MissingClaim,
            BearerError::Token(TokenError::AccessExpired) => Self::ExpiredAccess,
            BearerError::Token(TokenError::RefreshExpired) => Self::ExpiredRefresh,
            BearerError::Early => Self::EarlyRefresh,
            BearerError::Ended => Self::Blacklisted,
            BearerError::Deactivated => Self::InvalidUser,
            BearerError::Missing => Self::MissingUser,
            BearerError::Service(fault) => fault.into(),
        }
    }
}

impl From<ServiceError> for ApiError {
    fn from(fault: ServiceError) -> Self {
        AppError::from(fault).into()
    }
}
