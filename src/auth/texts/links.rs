//! Texts of the pages that email links open, and of those that request an email.

#![expect(missing_docs, reason = "the texts are their own documentation")]

use latchkey_types::Notice;

pub const FINALIZE: &str = "Confirm your account";
/// Followed by the username and [`FINALIZE_LEAD_END`].
pub const FINALIZE_LEAD: &str = "Enter the password that you chose for ";
pub const FINALIZE_LEAD_END: &str = ". It shows that the registration is yours.";
pub const NOT_YOU: &str = "If you did not register, close this page. No account is created without the password.";
pub const CONFIRM_ACCOUNT: &str = "Confirm account";
pub const CONFIRMING_ACCOUNT: &str = "Confirming…";

pub const RESEND: &str = "Send the confirmation again";
pub const RESEND_LEAD: &str = "Enter the email address that you registered with.";
pub const SEND_LINK: &str = "Send link";
pub const SENDING_LINK: &str = "Sending…";
/// Before the link to [`RESEND`].
pub const NO_MAIL_YET: &str = "No email?";

pub const RESET: &str = "Reset your password";
pub const RESET_LEAD: &str = "Enter the email address of your account. We will send you a link to set a new password.";
pub const FORGOT_PASSWORD: &str = "Forgot your password?";

pub const LOGIN_BY_EMAIL: &str = "Log in by email";
pub const LOGIN_BY_EMAIL_LEAD: &str =
    "Enter the email address of your account. We will send you a link that logs you in. It works for 15 minutes.";
/// Followed by the username.
pub const LOGIN_LINK_LEAD: &str = "Log in to the account ";
/// Follows [`belongs_to_another`] on the page of a link that logs in.
pub const LOGIN_FOR_OTHER: &str = "It logs you out of your account here, and logs you in to that one.";

pub const CHOOSE_PASSWORD: &str = "Choose a new password";
/// Followed by the username and [`CHOOSE_PASSWORD_LEAD_END`].
pub const CHOOSE_PASSWORD_LEAD: &str = "For the account ";
pub const CHOOSE_PASSWORD_LEAD_END: &str = ". A new password logs you out everywhere.";
pub const PASSWORD_CONFIRMATION: &str = "Repeat password";
pub const SAVE_PASSWORD: &str = "Save password";
pub const SAVING_PASSWORD: &str = "Saving…";

pub const NEW_EMAIL: &str = "Confirm your new email address";
/// Followed by the email address, [`FOR_THE_ACCOUNT`] and the username.
pub const NEW_EMAIL_LEAD: &str = "Confirm that you want to use ";
pub const FOR_THE_ACCOUNT: &str = " for the account ";
pub const CONFIRM_ADDRESS: &str = "Confirm address";
pub const CONFIRMING_ADDRESS: &str = "Confirming…";

pub const KEEP_EMAIL: &str = "Keep your email address";
/// Followed by the new email address, [`FOR_THE_ACCOUNT`] and the username.
pub const KEEP_EMAIL_LEAD: &str = "Someone asked to use ";
pub const KEEP_EMAIL_ADVICE: &str =
    "If it was not you, someone knows your password. Keep your address, then reset your password.";
pub const KEEP_ADDRESS: &str = "Keep my address";
pub const KEEPING_ADDRESS: &str = "Keeping…";

pub const DEAD_LINK: &str = "This link no longer works";
pub const ASK_FOR_ANOTHER: &str = "Request a new link";

/// Follows [`belongs_to_another`] on the page that confirms a registration.
pub const FINALIZE_FOR_OTHER: &str = "Confirming it logs you out of your account here, and logs you in to that one.";
/// Follows [`belongs_to_another`] on the other pages.
pub const LINK_FOR_OTHER: &str = "It changes nothing in your own account, and you stay logged in.";

/// Says that a link belongs to another account than the one that is logged in.
#[must_use]
pub fn belongs_to_another(user: &str, owner: &str) -> String {
    format!("You are logged in as {user}. This link belongs to another account: {owner}.")
}

/// The notice after a link was used that belongs to another account than the one that is logged in.
#[must_use]
pub fn of_other_account(user: &str, owner: &str, notice: &Notice) -> String {
    let done = match notice {
        Notice::PasswordSet => "Its new password is saved, and it is logged out everywhere.",
        Notice::AddressChanged => "Its new email address is confirmed.",
        Notice::AddressKept => "Its email address has not changed.",
        _ => "",
    };
    let text = format!("{} {done}", belongs_to_another(user, owner));
    format!("{} Your own account is unchanged.", text.trim_end())
}

/// The notice after an account was confirmed in a browser in which another one was logged in.
#[must_use]
pub fn welcome_instead(username: &str, previous: &str) -> String {
    format!("{} You were logged in as {previous} before. That session has ended.", welcome(username))
}

/// The notice after an account was confirmed.
#[must_use]
pub fn welcome(username: &str) -> String {
    format!("Welcome, {username}. Your account is confirmed.")
}
