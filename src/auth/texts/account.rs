//! Texts of the account page.

#![expect(missing_docs, reason = "the texts are their own documentation")]

use latchkey_types::EventKind;

pub const ACCOUNT_SECTIONS: &str = "Sections of this page";
pub const CONFIRM: &str = "Confirm that it is you";
pub const CONFIRM_LEAD: &str = "This is a sensitive change, so we ask for your password first. \
    We do not ask again for ten minutes.";
pub const CONFIRM_BUTTON: &str = "Confirm";
pub const CONFIRMING: &str = "Confirming…";
pub const CANCEL: &str = "Cancel";
pub const SEND_AGAIN: &str = "Password confirmed. Nothing has changed yet: submit the form again.";

pub const ACCOUNT: &str = "Account";
pub const NO_EMAIL: &str = "None";

pub const PASSWORD_SECTION: &str = "Password";
pub const PASSWORD_LEAD: &str = "Changing your password logs you out everywhere else.";
pub const CURRENT_PASSWORD: &str = "Current password";
pub const NEW_PASSWORD: &str = "New password";
pub const CHANGE_PASSWORD: &str = "Change password";
pub const CHANGING: &str = "Changing…";

pub const EMAIL_LEAD: &str = "We send a link to the new address. Your email changes once you have confirmed it there.";
pub const NEW_EMAIL_ADDRESS: &str = "New email address";
pub const CHANGE_EMAIL: &str = "Change email";

pub const SESSIONS: &str = "Where you are logged in";
pub const SESSIONS_LEAD: &str = "End sessions that you do not recognise, then change your password.";
pub const THIS_ONE: &str = "This one";
pub const LAST_USED: &str = "Last used";
pub const LOGGED_IN_SINCE: &str = "Logged in";
/// Completed by the device for screen readers.
pub const END: &str = "End";
pub const ENDING: &str = "Ending…";
pub const END_OTHERS: &str = "End all others";

pub const RECENT_EVENTS: &str = "Recent security events";
pub const DEVICE: &str = "Device";
pub const ADDRESS: &str = "IP address";
/// In place of a device and an IP address, if events came from several of them.
pub const SEVERAL: &str = "Several";
/// In place of an IP address, for commands.
pub const ON_THE_SERVER: &str = "On the server";

pub const DELETE_ACCOUNT: &str = "Delete account";
pub const DELETE_LEAD: &str = "Your account, its sessions and its data are deleted at once. This can't be undone. \
    The security log keeps the events, without your name.";
pub const DELETE_GO_ON: &str = "I want to delete my account";
pub const DELETING: &str = "Deleting…";

/// The number of events in a row, if it is more than one.
#[must_use]
pub fn times(count: i64) -> Option<String> {
    (count > 1).then(|| format!(", {count} times"))
}

/// The text of an event for the owner of the account.
#[must_use]
pub fn of_event(kind: EventKind) -> &'static str {
    match kind {
        EventKind::AccountCreated => "Account created",
        EventKind::AccountChanged => "Account changed",
        EventKind::LoggedIn => "Logged in",
        EventKind::LoginFailed => "Failed login",
        EventKind::PasswordConfirmed => "Password confirmed",
        EventKind::PasswordNotConfirmed => "Password not confirmed",
        EventKind::PasswordChanged => "Password changed",
        EventKind::PasswordResetRequested => "Password reset requested",
        EventKind::LoggedOut => "Logged out",
        EventKind::FactorAdded => "Authenticator app added",
        EventKind::FactorRemoved => "Second factor removed",
        EventKind::PasskeyAdded => "Passkey added",
        EventKind::PasskeyRemoved => "Passkey removed",
        EventKind::PasskeyCopied => "Copied passkey refused",
        EventKind::RecoveryCodeUsed => "Recovery code used",
        EventKind::RecoveryCodesRenewed => "New recovery codes",
        EventKind::SessionEnded => "Session ended",
        EventKind::SessionMoved => "Session used elsewhere",
        EventKind::TokenReused => "Copied session ended",
    }
}
