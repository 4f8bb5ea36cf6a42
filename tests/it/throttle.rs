//! Throttling of guesses, and limits per network. Attempts that are answered with 429 are not evaluated.

mod device;
mod login;
mod network;
mod secrets;

use serde_json::json;

use crate::api::Call;
use crate::support::{Answer, Browser, PASSWORD, TestApp};

const ADA: &str = "ada@example.org";
const WRONG: &str = "lantern otters juggle quietly";
/// Longer than any delay.
const QUARTER: i64 = 900;

/// A browser with an address of its own.
fn at(app: &TestApp, number: usize) -> Browser {
    let mut browser = app.browser();
    let [high, low] = u16::try_from(number).unwrap().to_be_bytes();
    browser.ip = [198, 51, high, low];
    browser
}

/// Registers ada with an email address, in a browser that is a known device from then on.
async fn ada(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    let fields = [("username", "ada"), ("email", ADA), ("password", PASSWORD)];
    browser.submit("/fn/register", &fields).await.assert_found("/secret");
    browser
}

/// Logs in with scripts.
async fn log_in(browser: &mut Browser, name: &str, password: &str) -> Answer {
    browser.call("/fn/login", &[("username", name), ("password", password)]).await
}

/// A wrong login from an address that made no other.
async fn guess(app: &TestApp, number: usize, name: &str) -> Answer {
    log_in(&mut at(app, number), name, WRONG).await
}

/// Fails until logins with the name have to wait.
async fn exhaust(app: &TestApp, name: &str) {
    for number in 0..5 {
        guess(app, number, name).await.assert_status(401);
    }
    guess(app, 5, name).await.assert_status(429);
}

/// Fails until logins with the name are no longer evaluated.
async fn lock(app: &TestApp, name: &str) {
    for number in 0..50 {
        guess(app, number, name).await.assert_status(401);
        app.clock.advance(QUARTER);
    }
}

/// A login by the API.
async fn api_log_in(app: &TestApp, name: &str, password: &str) -> Answer {
    Call::new("POST", "/api/login").json(&json!({"username": name, "password": password})).send(app).await
}
