//! Data of a user's own account.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Roles;

/// A user's own account, with its live sessions and recent events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOverview {
    /// The username in its original case.
    pub username: String,
    /// The email address in its original case.
    pub email: Option<String>,
    /// The current roles.
    pub roles: Roles,
    /// Live sessions, most recently used first.
    pub sessions: Vec<SessionSummary>,
    /// Recent security events, newest first. Failures of one kind between two other events are one entry.
    pub events: Vec<SecurityEvent>,
}

/// The second factor of a user's own account.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Whether a login needs a code.
    pub is_on: bool,
    /// Whether the user must have one.
    pub is_required: bool,
    /// The number of unused recovery codes.
    pub codes_left: u64,
    /// The app that is being set up.
    pub setup: Option<TotpSetup>,
    /// Recovery codes that their owner has not seen yet.
    pub new_codes: Vec<String>,
    /// The passkeys; `None` if they do not work here.
    pub passkeys: Option<Vec<PasskeySummary>>,
    /// Devices on which a login needs no code, latest first.
    pub trusted: Vec<TrustedDevice>,
}

/// A device on which a login of a user's own account needs no code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedDevice {
    /// Names the device in forms.
    pub id: String,
    /// Browser and operating system.
    pub name: String,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds.
    pub expires_at: i64,
}

/// A passkey of a user's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeySummary {
    /// Names the passkey in forms and the API.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds; `None` before the first use.
    pub last_used_at: Option<i64>,
}

/// What an authenticator app needs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpSetup {
    /// The secret, in base32.
    pub secret: String,
    /// The URL of the QR code: `otpauth://…`.
    pub url: String,
    /// The QR code.
    pub qr: QrPath,
}

/// A QR code as a path of SVG.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrPath {
    /// Width and height.
    pub size: u32,
    /// The value of the attribute `d`.
    pub path: String,
}

/// Hides the secrets.
impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor").field("is_on", &self.is_on).finish_non_exhaustive()
    }
}

/// Hides the secret.
impl fmt::Debug for TotpSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpSetup").finish_non_exhaustive()
    }
}

/// Hides the code, which contains a secret.
impl fmt::Debug for QrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QrPath").field("size", &self.size).finish_non_exhaustive()
    }
}

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// `sessions.id`: identifies the session, grants no access.
    pub id: String,
    /// Browser and operating system.
    pub device: String,
    /// IP address of the last use.
    pub address: String,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds, accurate to a minute.
    pub last_seen_at: i64,
    /// Whether this is the session of the request.
    pub is_current: bool,
}

/// A security event of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Unix time in seconds, accurate to a minute if there are several events.
    pub at: i64,
    /// The kind of the event.
    pub kind: EventKind,
    /// The number of events.
    pub count: i64,
    /// Whether the events came from several devices or IP addresses. `device` and `address` are those of the latest.
    pub has_several_sources: bool,
    /// Browser and operating system of the client.
    pub device: String,
    /// IP address of the client; empty for the command line.
    pub address: String,
}

/// Security events that the owner of an account sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// The account was created.
    AccountCreated,
    /// The account was activated or deactivated, or its roles or email address changed.
    AccountChanged,
    /// A login succeeded.
    LoggedIn,
    /// A login failed.
    LoginFailed,
    /// The password was entered again.
    PasswordConfirmed,
    /// A wrong password was entered when asked for it again.
    PasswordNotConfirmed,
    /// A password reset link was requested.
    PasswordResetRequested,
    /// The password was changed.
    PasswordChanged,
    /// The user logged out.
    LoggedOut,
    /// An authenticator app was added.
    FactorAdded,
    /// The second factor was removed.
    FactorRemoved,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// The recovery codes were replaced.
    RecoveryCodesRenewed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A copy of a passkey was used.
    PasskeyCopied,
    /// A session was revoked.
    SessionEnded,
    /// A session continued on another device and in another network.
    SessionMoved,
    /// A rotated token was reused: someone had a copy.
    TokenReused,
}
