//! Enums that the database stores as strings.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use latchkey_types::SiteCode;
use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, DeriveValueType, Iterable};
use serde::{Deserialize, Serialize};

/// Where the tokens of a session are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// In the session cookie only (ASVS 3.3.4).
    Web,
    /// As a Bearer token only.
    Api,
}

/// The purpose of an email token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Purpose {
    /// Confirms a registration.
    Registration,
    /// Sets a new password.
    Reset,
    /// Logs in.
    Login,
    /// Confirms a new email address.
    EmailChange,
    /// Cancels an email change; sent to the old address.
    EmailStop,
}

impl Purpose {
    /// Iterates over all purposes.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }
}

/// The template of an email in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Template {
    /// Asks to confirm a registration.
    Confirm,
    /// Tells the owner of an account that someone used its address for another account.
    AlreadyRegistered,
    /// Link to set a new password.
    Reset,
    /// Link to log in.
    LoginLink,
    /// Notice that the password was changed.
    PasswordChanged,
    /// Asks the new address to confirm an email change.
    ConfirmNewAddress,
    /// Notice of an email change to the old address, with a link to cancel it.
    AddressChangeNotice,
    /// Notice that a session was revoked because a copy of its token was used.
    TokenReuse,
    /// Notice of a login on a new device.
    NewSignIn,
    /// Notice that the token of a session was renewed from another device and network.
    SessionMoved,
    /// Notice that so many logins failed that only known devices and a password reset lead in.
    LoginsLocked,
    /// Notice that an authenticator app was added.
    FactorAdded,
    /// Notice that the second factor was removed.
    FactorRemoved,
    /// Notice that a passkey was added.
    PasskeyAdded,
    /// Notice that a passkey was removed.
    PasskeyRemoved,
    /// Notice that a copy of a passkey was used.
    PasskeyCopied,
    /// Notice that a recovery code was used.
    RecoveryCodeUsed,
    /// An email of the application; the column `site_code` tells which one.
    Site,
    /// No email. Queued so that known and unknown addresses cause the same writes; the worker discards it.
    #[sea_orm(string_value = "nothing")]
    Noop,
}

/// Why a session was revoked before it expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RevokedReason {
    /// The user logged out.
    #[sea_orm(string_value = "logout")]
    Logout,
    /// A new session of the same client replaced it.
    #[sea_orm(string_value = "superseded")]
    Superseded,
    /// The account had too many sessions; this was the least recently used one.
    #[sea_orm(string_value = "too many sessions")]
    TooManySessions,
    /// The user ended it from another session.
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
    /// The password was reset by an email link.
    #[sea_orm(string_value = "password reset")]
    PasswordReset,
    /// A rotated token was reused.
    #[sea_orm(string_value = "reuse")]
    Reuse,
}

impl fmt::Display for RevokedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_value())
    }
}

/// Kinds of audit events, named after the OWASP logging vocabulary where it has a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AuditKind {
    /// An account was created.
    #[sea_orm(string_value = "user_created")]
    UserCreated,
    /// An account was activated or deactivated, or an email change was requested, confirmed or cancelled.
    #[sea_orm(string_value = "user_updated")]
    UserUpdated,
    /// A registration was submitted and awaits confirmation.
    #[sea_orm(string_value = "user_registration_requested")]
    RegistrationRequested,
    /// A password reset link was requested.
    #[sea_orm(string_value = "authn_password_reset_requested")]
    PasswordResetRequested,
    /// A link to log in was requested.
    #[sea_orm(string_value = "authn_login_link_requested")]
    LoginLinkRequested,
    /// The roles of an account were changed.
    #[sea_orm(string_value = "authz_change")]
    AuthzChange,
    /// A user lacked the role for a page, a function or an endpoint.
    #[sea_orm(string_value = "authz_fail")]
    AuthzFail,
    /// A login succeeded.
    #[sea_orm(string_value = "authn_login_success")]
    LoginSuccess,
    /// A login failed.
    #[sea_orm(string_value = "authn_login_fail")]
    LoginFail,
    /// An account was deleted.
    #[sea_orm(string_value = "user_deleted")]
    UserDeleted,
    /// A password was changed by its owner, or by an email link.
    #[sea_orm(string_value = "authn_password_change")]
    PasswordChanged,
    /// A user entered the password again.
    #[sea_orm(string_value = "authn_reauth_success")]
    ReauthenticationSuccess,
    /// A user entered a wrong password when asked for it again.
    #[sea_orm(string_value = "authn_reauth_fail")]
    ReauthenticationFail,
    /// An authenticator app was added.
    #[sea_orm(string_value = "authn_factor_added")]
    FactorAdded,
    /// The second factor was removed.
    #[sea_orm(string_value = "authn_factor_removed")]
    FactorRemoved,
    /// A passkey was added.
    #[sea_orm(string_value = "authn_passkey_added")]
    PasskeyAdded,
    /// A passkey was removed.
    #[sea_orm(string_value = "authn_passkey_removed")]
    PasskeyRemoved,
    /// The signature counter of a passkey went back: somebody has a copy.
    #[sea_orm(string_value = "authn_passkey_copied")]
    PasskeyCopied,
    /// A recovery code was used.
    #[sea_orm(string_value = "authn_recovery_code_used")]
    RecoveryCodeUsed,
    /// The recovery codes were replaced.
    #[sea_orm(string_value = "authn_recovery_codes_renewed")]
    RecoveryCodesRenewed,
    /// A session was created.
    #[sea_orm(string_value = "session_created")]
    SessionCreated,
    /// A token was rotated.
    #[sea_orm(string_value = "session_renewed")]
    SessionRenewed,
    /// A rotated token was presented again and answered with the same successor.
    #[sea_orm(string_value = "session_renewed_again")]
    SessionRenewedAgain,
    /// A token was rotated for another device and another network than before.
    #[sea_orm(string_value = "session_moved")]
    SessionMoved,
    /// A session was revoked.
    #[sea_orm(string_value = "session_ended")]
    SessionEnded,
    /// An email was given up after a day of failed attempts.
    #[sea_orm(string_value = "mail_fail")]
    MailFail,
    /// A rotated token was reused: someone has a copy.
    #[sea_orm(string_value = "authn_token_reuse")]
    TokenReuse,
}

impl AuditKind {
    /// Whether events of this kind have the outcome `failure`.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            Self::LoginFail
                | Self::PasskeyCopied
                | Self::MailFail
                | Self::ReauthenticationFail
                | Self::TokenReuse
                | Self::AuthzFail
        )
    }
}

/// The kind of an audit event: of the login, of the application, or of a later release on the same database.
#[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum EventKind {
    /// A kind of the login.
    Login(AuditKind),
    /// Any other kind, kept as it is.
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
