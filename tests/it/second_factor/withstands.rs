//! Replays, guesses, races, other doors, and keys that change.

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use super::{Account, STEP, challenge, code, code_at, first_step, verify, with_factor};
use crate::api::Call;
use crate::flows::reset_token;
use crate::support::{PASSWORD, SECRET, TestApp};

const NEW_PASSWORD: &str = "lantern otters juggle quietly";
const OTHER_KEY: &str = "Zq8Wx2Ec5Rv9Tb3Yn7Um1Ik4Ol6Pa0Sd";

async fn refused(app: &TestApp, challenge: &str, code: &str, what: &str) {
    verify(app, challenge, code).await.assert_api_error(401, "AuthenticationError", what);
}

on_both! {
    async fn a_time_step_is_accepted_once(app: TestApp) {
        let Account { secret, .. } = with_factor(&app, "ada").await;
        let (first, second) = (challenge(&app, "ada").await, challenge(&app, "ada").await);
        let shown = code(&app, &secret);
        verify(&app, &first, &shown).await.assert_status(200);
        refused(&app, &second, &shown, "the same code").await;
        refused(&app, &second, &code_at(app.clock.now() - STEP, &secret), "an earlier code").await;
        app.clock.advance(STEP);
        verify(&app, &second, &code(&app, &secret)).await.assert_status(200);
    }

    async fn of_parallel_requests_with_one_code_one_succeeds(app: TestApp) {
        let Account { secret, recovery_codes, .. } = with_factor(&app, "ada").await;
        let nodes = [app.clone(), app.node(&[]).await];
        for shown in [code(&app, &secret), recovery_codes[0].clone()] {
            let challenge = challenge(&app, "ada").await;
            let tries = (0..4).map(|number| {
                let (node, challenge, shown) = (nodes[number % 2].elsewhere(number as u8), challenge.clone(), shown.clone());
                tokio::spawn(async move { verify(&node, &challenge, &shown).await.status })
            });
            let statuses = join_all(tries).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            app.clock.advance(STEP);
        }
    }

    async fn five_wrong_codes_end_the_challenge(app: TestApp) {
        let Account { secret, .. } = with_factor(&app, "ada").await;
        let first = challenge(&app, "ada").await;
        for _ in 0..5 {
            refused(&app, &first, "000000", "wrong").await;
        }
        app.clock.advance(60);
        refused(&app, &first, &code(&app, &secret), "none is left").await;
        let second = challenge(&app, "ada").await;
        app.clock.advance(60);
        verify(&app, &second, &code(&app, &secret)).await.assert_status(200);
    }

    async fn wrong_codes_are_counted_across_challenges_and_nodes(app: TestApp) {
        let Account { secret, .. } = with_factor(&app, "ada").await;
        let other = app.node(&[]).await;
        for number in 0..5 {
            let node = if number % 2 == 0 { &app } else { &other };
            refused(node, &challenge(node, "ada").await, "000000", "wrong").await;
        }
        let waiting = challenge(&app, "ada").await;
        let answer = verify(&other, &waiting, &code(&app, &secret)).await;
        answer.assert_api_error(429, "TooManyRequests", "the sixth");
        app.clock.advance(STEP);
        verify(&app, &waiting, &code(&app, &secret)).await.assert_status(200);
        refused(&app, &challenge(&app, "ada").await, "000000", "counted anew").await;
        refused(&app, &challenge(&app, "ada").await, "000000", "counted anew").await;
    }

    async fn guesses_of_codes_do_not_lock_the_owner_out_of_a_known_browser(app: TestApp) {
        let Account { secret, .. } = with_factor(&app, "ada").await;
        let mut owner = app.browser();
        owner.log_in("ada", PASSWORD).await.assert_found("/login/verify");
        owner.submit("/fn/verify_login", &[("code", &code(&app, &secret))]).await.assert_found("/secret");
        owner.submit("/fn/logout", &[]).await.assert_found("/");
        let thief = app.elsewhere(9);
        for _ in 0..8 {
            let waiting = challenge(&thief, "ada").await;
            verify(&thief, &waiting, "000000").await;
        }
        app.clock.advance(STEP);
        owner.log_in("ada", PASSWORD).await.assert_found("/login/verify");
        owner.submit("/fn/verify_login", &[("code", &code(&app, &secret))]).await.assert_found("/secret");
    }

    async fn a_reset_of_the_password_gives_no_more_guesses_and_a_recovery_code_still_works(app: TestApp) {
        let Account { secret, recovery_codes, .. } = with_factor(&app, "ada").await;
        for _ in 0..5 {
            refused(&app, &challenge(&app, "ada").await, "000000", "wrong").await;
        }
        let reset = reset_token(&app, "ada@example.org").await;
        let call = Call::new("POST", "/api/reset_finalize").bearer(&reset).json(&json!({"password": NEW_PASSWORD}));
        let waiting = call.send(&app).await.json()["challenge"].as_str().unwrap().to_owned();
        verify(&app, &waiting, &code(&app, &secret)).await.assert_api_error(429, "TooManyRequests", "after a reset");
        verify(&app, &waiting, &recovery_codes[0]).await.assert_status(200);
        let typed = json!({"username": "ada", "password": NEW_PASSWORD});
        let again = Call::new("POST", "/api/login").json(&typed).send(&app).await.json()["challenge"].as_str().unwrap().to_owned();
        verify(&app, &again, &code(&app, &secret)).await.assert_status(200);
    }

    async fn a_challenge_lasts_ten_minutes_and_is_of_one_door(app: TestApp) {
        let Account { secret, .. } = with_factor(&app, "ada").await;
        let waiting = challenge(&app, "ada").await;
        let mut browser = app.browser();
        browser.cookies.insert("latchkey-challenge".to_owned(), waiting.clone());
        let answer = browser.call("/fn/verify_login", &[("code", &code(&app, &secret))]).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, "\"LoginExpired\""), "a challenge of the API on a page");
        browser.log_in("ada", PASSWORD).await.assert_found("/login/verify");
        let of_page = browser.cookies["latchkey-challenge"].clone();
        refused(&app, &of_page, &code(&app, &secret), "a challenge of a page in the API").await;
        app.clock.advance(600);
        refused(&app, &waiting, &code(&app, &secret), "too late").await;
        for wrong in ["", "lk_2fa_", "x", &waiting[1..]] {
            refused(&app, wrong, &code(&app, &secret), wrong).await;
        }
    }

    async fn a_challenge_ends_with_what_ends_sessions(app: TestApp) {
        let Account { secret, token, .. } = with_factor(&app, "ada").await;
        let waiting = challenge(&app, "ada").await;
        app.set_active("ada", false).await.unwrap();
        app.set_active("ada", true).await.unwrap();
        refused(&app, &waiting, &code(&app, &secret), "deactivated meanwhile").await;
        let waiting = challenge(&app, "ada").await;
        Call::new("DELETE", "/api/me/totp").bearer(&token).send(&app).await.assert_status(403);
        let reset = reset_token(&app, "ada@example.org").await;
        app.browser().call("/fn/reset_password", &[("token", &reset), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)]).await.assert_status(200);
        refused(&app, &waiting, &code(&app, &secret), "the password was reset").await;
    }

    async fn a_reset_of_the_password_keeps_the_factor(app: TestApp) {
        let Account { secret, .. } = with_factor(&app, "ada").await;
        let reset = reset_token(&app, "ada@example.org").await;
        let call = Call::new("POST", "/api/reset_finalize").bearer(&reset).json(&json!({"password": NEW_PASSWORD}));
        let answer = call.send(&app).await;
        answer.assert_api_error(401, "SecondFactorRequired", "a reset is no login");
        let waiting = answer.json()["challenge"].as_str().unwrap().to_owned();
        verify(&app, &waiting, &code(&app, &secret)).await.assert_status(200);
        first_step(&app, "ada").await.assert_api_error(401, "AuthenticationError", "the old password");
        let typed = json!({"username": "ada", "password": NEW_PASSWORD});
        Call::new("POST", "/api/login").json(&typed).send(&app).await.assert_api_error(401, "SecondFactorRequired", "new");
    }

    async fn a_rotated_key_reads_secrets_and_encrypts_them_anew(app: TestApp) {
        let Account { secret, recovery_codes, .. } = with_factor(&app, "ada").await;
        let rotated = app.node(&[&format!("--jwt-secret={OTHER_KEY}"), &format!("--jwt-previous-secrets={SECRET}")]).await;
        let dropped = app.node(&[&format!("--jwt-secret={OTHER_KEY}")]).await;
        refused(&dropped, &challenge(&dropped, "ada").await, &code(&app, &secret), "the key is gone").await;
        verify(&dropped, &challenge(&dropped, "ada").await, &recovery_codes[0]).await.assert_status(200);
        verify(&rotated, &challenge(&rotated, "ada").await, &code(&app, &secret)).await.assert_status(200);
        app.clock.advance(STEP);
        verify(&dropped, &challenge(&dropped, "ada").await, &code(&app, &secret)).await.assert_status(200);
    }

    async fn no_table_holds_a_secret_that_can_be_used(app: TestApp) {
        let Account { secret, recovery_codes, .. } = with_factor(&app, "ada").await;
        let waiting = challenge(&app, "ada").await;
        let db = app.state.store.reader();
        let mut stored = String::new();
        for (table, columns) in [("totp", "secret"), ("recovery_codes", "hash"), ("login_challenges", "hash")] {
            let query = Statement::from_string(db.get_database_backend(), format!("SELECT {columns} AS text FROM {table}"));
            for row in db.query_all_raw(query).await.unwrap() {
                stored.push_str(&row.try_get::<String>("", "text").unwrap());
            }
        }
        for secret in [&secret, &recovery_codes[0], &recovery_codes[0].replace('-', ""), &waiting] {
            assert!(!stored.contains(secret.as_str()), "{secret}");
        }
        assert_eq!(stored.matches("v1.").count(), 1);
    }
}
