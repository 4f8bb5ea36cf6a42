//! Trusted devices, and a code as a fresh proof of the user.

use latchkey_types::{AppError, FieldError, paths};
use serde_json::json;

use super::{Account, code, first_step, with_factor};
use crate::api::Call;
use crate::support::{Answer, Browser, PASSWORD, TestApp};

const DAY: i64 = 86_400;
const OTHER: &str = "another quiet lantern 7";

/// Logs in with password and code, and trusts the browser.
async fn trusting(app: &TestApp, account: &Account) -> Browser {
    let mut browser = app.browser();
    browser.log_in("ada", PASSWORD).await.assert_found("/login/verify");
    let fields = [("code", &*code(app, &account.secret)), ("trust", "on")];
    browser.submit("/fn/verify_login", &fields).await.assert_found("/secret");
    app.clock.advance(30);
    browser
}

/// Logs out and in again, and returns where the password led.
async fn again(browser: &mut Browser, password: &str) -> String {
    browser.submit("/fn/logout", &[]).await.assert_status(302);
    let answer: Answer = browser.log_in("ada", password).await;
    answer.header("location").to_owned()
}

on_both! {
    async fn a_trusted_browser_needs_no_code_for_thirty_days_and_no_other_does(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        let mut browser = trusting(&app, &account).await;
        let at_secret = "/secret";
        assert_eq!(again(&mut browser, PASSWORD).await, at_secret);
        let mut on_another_node = browser.at(&app.node(&[]).await);
        assert_eq!(again(&mut on_another_node, PASSWORD).await, at_secret);
        let mut browser = on_another_node.at(&app);
        app.browser().log_in("ada", PASSWORD).await.assert_found("/login/verify");
        assert_eq!(first_step(&app, "ada").await.status, 401, "the API asks for a code");
        let page = browser.get(paths::SECOND_FACTOR).await;
        assert!(page.texts("h2").contains(&"Trusted devices".to_owned()));
        assert_eq!(page.texts(".card:first-of-type .device"), ["Firefox on Linux"]);
        app.clock.advance(29 * DAY);
        assert_eq!(again(&mut browser, PASSWORD).await, at_secret);
        app.clock.advance(DAY);
        assert_eq!(again(&mut browser, PASSWORD).await, "/login/verify");
        assert!(browser.cookies.contains_key("latchkey-device"), "it stays a known one");
    }

    async fn the_device_of_another_account_is_not_trusted(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        with_factor(&app, "bob").await;
        let mut browser = trusting(&app, &account).await;
        browser.submit("/fn/logout", &[]).await.assert_status(302);
        browser.log_in("bob", PASSWORD).await.assert_found("/login/verify");
        browser.cookies.insert("latchkey-device".to_owned(), "ada.AAAAAAAAAAAAAAAAAAAAAA.9999999999.x".to_owned());
        browser.log_in("ada", PASSWORD).await.assert_found("/login/verify");
    }

    async fn the_owner_ends_the_trust(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        let mut browser = trusting(&app, &account).await;
        let id = browser.get(paths::SECOND_FACTOR).await.attribute(".sessions [name=id]", "value").unwrap();
        let mut bob = app.logged_in("bob").await;
        for wrong in [&*id, "x", ""] {
            assert_eq!(bob.call("/fn/distrust_device", &[("id", wrong)]).await.error(), AppError::NotFound, "{wrong}");
        }
        // Without a recent password: it only takes something away.
        app.clock.advance(601);
        browser.submit("/fn/distrust_device", &[("id", &id)]).await.assert_found(paths::SECOND_FACTOR);
        assert!(browser.get(paths::SECOND_FACTOR).await.texts("[role=status]").concat().contains("no longer trusted"));
        assert_eq!(again(&mut browser, PASSWORD).await, "/login/verify");
    }

    async fn a_change_of_the_password_ends_the_trust(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        let mut browser = trusting(&app, &account).await;
        let fields = [("current_password", PASSWORD), ("password", OTHER)];
        browser.call("/fn/change_password", &fields).await.assert_status(200);
        assert_eq!(again(&mut browser, OTHER).await, "/login/verify");
    }

    async fn a_change_of_the_factors_ends_the_trust(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        let mut browser = trusting(&app, &account).await;
        browser.call("/fn/renew_recovery_codes", &[]).await.assert_status(200);
        assert_eq!(again(&mut browser, PASSWORD).await, "/login/verify");
        let mut browser = trusting(&app, &account).await;
        assert_eq!(again(&mut browser, PASSWORD).await, "/secret");
        app.state.services.accounts.end_all_sessions(&latchkey_core::client::Client::command_line()).await.unwrap();
        browser.cookies.remove("latchkey-session");
        browser.log_in("ada", PASSWORD).await.assert_found("/login/verify");
    }

    async fn a_code_is_a_fresh_proof_once(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        let mut browser = trusting(&app, &account).await;
        app.clock.advance(601);
        assert_eq!(browser.call("/fn/renew_recovery_codes", &[]).await.error(), AppError::ReauthenticationRequired);
        let wrong = browser.submit("/fn/reauthenticate_by_code", &[("code", "000000"), ("next", paths::SECOND_FACTOR)]).await;
        wrong.assert_found("/account/confirm?next=/account/second_factor");
        assert!(browser.get("/account/confirm?next=/account/second_factor").await.attribute("details[open]", "class").is_some());
        let digits = code(&app, &account.secret);
        let fields = [("code", &*digits), ("next", paths::SECOND_FACTOR)];
        let token = browser.token().to_owned();
        browser.submit("/fn/reauthenticate_by_code", &fields).await.assert_found(paths::SECOND_FACTOR);
        assert_ne!(browser.token(), token);
        assert_eq!(app.events_of("authn_reauth_success").await[0].detail, "with a code");
        browser.call("/fn/renew_recovery_codes", &[]).await.assert_status(200);
        let replayed = browser.call("/fn/reauthenticate_by_code", &[("code", &digits)]).await;
        assert_eq!(replayed.error(), AppError::from(FieldError::CodeWrong));
        let mut bob = app.logged_in("bob").await;
        let none = bob.call("/fn/reauthenticate_by_code", &[("code", "000000")]).await;
        assert_eq!(none.error(), AppError::from(FieldError::CodeWrong));
    }

    async fn guesses_of_a_code_are_limited_as_those_at_the_login(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        let mut browser = trusting(&app, &account).await;
        let statuses = async |browser: &mut Browser| browser.call("/fn/reauthenticate_by_code", &[("code", "000000")]).await.status;
        for _ in 0..5 {
            assert_eq!(statuses(&mut browser).await, AppError::from(FieldError::CodeWrong).status());
        }
        assert_eq!(statuses(&mut browser).await, 429);
        let guess = Call::new("POST", "/api/reauthenticate").bearer(&account.token).json(&json!({"code": "000000"}));
        assert_eq!(guess.send(&app).await.status, 429);
    }

    async fn the_api_takes_a_code_in_place_of_the_password(app: TestApp) {
        let account = with_factor(&app, "ada").await;
        app.clock.advance(601);
        let ask = async |token: &str, typed: serde_json::Value| Call::new("POST", "/api/reauthenticate").bearer(token).json(&typed).send(&app).await;
        for wrong in [json!({}), json!({"password": PASSWORD, "code": "000000"})] {
            assert_eq!(ask(&account.token, wrong).await.status, 422);
        }
        let wrong = ask(&account.token, json!({"code": "000000"})).await;
        assert_eq!((wrong.status, wrong.json()["error"].as_str()), (401, Some("AuthenticationError")));
        let fresh = ask(&account.token, json!({"code": code(&app, &account.secret)})).await.access_token();
        Call::new("POST", "/api/me/totp/recovery_codes").bearer(&fresh).send(&app).await.assert_status(200);
        let ended = ask(&account.token, json!({"code": "000000"})).await;
        assert_eq!(ended.status, 403);
    }
}
