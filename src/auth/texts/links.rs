//! What the pages say that mails lead to, and those that ask for a mail.

/// The page and the button that confirm a registration.
pub const FINALIZE: &str = "Confirm your account";
/// What the page of a confirmation says below its headline; [`FINALIZE_LEAD_END`] ends it after the name.
pub const FINALIZE_LEAD: &str = "Enter the password that you chose for ";
/// The end of [`FINALIZE_LEAD`].
pub const FINALIZE_LEAD_END: &str = ". It shows that it was you who registered.";
/// What to do about a registration by somebody else.
pub const NOT_YOU: &str = "You did not register? Then close this page: without the password nothing happens.";
/// The button that confirms a registration.
pub const CONFIRM_ACCOUNT: &str = "Confirm account";
/// While a confirmation is on its way.
pub const CONFIRMING_ACCOUNT: &str = "Confirming…";

/// The page where a confirmation is sent again.
pub const RESEND: &str = "Send the confirmation again";
/// What that page says below its headline.
pub const RESEND_LEAD: &str = "Enter the e-mail address that you registered with.";
/// The button that sends a mail.
pub const SEND_LINK: &str = "Send link";
/// While a mail is asked for.
pub const SENDING_LINK: &str = "Sending…";
/// Before the link to [`RESEND`].
pub const NO_MAIL_YET: &str = "No mail?";

/// The page where a link for a new password is asked for.
pub const RESET: &str = "Reset your password";
/// What that page says below its headline.
pub const RESET_LEAD: &str = "Enter the e-mail address of your account. We send you a link to choose a new password.";
/// The link to [`RESET`] on the login.
pub const FORGOT_PASSWORD: &str = "Forgot your password?";

/// The page and the button that set a new password.
pub const CHOOSE_PASSWORD: &str = "Choose a new password";
/// What that page says below its headline; [`CHOOSE_PASSWORD_LEAD_END`] ends it after the name.
pub const CHOOSE_PASSWORD_LEAD: &str = "For the account ";
/// The end of [`CHOOSE_PASSWORD_LEAD`].
pub const CHOOSE_PASSWORD_LEAD_END: &str = ". It is logged out everywhere when you save.";
/// The control for the second writing of a password.
pub const PASSWORD_CONFIRMATION: &str = "Repeat password";
/// The button that saves a password.
pub const SAVE_PASSWORD: &str = "Save password";
/// While a password is being saved.
pub const SAVING_PASSWORD: &str = "Saving…";

/// The page where a new address is confirmed.
pub const NEW_EMAIL: &str = "Confirm your new e-mail address";
/// What that page says, before the address.
pub const NEW_EMAIL_LEAD: &str = "From now on we write to ";
/// What that page says, between the address and the name.
pub const FOR_THE_ACCOUNT: &str = " for the account ";
/// The button that confirms a new address.
pub const CONFIRM_ADDRESS: &str = "Confirm address";
/// While a new address is being confirmed.
pub const CONFIRMING_ADDRESS: &str = "Confirming…";

/// The page where an old address is kept.
pub const KEEP_EMAIL: &str = "Keep your e-mail address";
/// What that page says, before the address that was asked for.
pub const KEEP_EMAIL_LEAD: &str = "Somebody asked to write to ";
/// What to do beside keeping the address.
pub const KEEP_EMAIL_ADVICE: &str = "If it was not you, somebody knows your password: keep the address, then reset it.";
/// The button that keeps an old address.
pub const KEEP_ADDRESS: &str = "Keep my address";
/// While that is on its way.
pub const KEEPING_ADDRESS: &str = "Keeping it…";

/// Instead of the form of a link that opens nothing any more.
pub const DEAD_LINK: &str = "This link does not work any more";
/// The way to another link.
pub const ASK_FOR_ANOTHER: &str = "Ask for another link";

/// What is said to somebody whose account was confirmed.
#[must_use]
pub fn welcome(username: &str) -> String {
    format!("Welcome, {username}. Your account is confirmed.")
}
