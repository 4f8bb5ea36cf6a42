//! Texts of notices: emails about what has happened.

use super::{MailText, SignInDetails, greeting, origin, unlinked};

/// Tells that the password was changed.
#[must_use]
pub fn password_changed(product: &str, username: &str, moment: &str, reset: String) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Your {product} password was changed"),
        opening: vec![
            greeting(username),
            format!("The password of your account {name} was changed on {moment}."),
            "If it was you, there is nothing to do. If it was not you, set a new password now:".to_owned(),
        ],
        action: Some(("Set a new password", reset)),
        closing: Vec::new(),
    }
}

/// Tells that something about the second factor has happened: the begin of a sentence that the account completes.
#[must_use]
pub fn second_factor(product: &str, username: &str, what: &str, moment: &str, reset: String) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("{what} your {product} account"),
        opening: vec![
            greeting(username),
            format!("{what} your account {name} on {moment}."),
            "If it was you, there is nothing to do. If it was not you, someone knows your password: set a new one now."
                .to_owned(),
        ],
        action: Some(("Set a new password", reset)),
        closing: Vec::new(),
    }
}

/// Tells that a session was ended because its token was reused.
#[must_use]
pub fn token_reuse(product: &str, username: &str, from: &SignInDetails, login: String) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("A session of your {product} account was ended"),
        opening: vec![
            greeting(username),
            format!(
                "A session of your account {name} was used from two places, so someone may have copied it. We have \
                 ended it in both places."
            ),
            origin(from),
            "Log in again and check your sessions. If you do not recognise one, change your password:".to_owned(),
        ],
        action: Some(("Log in", login)),
        closing: vec!["Restoring a browser from a backup can also be the reason.".to_owned()],
    }
}

/// Tells that a session is used from another device and network.
#[must_use]
pub fn session_moved(product: &str, username: &str, from: &SignInDetails, account: String) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("A session of your {product} account is used elsewhere"),
        opening: vec![
            greeting(username),
            format!("A session of your account {name} continues on another device and in another network than before."),
            origin(from),
            "If this was not you, end the session and change your password:".to_owned(),
        ],
        action: Some(("Check your sessions", account)),
        closing: vec!["If you moved a browser profile to another computer, you can ignore this email.".to_owned()],
    }
}

/// Tells that new devices can't log in because of failed logins.
#[must_use]
pub fn logins_locked(product: &str, username: &str, moment: &str, reset: String) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Many failed logins to your {product} account"),
        opening: vec![
            greeting(username),
            format!(
                "Someone, perhaps you, tried to log in to your account {name} with wrong passwords, again and again, \
                 until {moment}. We have stopped comparing passwords of this kind of login, so nobody can go on guessing."
            ),
            "In browsers that you have used before you can log in as always. To log in from another one, set a new \
             password first:"
                .to_owned(),
        ],
        action: Some(("Set a new password", reset)),
        closing: vec!["If you did not forget your password, you can keep it. Nobody has found it out.".to_owned()],
    }
}

/// Tells that somebody logged in on a device not seen before.
#[must_use]
pub fn new_sign_in(product: &str, username: &str, from: &SignInDetails, reset: String) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("New sign-in to your {product} account"),
        opening: vec![
            greeting(username),
            format!("Someone logged in to your account {name} on a device that was not used for it before."),
            origin(from),
            "If it was you, there is nothing to do. If it was not you, set a new password, which ends all sessions:"
                .to_owned(),
        ],
        action: Some(("Set a new password", reset)),
        closing: Vec::new(),
    }
}
