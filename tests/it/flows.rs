//! Flows with emails: confirming a registration, resetting a password, changing an address.

mod address;
mod again;
mod confirm;
mod links;
mod login;
mod login_link;
mod neutral;
mod other_user;
mod reset;

use latchkey_core::mail::eml::Eml;

use crate::support::{Answer, Browser, PASSWORD, TestApp};

pub const ADA: &str = "ada@example.org";
pub const MINUTE: i64 = 60;

/// A node on the same database, where accounts are confirmed by email.
pub async fn confirming(app: &TestApp) -> TestApp {
    app.node(&["--confirm-email=true"]).await
}

/// Registers, with scripts.
pub async fn register(app: &TestApp, username: &str, email: &str, password: &str) -> Answer {
    let fields = [("username", username), ("email", email), ("password", password)];
    app.browser().call("/fn/register", &fields).await
}

/// Delivers due emails and returns the newest.
pub async fn newest(app: &TestApp) -> Eml {
    app.deliver().await.pop().expect("no email was delivered")
}

/// Delivers due emails and returns how many there are.
pub async fn count(app: &TestApp) -> usize {
    app.deliver().await.len()
}

/// The token of the link in an email.
pub fn token(mail: &Eml) -> String {
    mail.link().unwrap().split_once("?token=").unwrap().1.to_owned()
}

/// Registers and returns the token from the email.
pub async fn registered(app: &TestApp, username: &str, email: &str, password: &str) -> String {
    register(app, username, email, password).await.assert_status(200);
    token(&newest(app).await)
}

/// Confirms a registration in a new browser, with scripts.
pub async fn finalize(app: &TestApp, token: &str, password: &str) -> Answer {
    app.browser().call("/fn/finalize", &[("token", token), ("password", password)]).await
}

/// Creates an account, confirmed by email, and returns the browser in which it is logged in.
pub async fn confirmed(app: &TestApp, username: &str, email: &str) -> Browser {
    let token = registered(app, username, email, PASSWORD).await;
    let mut browser = app.browser();
    browser.submit("/fn/finalize", &[("token", &token), ("password", PASSWORD)]).await.assert_found("/secret");
    browser
}

/// Requests a link to reset the password and returns its token.
pub async fn reset_token(app: &TestApp, email: &str) -> String {
    app.browser().call("/fn/request_reset", &[("email", email)]).await.assert_status(200);
    token(&newest(app).await)
}

/// Sets a new password in a new browser, with scripts.
pub async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    let fields = [("token", token), ("password", password), ("password_confirmation", password)];
    app.browser().call("/fn/reset_password", &fields).await
}
