//! Endpoints that need an email: to confirm a registration, to reset a password.

use latchkey_core::service::accounts::Change;
use serde_json::json;

use super::{Call, change, outcome};
use crate::support::{Answer, PASSWORD, TestApp, claims};

const ADA: &str = "ada@example.org";
const NEW_PASSWORD: &str = "lantern otters juggle quietly";

async fn confirming(app: &TestApp) -> TestApp {
    app.node(&["--confirm-email=true"]).await
}

/// The token of the newest email.
async fn mailed(app: &TestApp) -> String {
    let mail = app.deliver().await.pop().expect("no email was delivered");
    mail.link().unwrap().split_once("?token=").unwrap().1.to_owned()
}

async fn register(app: &TestApp, username: &str, email: &str) -> Answer {
    let typed = json!({"username": username, "email": email, "password": PASSWORD});
    Call::new("POST", "/api/registration").json(&typed).send(app).await
}

async fn finalize(app: &TestApp, token: &str) -> Answer {
    Call::new("GET", "/api/finalize").bearer(token).send(app).await
}

/// Creates a confirmed account and returns its token.
async fn confirmed(app: &TestApp, username: &str, email: &str) -> String {
    register(app, username, email).await.assert_status(201);
    finalize(app, &mailed(app).await).await.access_token()
}

async fn forgot(app: &TestApp, email: &str) -> Answer {
    Call::new("POST", "/api/reset").json(&json!({"email": email})).send(app).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    Call::new("POST", "/api/reset_finalize").bearer(token).json(&json!({"password": password})).send(app).await
}

async fn log_in(app: &TestApp, password: &str) -> Answer {
    let typed = json!({"username": "ada", "password": password});
    Call::new("POST", "/api/login").json(&typed).send(app).await
}

fn good() -> (u16, String) {
    (200, String::new())
}

