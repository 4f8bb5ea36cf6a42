//! What people read of their own account.

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
