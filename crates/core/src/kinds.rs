//! Closed sets that the database stores as words.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use latchkey_types::SiteCode;
use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, DeriveValueType, Iterable};
use serde::{Deserialize, Serialize};

/// Where a session and its tokens belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// In the cookie of a browser, and nowhere else (ASVS 3.3.4).
    Web,
    /// As Bearer, and nowhere else.
    Api,
}

/// What the token of an email is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Purpose {
    /// To confirm a registration.
    Registration,
    /// To set a new password.
    Reset,
    /// To confirm a new address.
    EmailChange,
    /// To keep the old address.
    EmailStop,
}

impl Purpose {
    /// Each of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }
}

/// Which email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Template {
    /// To who registered: confirm it.
    Confirm,
    /// To an address that somebody registered with, and that has an account.
    AlreadyRegistered,
    /// To who forgot the password.
    Reset,
    /// The password was changed.
    PasswordChanged,
    /// To a new address: confirm it.
    ConfirmNewAddress,
    /// To the old address: another one is to take its place.
    AddressChangeNotice,
    /// A copy of a token was used; the session was ended.
    TokenReuse,
    /// Somebody logged in on a device not seen before.
    NewSignIn,
    /// One of the application; the column `site_code` tells which.
    Site,
    /// No email: a row that is dropped, so that known and unknown addresses are written alike.
    #[sea_orm(string_value = "nothing")]
    Noop,
}

/// Why a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RevokedReason {
    /// Its owner logged out.
    #[sea_orm(string_value = "logout")]
    Logout,
    /// It made room for its successor in the same browser.
    #[sea_orm(string_value = "superseded")]
    Superseded,
    /// The account has too many sessions; this was the longest unused one.
    #[sea_orm(string_value = "too many sessions")]
    TooManySessions,
    /// Its owner ended it from another session.
    #[sea_orm(string_value = "ended by its owner")]
    EndedByOwner,
    /// An administrator ended it.
    #[sea_orm(string_value = "ended by an administrator")]
    EndedByAdministrator,
    /// The account was deactivated.
    #[sea_orm(string_value = "deactivated")]
    Deactivated,
    /// The password was changed.
    #[sea_orm(string_value = "password changed")]
    PasswordChanged,
    /// The password was reset by a link.
    #[sea_orm(string_value = "password reset")]
    PasswordReset,
    /// A rotated token was used again.
    #[sea_orm(string_value = "reuse")]
    Reuse,
}

impl fmt::Display for RevokedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_value())
    }
}

/// What the audit records, named as in OWASP's logging vocabulary where that has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AuditKind {
    /// An account was made.
    #[sea_orm(string_value = "user_created")]
    UserCreated,
    /// An account was activated or deactivated, or its address changed.
    #[sea_orm(string_value = "user_updated")]
    UserUpdated,
    /// Somebody wants an account and has yet to confirm it.
    #[sea_orm(string_value = "user_registration_requested")]
    RegistrationRequested,
    /// Somebody asked for a link to replace a password.
    #[sea_orm(string_value = "authn_password_reset_requested")]
    PasswordResetRequested,
    /// An account was given other roles.
    #[sea_orm(string_value = "authz_change")]
    AuthzChange,
    /// Somebody lacked the role for what they asked.
    #[sea_orm(string_value = "authz_fail")]
    AuthzFail,
    /// Somebody logged in.
    #[sea_orm(string_value = "authn_login_success")]
    LoginSuccess,
    /// Somebody failed to.
    #[sea_orm(string_value = "authn_login_fail")]
    LoginFail,
    /// An account was deleted.
    #[sea_orm(string_value = "user_deleted")]
    UserDeleted,
    /// A password was changed, by who knew it or by a link.
    #[sea_orm(string_value = "authn_password_change")]
    PasswordChanged,
    /// Somebody gave the password of their session again.
    #[sea_orm(string_value = "authn_reauth_success")]
    ReauthenticationSuccess,
    /// Somebody failed to.
    #[sea_orm(string_value = "authn_reauth_fail")]
    ReauthenticationFail,
    /// A session began.
    #[sea_orm(string_value = "session_created")]
    SessionCreated,
    /// A token was rotated.
    #[sea_orm(string_value = "session_renewed")]
    SessionRenewed,
    /// A rotated token was shown again and answered with the same successor.
    #[sea_orm(string_value = "session_renewed_again")]
    SessionRenewedAgain,
    /// A session ended before its time.
    #[sea_orm(string_value = "session_ended")]
    SessionEnded,
    /// An email could not be delivered for a day.
    #[sea_orm(string_value = "mail_fail")]
    MailFail,
    /// An old token was presented: somebody has a copy.
    #[sea_orm(string_value = "authn_token_reuse")]
    TokenReuse,
}

impl AuditKind {
    /// Whether the event is one that should not happen.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            Self::LoginFail | Self::MailFail | Self::ReauthenticationFail | Self::TokenReuse | Self::AuthzFail
        )
    }
}

/// The kind of a recorded event: of the login, of the application, or of a later release, whose rows an older one reads, too.
#[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum EventKind {
    /// Of the login.
    Login(AuditKind),
    /// Any other word.
    Other(String),
}

impl From<AuditKind> for EventKind {
    fn from(kind: AuditKind) -> Self {
        Self::Login(kind)
    }
}

impl From<&SiteCode> for EventKind {
    fn from(code: &SiteCode) -> Self {
        Self::Other(code.as_str().to_owned())
    }
}

impl FromStr for EventKind {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(AuditKind::try_from_value(&word.to_owned()).map_or_else(|_| Self::Other(word.to_owned()), Self::Login))
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login(kind) => f.write_str(&kind.to_value()),
            Self::Other(word) => f.write_str(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_another_release_are_read_and_written_as_they_are() {
        for word in ["authn_login_fail", "note_created", "authn_of_the_future"] {
            assert_eq!(word.parse::<EventKind>().map(|kind| kind.to_string()), Ok(word.to_owned()));
        }
        assert_eq!("authz_fail".parse(), Ok(EventKind::Login(AuditKind::AuthzFail)));
    }
}
