//! Passwords that are asked for outside of the login.

use super::{ADA, WRONG, ada, at, exhaust, guess, log_in};
use crate::api::{self, Call};
use crate::flows::{confirming, finalize, register, registered};
use crate::support::{PASSWORD, TestApp};
use serde_json::json;

on_both! {
    async fn the_password_again_is_throttled_in_the_sessions_of_the_account_only(app: TestApp) {
        let mut browser = ada(&app).await;
        for _ in 0..3 {
            browser.call("/fn/reauthenticate", &[("current_password", WRONG)]).await.assert_status(401);
        }
        let change = [("current_password", WRONG), ("password", "mango tuba velvet ridge")];
        browser.call("/fn/change_password", &change).await.assert_status(401);
        browser.call("/fn/delete_account", &[("current_password", WRONG)]).await.assert_status(401);
        for (path, fields) in [
            ("/fn/reauthenticate", vec![("current_password", PASSWORD)]),
            ("/fn/change_password", vec![("current_password", PASSWORD), ("password", "mango tuba velvet ridge")]),
            ("/fn/delete_account", vec![("current_password", PASSWORD)]),
        ] {
            let answer = browser.call(path, &fields).await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, "2"), "{path}");
        }
        log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(200);
        app.clock.advance(2);
        browser.call("/fn/reauthenticate", &[("current_password", PASSWORD)]).await.assert_status(200);
    }

    async fn guesses_at_the_login_do_not_disturb_a_session(app: TestApp) {
        let mut browser = ada(&app).await;
        exhaust(&app, "ada").await;
        browser.call("/fn/reauthenticate", &[("current_password", PASSWORD)]).await.assert_status(200);
    }

    async fn a_changed_password_lifts_the_limit(app: TestApp) {
        let mut browser = ada(&app).await;
        exhaust(&app, "ada").await;
        let change = [("current_password", PASSWORD), ("password", WRONG)];
        browser.call("/fn/change_password", &change).await.assert_status(200);
        log_in(&mut app.browser(), "ada", WRONG).await.assert_status(200);
    }

    async fn a_refused_new_password_is_no_wrong_one(app: TestApp) {
        let mut browser = ada(&app).await;
        for _ in 0..8 {
            let change = [("current_password", PASSWORD), ("password", "12345678")];
            browser.call("/fn/change_password", &change).await.assert_status(422);
        }
    }

    async fn reauthentication_by_the_api(app: TestApp) {
        let token = api::register(&app, "ada").await;
        let again = async |password: &str| {
            Call::new("POST", "/api/reauthenticate").bearer(&token).json(&json!({"password": password})).send(&app).await
        };
        for _ in 0..5 {
            again(WRONG).await.assert_api_error(401, "AuthenticationError", "wrong");
        }
        again(PASSWORD).await.assert_api_error(429, "TooManyRequests", "throttled");
    }

    async fn the_password_of_a_confirmation(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        for _ in 0..5 {
            finalize(&app, &token, WRONG).await.assert_status(401);
        }
        let answer = finalize(&app, &token, PASSWORD).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "2"));
        app.clock.advance(2);
        finalize(&app, &token, PASSWORD).await.assert_status(200);
    }

    async fn the_password_of_a_waiting_username_counts_like_a_login(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        for number in 0..4 {
            let fields = [("username", "ada"), ("email", "eve@example.org"), ("password", WRONG)];
            at(&app, number).call("/fn/register", &fields).await.assert_status(409);
        }
        guess(&app, 5, "ada").await.assert_status(401);
        register(&app, "ada", ADA, PASSWORD).await.assert_status(429);
        log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(429);
        app.clock.advance(2);
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
    }
}
