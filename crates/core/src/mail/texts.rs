//! Texts of emails. `product` is the name of the application.
//!
//! Invariant: plain text. [`super::layout`] escapes it and adds the markup.

mod notices;

pub use notices::{logins_locked, new_sign_in, password_changed, second_factor, session_moved, token_reuse};

/// The text of an email, part by part.
#[derive(Debug)]
pub struct MailText {
    /// The subject. ASCII only, so that the header needs no encoding.
    pub subject: String,
    /// Paragraphs before the action, the greeting first.
    pub opening: Vec<String>,
    /// Label and URL of the button, if there is one.
    pub action: Option<(&'static str, String)>,
    /// Paragraphs after the action.
    pub closing: Vec<String>,
}

/// Device, IP address and time of a login or a request.
#[derive(Debug)]
pub struct SignInDetails {
    /// Browser and operating system.
    pub device: String,
    /// IP address.
    pub ip: String,
    /// Time, as text.
    pub moment: String,
}

/// Footer of every email.
#[must_use]
pub fn footer(product: &str, site: &str) -> String {
    format!("Sent by {product} at {site}. Replies to this email are not read.")
}

/// A name that mail programs do not turn into a link: others choose it, and `evil.example.org` is a valid username.
///
/// [`super::layout`] replaces the invisible character in the HTML part, so that copied names stay as they are.
#[must_use]
pub fn unlinked(name: &str) -> String {
    let is_word = |label: &str| label.len() > 1 && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_linked = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
        || name.split('.').skip(1).any(|label| label.split(['-', '_']).next().is_some_and(is_word));
    if is_linked { name.replace('.', UNLINKED_DOT) } else { name.to_owned() }
}

/// A dot and a zero-width non-joiner.
pub(super) const UNLINKED_DOT: &str = ".\u{200c}";

/// An email that an operator sends to try the settings.
#[must_use]
pub fn test(product: &str) -> MailText {
    MailText {
        subject: format!("Test email of {product}"),
        opening: vec![
            "Hello,".to_owned(),
            format!("the operator of {product} sent this email to try the settings of the mail server. They work."),
        ],
        action: None,
        closing: Vec::new(),
    }
}

fn greeting(username: &str) -> String {
    format!("Hello {},", unlinked(username))
}

fn until(moment: &str) -> String {
    format!("The link works once, until {moment}.")
}

fn origin(origin: &SignInDetails) -> String {
    format!("Device: {}. IP address: {}. Time: {}.", unlinked(&origin.device), origin.ip, origin.moment)
}

/// Asks to confirm a registration.
#[must_use]
pub fn confirm(product: &str, username: &str, link: String, end: &str) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Confirm your {product} account"),
        opening: vec![
            greeting(username),
            format!(
                "An account named {name} was registered with this email address. To activate it, open this link \
                 and enter the password that you chose:"
            ),
        ],
        action: Some(("Confirm account", link)),
        closing: vec![
            until(end),
            "If it was not you, ignore this email. No account is created without the link and the password, and you \
             can still register with this address yourself."
                .to_owned(),
        ],
    }
}

/// Tells the owner of an email address that somebody tried to use it for another account.
#[must_use]
pub fn already_registered(product: &str, username: &str, login: String, reset: &str) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("You already have a {product} account"),
        opening: vec![
            greeting(username),
            format!(
                "Someone, perhaps you, tried to use this email address for an account. It already belongs to your \
                 account {name}. To use that account, log in:"
            ),
        ],
        action: Some(("Log in", login)),
        closing: vec![
            format!("If you forgot your password, set a new one at {reset}"),
            "If it was not you, ignore this email. Your account has not changed, and the other person was not told \
             that it exists."
                .to_owned(),
        ],
    }
}

/// Sends a link to reset a forgotten password.
#[must_use]
pub fn reset(product: &str, username: &str, link: String, end: &str) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Reset your {product} password"),
        opening: vec![
            greeting(username),
            format!(
                "Someone asked to reset the password of your account {name}. To set a new password, open this link:"
            ),
        ],
        action: Some(("Set a new password", link)),
        closing: vec![
            until(end),
            "Links from earlier emails no longer work. Setting a new password ends all sessions.".to_owned(),
            "If it was not you, ignore this email. Your password stays the same.".to_owned(),
        ],
    }
}

/// A link to log in.
#[must_use]
pub fn login_link(product: &str, username: &str, link: String, end: &str) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Log in to {product}"),
        opening: vec![
            greeting(username),
            format!("Someone asked for a link to log in to your account {name}. To log in, open this link:"),
        ],
        action: Some(("Log in", link)),
        closing: vec![until(end), "If it was not you, ignore this email. Nobody else can use the link.".to_owned()],
    }
}

/// Asks the owner of a new email address to confirm the change.
#[must_use]
pub fn confirm_new_address(product: &str, username: &str, link: String, end: &str) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Confirm your new {product} email address"),
        opening: vec![
            greeting(username),
            format!(
                "This email address was chosen as the new one of your account {name}. To confirm it, open this \
                 link:"
            ),
        ],
        action: Some(("Confirm address", link)),
        closing: vec![
            until(end),
            "If it was not you, ignore this email. The address is only used if it is confirmed.".to_owned(),
        ],
    }
}

/// Tells the owner of the old email address about a change, with a link to stop it.
#[must_use]
pub fn address_change_notice(product: &str, username: &str, link: String, end: &str) -> MailText {
    let name = unlinked(username);
    MailText {
        subject: format!("Your {product} email address is about to change"),
        opening: vec![
            greeting(username),
            format!(
                "Someone asked to change the email address of your account {name}. The new address replaces this \
                 one as soon as it is confirmed. If it was you, there is nothing to do. If it was not you, stop the \
                 change:"
            ),
        ],
        action: Some(("Keep this address", link)),
        closing: vec![
            until(end),
            "If it was not you, also change your password: the person who asked was logged in and knew it.".to_owned(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_web_address_is_no_link() {
        for name in ["evil.example.org", "www.evil", "WWW.1", "ada.lovelace", "evil.com-x", "evil.com_x"] {
            assert_eq!(unlinked(name), name.replace('.', ".\u{200c}"), "{name}");
        }
        for name in ["ada", "Ada.L", "ada.1815", "ada-l_1", "www", "Firefox on Linux"] {
            assert_eq!(unlinked(name), name);
        }
    }

    #[test]
    fn no_email_contains_the_username_as_a_web_address() {
        let (product, evil, link) = ("Latchkey", "evil.example.org", || "https://x".to_owned());
        let from = SignInDetails { device: evil.to_owned(), ip: String::new(), moment: String::new() };
        let texts = [
            confirm(product, evil, link(), ""),
            already_registered(product, evil, link(), ""),
            reset(product, evil, link(), ""),
            password_changed(product, evil, "", link()),
            confirm_new_address(product, evil, link(), ""),
            address_change_notice(product, evil, link(), ""),
            token_reuse(product, evil, &from, link()),
            new_sign_in(product, evil, &from, link()),
            session_moved(product, evil, &from, link()),
            logins_locked(product, evil, "", link()),
            second_factor(product, evil, "An authenticator app was added to", "", link()),
            login_link(product, evil, link(), ""),
        ];
        for text in texts {
            let paragraphs = text.opening.iter().chain(&text.closing).chain([&text.subject]);
            assert!(paragraphs.clone().any(|paragraph| paragraph.contains("evil.\u{200c}example.\u{200c}org")));
            assert!(paragraphs.clone().all(|paragraph| !paragraph.contains(evil)), "{text:?}");
        }
    }
}
