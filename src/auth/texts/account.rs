//! What people read of their own account.

use latchkey_types::EventKind;

/// The page, and the headline of the dialog, where the password is given again.
pub const CONFIRM: &str = "Confirm that it is you";
/// Why the password is asked for again.
pub const CONFIRM_LEAD: &str = "This changes who can get into your account, so we ask for your password first. \
    You are not asked again for ten minutes.";
/// The button that gives the password again.
pub const CONFIRM_BUTTON: &str = "Confirm";
/// While the password is compared.
pub const CONFIRMING: &str = "Confirming…";
/// The button that leaves everything as it is.
pub const CANCEL: &str = "Cancel";
/// What a form says that comes back after the password was given again.
pub const SEND_AGAIN: &str = "Thank you, that was your password. Nothing was changed yet: send this once more.";

/// The page of one's own account, and the link to it.
pub const ACCOUNT: &str = "Account";
/// Where an account has no address.
pub const NO_EMAIL: &str = "none";

/// The part of the page about the password.
pub const PASSWORD_SECTION: &str = "Password";
/// What changing it does.
pub const PASSWORD_LEAD: &str = "A new password logs you out everywhere else.";
/// The control for the password as it is.
pub const CURRENT_PASSWORD: &str = "Current password";
/// The control for the password as it will be.
pub const NEW_PASSWORD: &str = "New password";
/// The button that changes it.
pub const CHANGE_PASSWORD: &str = "Change password";
/// While it is being changed.
pub const CHANGING: &str = "Changing…";

/// What becomes of a new address, on the page of the account.
pub const EMAIL_LEAD: &str = "We write to the new address first. It counts once you have opened the link in that mail.";
/// The control for the address as it will be.
pub const NEW_EMAIL_ADDRESS: &str = "New e-mail address";
/// The button that asks for it.
pub const CHANGE_EMAIL: &str = "Change e-mail";

/// The part of the page about sessions.
pub const SESSIONS: &str = "Where you are logged in";
/// What to do about them.
pub const SESSIONS_LEAD: &str = "End what you do not recognise, then change your password.";
/// Marks the session that asks.
pub const THIS_ONE: &str = "This one";
/// Before the time of the last use of a session.
pub const LAST_USED: &str = "Last used";
/// Before the time of the beginning of a session.
pub const LOGGED_IN_SINCE: &str = "Logged in";
/// The button that ends a session; the device completes it for screen readers.
pub const END: &str = "End";
/// While sessions are being ended.
pub const ENDING: &str = "Ending…";
/// The button that ends every other session.
pub const END_OTHERS: &str = "End all others";

/// The part of the page about events.
pub const RECENT_EVENTS: &str = "Recent security events";
/// The column of browsers and systems.
pub const DEVICE: &str = "Device";
/// The column of addresses.
pub const ADDRESS: &str = "Address";
/// Where an event has no address.
pub const ON_THE_SERVER: &str = "on the server";

/// The part of the page, and the button, that deletes the account.
pub const DELETE_ACCOUNT: &str = "Delete account";
/// What that does.
pub const DELETE_LEAD: &str = "Your account, its sessions and its data are removed at once and can't be brought back. \
    The security log keeps what happened, without your name.";
/// The step before the button that does it.
pub const DELETE_GO_ON: &str = "I want to delete my account";
/// While it is being deleted.
pub const DELETING: &str = "Deleting…";

/// What happened to an account, to its owner.
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
        EventKind::PasswordResetRequested => "New password asked for",
        EventKind::LoggedOut => "Logged out",
        EventKind::SessionEnded => "Session ended",
        EventKind::TokenReused => "Copied session stopped",
    }
}
