//! What the JSON API says to people: clients go by `error`.

/// No `Authorization`.
pub const MISSING_TOKEN: &str = "There is no token. Send it as `Authorization: Bearer …`.";
/// Junk, or the token of something else.
pub const INVALID_TOKEN: &str = "This is not a token that can be used here. Log in to get one.";
/// A token of ours that is incomplete.
pub const MISSING_CLAIM: &str = "The token lacks a claim. Log in to get a new one.";
/// Past `exp`.
pub const EXPIRED_ACCESS: &str = "The token does not give access any more. Refresh it, or log in.";
/// More than a minute before `exp`.
pub const EARLY_REFRESH: &str = "The token gives access for more than a minute yet. Refresh it when it expires.";
/// Past `rf_exp`.
pub const EXPIRED_REFRESH: &str = "The token can't be refreshed any more. Log in to get a new one.";
/// The session is over.
pub const BLACKLISTED: &str = "This session has ended. Log in to begin a new one.";
/// A registration token as access token.
pub const MISUSED_REGISTRATION: &str =
    "This token is from the mail that confirms a registration. It is good for that alone.";
/// A reset token as access token.
pub const MISUSED_RESET: &str = "This token is from the mail that resets a password. It is good for that alone.";
/// Unknown, used or old.
pub const INVALID_REGISTRATION: &str = "This registration token is unknown, too old or was used before.";
/// Unknown, used or old.
pub const INVALID_RESET: &str = "This reset token is unknown, too old or was used before.";
/// The account was deleted.
pub const MISSING_USER: &str = "The account of this token does not exist any more.";
/// A role is lacking.
pub const MISSING_ROLE: &str = "This account does not have the role that this needs.";
/// The password was last given more than ten minutes ago.
pub const REAUTHENTICATION_REQUIRED: &str =
    "Give the password again first: POST /api/reauthenticate. What it returns is good for this for ten minutes.";
/// At least one field.
pub const VALIDATION: &str = "What was sent was understood and refused. `fields` says why.";
/// Not JSON, or of other types.
pub const MALFORMED: &str =
    "The body could not be read. It must be JSON with the members and types that the documentation names.";
/// Nothing there.
pub const NOT_FOUND: &str = "There is nothing at this address.";
/// Something there, by another method.
pub const METHOD_NOT_ALLOWED: &str = "This address does not take that method. `Allow` names those that it takes.";

/// Not a number of accounts.
pub const LIMIT_INVALID: &str = "Ask for 1 to 100.";
/// Not the `next` of a page.
pub const AFTER_INVALID: &str = "Send what an earlier page gave as `next`.";

/// What is said of a registration whose confirmation is on its way by mail, or would be.
pub const REGISTRATION_RECEIVED: &str = "Check your mail: the message that we sent tells how to go on.";

/// What is said of a forgotten password, whatever the address.
pub const RESET_RECEIVED: &str = "If an account has this address, a message to it tells how to go on.";

/// What the protected endpoint answers, word for word as its predecessor did.
#[must_use]
pub fn protected(username: &str) -> String {
    format!("protected endpoint (allowed usr {username})")
}
