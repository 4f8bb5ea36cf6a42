//! The second factor: codes of an authenticator app, recovery codes, and what they must withstand.

mod pages;
mod required;
mod trust;
mod withstands;

use serde_json::json;
use totp_rs::{Builder, Secret};

use crate::api::{self, Call};
use crate::commands;
use crate::support::{Answer, PASSWORD, TestApp};

const ADA: &str = "ada@example.org";
const STEP: i64 = 30;

/// The code that an app with this secret shows.
pub fn code(app: &TestApp, secret: &str) -> String {
    code_at(app.clock.now(), secret)
}

/// The code that an app with this secret shows at a time.
pub fn code_at(time: i64, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let app_of_ada = Builder::new().with_secret(secret).with_account_name("ada").build().unwrap();
    app_of_ada.generate(u64::try_from(time).unwrap()).to_string()
}

/// An account with a second factor: its API token, the secret of the app, and its recovery codes.
pub struct Account {
    pub token: String,
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

/// Creates an account with a second factor. The step of the code that confirmed it has passed.
pub async fn with_factor(app: &TestApp, name: &str) -> Account {
    let email = format!("{name}@example.org");
    let typed = json!({"username": name, "email": email, "password": PASSWORD});
    let token = Call::new("POST", "/api/registration").json(&typed).send(app).await.access_token();
    app.confirm_emails().await;
    let setup = Call::new("POST", "/api/me/totp").bearer(&token).send(app).await;
    setup.assert_status(201);
    let secret = setup.json()["secret"].as_str().unwrap().to_owned();
    let confirmed = confirm(app, &token, &code(app, &secret)).await;
    confirmed.assert_status(200);
    let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
    app.clock.advance(STEP);
    Account { token, secret, recovery_codes: codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect() }
}

async fn confirm(app: &TestApp, token: &str, code: &str) -> Answer {
    Call::new("POST", "/api/me/totp/confirm").bearer(token).json(&json!({"code": code})).send(app).await
}

/// The answer to the first step of a login.
pub async fn first_step(app: &TestApp, name: &str) -> Answer {
    Call::new("POST", "/api/login").json(&json!({"username": name, "password": PASSWORD})).send(app).await
}

pub async fn challenge(app: &TestApp, name: &str) -> String {
    let answer = first_step(app, name).await;
    answer.assert_api_error(401, "SecondFactorRequired", name);
    answer.json()["challenge"].as_str().unwrap().to_owned()
}

pub async fn verify(app: &TestApp, challenge: &str, code: &str) -> Answer {
    Call::new("POST", "/api/login/verify").json(&json!({"challenge": challenge, "code": code})).send(app).await
}

fn subjects(app: &TestApp) -> Vec<String> {
    app.mails().into_iter().map(|mail| mail.subject).collect()
}

on_both! {
    async fn a_login_needs_a_code_once_the_app_is_confirmed(app: TestApp) {
        let token = api::register(&app, "ada").await;
        let setup = Call::new("POST", "/api/me/totp").bearer(&token).send(&app).await.json();
        let secret = setup["secret"].as_str().unwrap();
        assert!(setup["otpauth_url"].as_str().unwrap().contains(secret));
        first_step(&app, "ada").await.assert_status(200);
        confirm(&app, &token, "000000").await.assert_api_error(422, "ValidationError", "a wrong code");
        first_step(&app, "ada").await.assert_status(200);
        let confirmed = confirm(&app, &token, &code(&app, secret)).await;
        assert_eq!(confirmed.json()["recovery_codes"].as_array().unwrap().len(), 10);
        Call::new("GET", "/api/me").bearer(&token).send(&app).await.assert_status(200);

        let challenge = challenge(&app, "ada").await;
        Call::new("GET", "/api/me").bearer(&challenge).send(&app).await.assert_api_error(401, "InvalidTokenHeader", "challenge");
        app.clock.advance(STEP);
        let session = verify(&app, &challenge, &code(&app, secret)).await.access_token();
        Call::new("GET", "/api/me").bearer(&session).send(&app).await.assert_status(200);
        assert_eq!(app.events("authn_factor_added").await, 1);
        assert_eq!(app.events("authn_login_success").await, 3, "the first step alone is no login");
    }

    async fn changes_need_a_recent_password(app: TestApp) {
        let ada = with_factor(&app, "ada").await;
        let bob = api::register(&app, "bob").await;
        app.clock.advance(600);
        let token = Call::new("POST", "/api/refresh").bearer(&bob).send(&app).await;
        let bob = if token.status == 200 { token.access_token() } else { bob };
        for (method, path, token) in [
            ("POST", "/api/me/totp", &bob), ("POST", "/api/me/totp/confirm", &bob), ("DELETE", "/api/me/totp", &ada.token),
            ("POST", "/api/me/totp/recovery_codes", &ada.token),
        ] {
            let call = Call::new(method, path).bearer(token).json(&json!({"code": "000000"}));
            call.send(&app).await.assert_api_error(403, "ReauthenticationRequired", path);
        }
    }

    async fn there_is_one_app_and_it_is_removed_before_another(app: TestApp) {
        let ada = with_factor(&app, "ada").await;
        let call = |method, path| Call::new(method, path).bearer(&ada.token);
        call("POST", "/api/me/totp").send(&app).await.assert_api_error(409, "Conflict", "a second app");
        for _ in 0..8 {
            let again = confirm(&app, &ada.token, &code(&app, &ada.secret)).await;
            again.assert_api_error(409, "Conflict", "confirmed again, which is no wrong code");
        }
        call("DELETE", "/api/me/totp").send(&app).await.assert_status(204);
        call("DELETE", "/api/me/totp").send(&app).await.assert_api_error(404, "NotFound", "removed twice");
        call("POST", "/api/me/totp/recovery_codes").send(&app).await.assert_api_error(404, "NotFound", "codes of nothing");
        confirm(&app, &ada.token, &code(&app, &ada.secret)).await.assert_api_error(404, "NotFound", "nothing to confirm");
        first_step(&app, "ada").await.assert_status(200);
        app.deliver().await;
        let told = ["An authenticator app was added to your Latchkey account", "The second factor was removed from your Latchkey account"];
        assert_eq!(subjects(&app), told);
    }

    async fn a_recovery_code_works_once_and_tells_the_owner(app: TestApp) {
        let ada = with_factor(&app, "ada").await;
        let typed = ada.recovery_codes[3].to_lowercase().replace('-', " ");
        verify(&app, &challenge(&app, "ada").await, &typed).await.assert_status(200);
        verify(&app, &challenge(&app, "ada").await, &typed).await.assert_api_error(401, "AuthenticationError", "used");
        app.deliver().await;
        assert_eq!(subjects(&app).last().unwrap(), "A recovery code was used to log in to your Latchkey account");
        assert_eq!(app.events("authn_recovery_code_used").await, 1);
        let renewed = Call::new("POST", "/api/me/totp/recovery_codes").bearer(&ada.token).send(&app).await.json();
        let new = renewed["recovery_codes"][0].as_str().unwrap();
        let old = &ada.recovery_codes[4];
        verify(&app, &challenge(&app, "ada").await, old).await.assert_api_error(401, "AuthenticationError", "replaced");
        verify(&app, &challenge(&app, "ada").await, new).await.assert_status(200);
    }

    async fn a_code_of_another_account_is_refused(app: TestApp) {
        let (ada, bob) = (with_factor(&app, "ada").await, with_factor(&app, "bob").await);
        let challenge = challenge(&app, "ada").await;
        for code in [code(&app, &bob.secret), bob.recovery_codes[0].clone()] {
            verify(&app, &challenge, &code).await.assert_api_error(401, "AuthenticationError", "bob's");
        }
        verify(&app, &challenge, &code(&app, &ada.secret)).await.assert_status(200);
    }

    async fn an_administrator_removes_the_factor_of_somebody_who_lost_it(app: TestApp) {
        with_factor(&app, "ada").await;
        let root = api::with_roles(&app, "carol", "admin,user").await;
        let id = &app.users().await.iter().find(|user| user.username == "ada").unwrap().public_id.clone();
        let path = format!("/api/admin/users/{id}/second_factor");
        let user = api::register(&app, "eve").await;
        Call::new("DELETE", &path).bearer(&user).send(&app).await.assert_api_error(403, "MissingRoleError", "eve");
        Call::new("DELETE", &path).bearer(&root).send(&app).await.assert_status(204);
        Call::new("DELETE", &path).bearer(&root).send(&app).await.assert_api_error(404, "NotFound", "twice");
        first_step(&app, "ada").await.assert_status(200);
        app.deliver().await;
        assert_eq!(subjects(&app).last().unwrap(), "The second factor was removed from your Latchkey account");
        let event = app.events_of("authn_factor_removed").await.remove(0);
        assert_ne!(event.actor_id, event.subject_id);
        app.clock.advance(600);
        Call::new("DELETE", &path).bearer(&root).send(&app).await.assert_api_error(403, "ReauthenticationRequired", "later");
    }
}

#[test]
fn the_operator_removes_the_factor_of_somebody_who_lost_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| commands::run(folder.path(), arguments, PASSWORD);
    assert_eq!(run(&["user", "add", "ada", "--email", ADA]).0, 0);
    let (status, _, error) = run(&["user", "second-factor", "ada", "--remove"]);
    assert_eq!(status, 1);
    commands::assert_one_line(&error, "latchkey: this account has no second factor");
    assert_eq!(run(&["user", "second-factor", "nobody", "--remove"]).0, 1);
    assert_eq!(run(&["user", "second-factor", "ada"]).0, 2, "nothing to do");
}