on_both! {
    async fn a_registration_is_confirmed_by_the_token_of_its_mail_once(app: TestApp) {
        let app = confirming(&app).await;
        let answer = register(&app, "ada", ADA).await;
        answer.assert_status(201);
        assert_eq!(answer.json()["message"], "Check your mail: our email explains the next step.");
        let token = mailed(&app).await;
        log_in(&app, PASSWORD).await.assert_api_error(401, "AuthenticationError", "unconfirmed");
        let head = Call::new("HEAD", "/api/finalize").bearer(&token).send(&app).await;
        assert_eq!((head.status, head.header("allow")), (405, "GET, POST"));
        let answer = finalize(&app, &token).await;
        assert_eq!(answer.json()["user"], "ada");
        let access = answer.access_token();
        assert_eq!(claims(&access)["knd"], "api");
        Call::new("GET", "/api/me").bearer(&access).send(&app).await.assert_status(200);
        for method in ["GET", "POST"] {
            let again = Call::new(method, "/api/finalize").bearer(&token).send(&app).await;
            again.assert_api_error(401, "InvalidRegistrationToken", "used");
        }
        log_in(&app, PASSWORD).await.access_token();
    }

    async fn a_taken_address_is_one_answer_and_a_taken_name_is_told(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let (free, taken) = (register(&app, "eve", "eve@example.org").await, register(&app, "bob", "ADA@example.org").await);
        assert_eq!((free.status, &free.body), (taken.status, &taken.body));
        register(&app, "ADA", "new@example.org").await.assert_api_error(409, "Conflict", "the name");
        for email in ["", "nonsense"] {
            let answer = register(&app, "carol", email).await;
            answer.assert_api_error(422, "ValidationError", email);
            assert!(answer.json()["fields"]["email"].is_string());
        }
        let none = json!({"username": "carol", "password": PASSWORD});
        Call::new("POST", "/api/registration").json(&none).send(&app).await.assert_api_error(422, "ValidationError", "none");
    }

    async fn a_reset_sets_the_password_ends_every_other_session_and_logs_in(app: TestApp) {
        let app = confirming(&app).await;
        let before = confirmed(&app, "ada", ADA).await;
        let answers = [forgot(&app, ADA).await, forgot(&app, "nobody@example.org").await];
        assert_eq!((answers[0].status, &answers[0].body), (200, &answers[1].body));
        let token = mailed(&app).await;
        reset(&app, &token, "12345678").await.assert_api_error(422, "ValidationError", "easy");
        let answer = reset(&app, &token, NEW_PASSWORD).await;
        assert_eq!(answer.json()["user"], "ada");
        Call::new("GET", "/api/me").bearer(&answer.access_token()).send(&app).await.assert_status(200);
        Call::new("GET", "/api/me").bearer(&before).send(&app).await.assert_api_error(403, "BlacklistedError", "before");
        reset(&app, &token, "another good long password 7").await.assert_api_error(401, "InvalidResetToken", "used");
        log_in(&app, PASSWORD).await.assert_api_error(401, "AuthenticationError", "old");
        log_in(&app, NEW_PASSWORD).await.access_token();
        forgot(&app, "nonsense").await.assert_api_error(422, "ValidationError", "no address");
    }

    async fn a_reset_that_sends_no_email_says_when_the_next_one_can_be_sent(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let mut answers = Vec::new();
        for email in [ADA, "nobody@example.org"] {
            forgot(&app, email).await.assert_status(200);
            let answer = forgot(&app, email).await;
            answer.assert_api_error(429, "TooManyRequests", email);
            assert_eq!(answer.header("retry-after"), "60");
            answers.push(answer.body);
        }
        assert_eq!(answers[0], answers[1]);
        assert!(answers[0].contains("can be sent in 1 minute: 24 Nov 2026, 12:01:00 UTC"), "{}", answers[0]);
    }

    // The clients of the tutorial send the token alone.
    async fn a_registration_is_confirmed_without_its_password(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA).await.assert_status(201);
        let token = mailed(&app).await;
        Call::new("POST", "/api/finalize").bearer(&token).send(&app).await.access_token();
    }

    async fn a_waiting_name_is_open_to_its_password_alone(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", "ada@exmaple.org").await.assert_status(201);
        register(&app, "ada", ADA).await.assert_status(201);
        for email in [ADA, "eve@example.org"] {
            let typed = json!({"username": "ada", "email": email, "password": NEW_PASSWORD});
            let answer = Call::new("POST", "/api/registration").json(&typed).send(&app).await;
            answer.assert_api_error(409, "Conflict", email);
        }
    }

    async fn each_mail_token_in_each_wrong_place(app: TestApp) {
        let app = confirming(&app).await;
        let access = confirmed(&app, "ada", ADA).await;
        register(&app, "bob", "bob@example.org").await.assert_status(201);
        let registration = mailed(&app).await;
        app.clock.advance(61);
        forgot(&app, ADA).await.assert_status(200);
        let reset_token = mailed(&app).await;
        let cases = [
            ("/api/finalize", reset_token.as_str(), "MisusedResetToken"),
            ("/api/finalize", access.as_str(), "InvalidRegistrationToken"),
            ("/api/finalize", "junk", "InvalidRegistrationToken"),
            ("/api/finalize", "lk_reg_AAAA", "InvalidRegistrationToken"),
            ("/api/finalize", "lk_chg_AAAA", "InvalidRegistrationToken"),
            ("/api/reset_finalize", registration.as_str(), "MisusedRegistrationToken"),
            ("/api/reset_finalize", access.as_str(), "InvalidResetToken"),
            ("/api/reset_finalize", "lk_rst_AAAA", "InvalidResetToken"),
            ("/api/logout", registration.as_str(), "MisusedRegistrationToken"),
            ("/api/refresh", reset_token.as_str(), "MisusedResetToken"),
        ];
        for (path, token, error) in cases {
            let answer = Call::new("POST", path).bearer(token).json(&json!({"password": NEW_PASSWORD})).send(&app).await;
            answer.assert_api_error(401, error, &format!("{path} {token}"));
        }
        for (path, error) in [("/api/me", "MisusedRegistrationToken"), ("/api/protected", "MisusedRegistrationToken")] {
            Call::new("GET", path).bearer(&registration).send(&app).await.assert_api_error(401, error, path);
        }
        for path in ["/api/finalize", "/api/reset_finalize"] {
            let answer = Call::new("POST", path).json(&json!({"password": NEW_PASSWORD})).send(&app).await;
            answer.assert_api_error(401, "MissingToken", path);
        }
        // No token was consumed.
        finalize(&app, &registration).await.access_token();
        reset(&app, &reset_token, NEW_PASSWORD).await.access_token();
    }

    async fn mail_tokens_are_good_until_their_end_to_the_second(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        for (seconds, is_good) in [(30 * 60 - 1, true), (30 * 60, false)] {
            app.clock.advance(61);
            forgot(&app, ADA).await.assert_status(200);
            let token = mailed(&app).await;
            app.clock.advance(seconds);
            let answer = reset(&app, &token, &format!("{NEW_PASSWORD} {seconds}")).await;
            assert_eq!(outcome(&answer), if is_good { good() } else { (401, "InvalidResetToken".to_owned()) });
        }
        for (seconds, is_good) in [(86_400 - 1, true), (86_400, false)] {
            register(&app, &format!("user{seconds}"), &format!("{seconds}@example.org")).await.assert_status(201);
            let token = mailed(&app).await;
            app.clock.advance(seconds);
            let answer = finalize(&app, &token).await;
            assert_eq!(outcome(&answer), if is_good { good() } else { (401, "InvalidRegistrationToken".to_owned()) });
        }
    }

    async fn a_reset_of_a_deactivated_account_opens_nothing(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        forgot(&app, ADA).await.assert_status(200);
        let token = mailed(&app).await;
        change(&app, "ada", Change { is_active: Some(false), roles: None }).await;
        reset(&app, &token, NEW_PASSWORD).await.assert_api_error(401, "InvalidResetToken", "deactivated");
    }

    async fn bodies_of_resets_that_can_not_be_read(app: TestApp) {
        for body in ["", "{", "[]", "{}", r#"{"email":1,"password":1}"#, r#"{"email":null,"password":null}"#] {
            for path in ["/api/reset", "/api/reset_finalize"] {
                let answer = Call::new("POST", path).bearer("lk_rst_AAAA").body(body).send(&app).await;
                answer.assert_api_error(400, "MalformedRequest", &format!("{path} {body}"));
            }
        }
    }
}
