//! What emails say. `product` is the name of the application.
//!
//! Invariant: plain texts. [`super::layout`] lays them out and escapes them.

/// What a mail says, part by part.
#[derive(Debug)]
pub struct MailText {
    /// The subject; ASCII, so that it stands in the header as it is.
    pub subject: String,
    /// Paragraphs, the greeting first.
    pub opening: Vec<String>,
    /// What to do, if anything: the words of the button, and where it leads.
    pub action: Option<(&'static str, String)>,
    /// Paragraphs below that.
    pub closing: Vec<String>,
}

/// With what and from where somebody came.
#[derive(Debug)]
pub struct SignInDetails {
    /// Browser and system.
    pub device: String,
    /// The address.
    pub ip: String,
    /// When, as text.
    pub moment: String,
}

/// Below every mail.
#[must_use]
pub fn footer(product: &str, site: &str) -> String {
    format!("Sent by {product} at {site}. Nobody reads answers to this mail.")
}

fn greeting(username: &str) -> String {
    format!("Hello {username},")
}

fn until(moment: &str) -> String {
    format!("The link works once, until {moment}.")
}

fn origin(origin: &SignInDetails) -> String {
    format!("Device: {}. Address: {}. Time: {}.", origin.device, origin.ip, origin.moment)
}

/// To who registered.
#[must_use]
pub fn confirm(product: &str, username: &str, link: String, end: &str) -> MailText {
    MailText {
        subject: format!("Confirm your {product} account"),
        opening: vec![
            greeting(username),
            format!(
                "an account called {username} was registered with this e-mail address. Open this link and give the \
                 password that you chose, and the account is yours:"
            ),
        ],
        action: Some(("Confirm the account", link)),
        closing: vec![
            until(end),
            "If it was not you, do nothing: without the link and the password there will be no such account, and this \
             address stays free for yours."
                .to_owned(),
        ],
    }
}

/// To an address that somebody registered with, and that has an account.
#[must_use]
pub fn already_registered(product: &str, username: &str, login: String, reset: &str) -> MailText {
    MailText {
        subject: format!("You already have a {product} account"),
        opening: vec![
            greeting(username),
            format!(
                "somebody, perhaps you, wanted to use this e-mail address for an account. It belongs to your account \
                 {username} already. Log in with it:"
            ),
        ],
        action: Some(("Log in", login)),
        closing: vec![
            format!("If you forgot the password, set a new one at {reset}"),
            "If it was not you, do nothing: your account is as it was, and whoever it was learned nothing of it."
                .to_owned(),
        ],
    }
}

/// To who forgot the password.
#[must_use]
pub fn reset(product: &str, username: &str, link: String, end: &str) -> MailText {
    MailText {
        subject: format!("Set a new {product} password"),
        opening: vec![
            greeting(username),
            format!("somebody, hopefully you, asked to set a new password for your account {username}. Set it here:"),
        ],
        action: Some(("Set a new password", link)),
        closing: vec![
            until(end),
            "A link that you asked for earlier does not work any more. Setting a new password ends every session."
                .to_owned(),
            "If it was not you, do nothing: your password stays as it is.".to_owned(),
        ],
    }
}

/// The password was changed.
#[must_use]
pub fn password_changed(product: &str, username: &str, moment: &str, reset: String) -> MailText {
    MailText {
        subject: format!("Your {product} password was changed"),
        opening: vec![
            greeting(username),
            format!("the password of your account {username} was changed ({moment})."),
            "If it was you, all is well. If it was not, set a new one at once:".to_owned(),
        ],
        action: Some(("Set a new password", reset)),
        closing: Vec::new(),
    }
}

/// To a new address.
#[must_use]
pub fn confirm_new_address(product: &str, username: &str, link: String, end: &str) -> MailText {
    MailText {
        subject: format!("Confirm your new {product} e-mail address"),
        opening: vec![
            greeting(username),
            format!("this is to be the e-mail address of your account {username} from now on. Confirm it here:"),
        ],
        action: Some(("Confirm the address", link)),
        closing: vec![
            until(end),
            "If you have no such account, do nothing: the address is not used without the link.".to_owned(),
        ],
    }
}

/// To the old address.
#[must_use]
pub fn address_change_notice(product: &str, username: &str, link: String, end: &str) -> MailText {
    MailText {
        subject: format!("Your {product} e-mail address is to be changed"),
        opening: vec![
            greeting(username),
            format!(
                "another e-mail address was given for your account {username}. It takes the place of this one as soon \
                 as it is confirmed. If it was you, there is nothing to do here. If it was not, stop it:"
            ),
        ],
        action: Some(("Keep this address", link)),
        closing: vec![
            until(end),
            "Whoever asked for it was logged in and knew your password: change it, too.".to_owned(),
        ],
    }
}

/// A copy of a token was used.
#[must_use]
pub fn token_reuse(product: &str, username: &str, from: &SignInDetails, login: String) -> MailText {
    MailText {
        subject: format!("A {product} session of yours was ended"),
        opening: vec![
            greeting(username),
            format!(
                "one session of your account {username} was used from two places at once, as if somebody had a copy of \
                 it. It was ended, for both."
            ),
            origin(from),
            "Log in again, look through your sessions, and change your password if any of them is not yours:"
                .to_owned(),
        ],
        action: Some(("Log in", login)),
        closing: vec!["A browser that was put back from a backup can be the reason, too.".to_owned()],
    }
}

/// Somebody logged in on a device not seen before.
#[must_use]
pub fn new_sign_in(product: &str, username: &str, from: &SignInDetails, reset: String) -> MailText {
    MailText {
        subject: format!("New sign-in to your {product} account"),
        opening: vec![
            greeting(username),
            format!("somebody logged in to your account {username} on a device that was not used for it before."),
            origin(from),
            "If it was you, there is nothing to do. If it was not, set a new password, which ends every session:"
                .to_owned(),
        ],
        action: Some(("Set a new password", reset)),
        closing: Vec::new(),
    }
}
