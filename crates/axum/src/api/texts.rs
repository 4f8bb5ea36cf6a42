//! Texts of API responses, for people. Clients rely on `error` instead.

#![expect(missing_docs, reason = "the texts are their own documentation")]

pub const MISSING_TOKEN: &str = "The token is missing. Send it as `Authorization: Bearer …`.";
pub const INVALID_TOKEN: &str = "The token is not valid here. Log in to get a new one.";
pub const MISSING_CLAIM: &str = "The token lacks a required claim. Log in to get a new one.";
pub const EXPIRED_ACCESS: &str = "The token has expired. Refresh it, or log in again.";
pub const EARLY_REFRESH: &str = "The token is valid for more than a minute. Refresh it when it expires.";
pub const EXPIRED_REFRESH: &str = "The token can no longer be refreshed. Log in to get a new one.";
pub const BLACKLISTED: &str = "This session has ended. Log in to start a new one.";
pub const MISUSED_REGISTRATION: &str =
    "This is a registration token from an email. It can only be used to confirm the registration.";
pub const MISUSED_RESET: &str = "This is a reset token from an email. It can only be used to reset the password.";
pub const INVALID_REGISTRATION: &str =
    "This registration token is unknown, expired or already used. Log in, or register again.";
pub const INVALID_RESET: &str = "This reset token is unknown, expired or already used. Request a new one.";
pub const MISSING_USER: &str = "The account of this token no longer exists.";
pub const MISSING_ROLE: &str = "Your account does not have the required role. Ask an administrator for it.";
pub const REAUTHENTICATION_REQUIRED: &str = "Confirm your password first: call POST /api/reauthenticate, then repeat \
    this request with the token that it returns. That token is accepted here for ten minutes.";
pub const SECOND_FACTOR_REQUIRED: &str =
    "Send a code of the authenticator app with this `challenge` to POST /api/login/verify within ten minutes.";
pub const CODE_REJECTED: &str =
    "The code is wrong or was used before, or the challenge is not valid any more: log in again.";
pub const SECOND_FACTOR_IS_ON: &str = "This account has a second factor already. Remove it first.";
pub const VALIDATION: &str = "The request has invalid values. See `fields` for the reasons.";
pub const MALFORMED: &str = "The body could not be read. Send JSON with the documented members and types.";
pub const NOT_FOUND: &str = "Nothing was found here. Check the path and its id.";
pub const METHOD_NOT_ALLOWED: &str = "This path does not support the method. See the `Allow` header.";

pub const PASSWORD_OR_CODE: &str = "Send either the password or a code.";
pub const LIMIT_INVALID: &str = "Use a number from 1 to 100.";
pub const AFTER_INVALID: &str = "Use the `next` of the previous page.";

pub const REGISTRATION_RECEIVED: &str = "Check your mail: our email explains the next step.";
pub const RESET_RECEIVED: &str =
    "If an account has this email address, we have sent it an email that explains the next step.";

/// The response of the protected endpoint. The wording is a contract with existing clients.
#[must_use]
pub fn protected(username: &str) -> String {
    format!("protected endpoint (allowed usr {username})")
}
