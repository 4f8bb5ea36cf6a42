//! Passkeys: registration, login, fresh proof, removal, and what they must withstand.

use latchkey_types::{AppError, paths};
use serde_json::{Value, json};

use crate::api::Call;
use crate::support::{Answer, Authenticator, Browser, PASSWORD, TestApp};

/// Makes an authenticator answer wrongly.
type Change = fn(&mut Authenticator);

/// Begins a login, and returns options and state.
async fn begun(browser: &mut Browser) -> (Value, String) {
    let answer = browser.call("/fn/begin_passkey_login", &[]).await;
    answer.assert_status(200);
    let text: String = serde_json::from_str(&answer.body).unwrap();
    let begun: Value = serde_json::from_str(&text).unwrap();
    (begun["options"].clone(), begun["state"].as_str().unwrap().to_owned())
}

async fn log_in(browser: &mut Browser, key: &mut Authenticator) -> Answer {
    let (options, state) = begun(browser).await;
    browser.call("/fn/log_in_by_passkey", &[("credential", &key.get(&options)), ("state", &state)]).await
}

/// Begins to register a passkey.
async fn options(browser: &mut Browser) -> Value {
    let answer = browser.call("/fn/begin_passkey", &[]).await;
    answer.assert_status(200);
    let text: String = serde_json::from_str(&answer.body).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["options"].clone()
}

async fn add(browser: &mut Browser, key: &mut Authenticator, name: &str) -> Answer {
    let options = options(browser).await;
    browser.call("/fn/add_passkey", &[("credential", &key.create(&options)), ("name", name)]).await
}

/// An account with a passkey.
async fn with_passkey(app: &TestApp, name: &str, number: u8) -> (Browser, Authenticator) {
    let (mut browser, mut key) = (app.logged_in(name).await, Authenticator::new(number));
    add(&mut browser, &mut key, "Phone").await.assert_status(200);
    (browser, key)
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.error()), (401, AppError::PasskeyRefused));
}

on_both! {
    async fn a_passkey_logs_in_without_a_password_and_without_a_second_step(app: TestApp) {
        let (mut ada, mut key) = with_passkey(&app, "ada", 1).await;
        let page = ada.get(paths::SECOND_FACTOR).await;
        assert_eq!(page.texts("section.passkeys .device"), ["Phone"]);
        app.clock.advance(60);
        let mut elsewhere = app.browser();
        assert!(elsewhere.get(paths::LOGIN).await.attribute("form.passkey", "data-begin").is_some());
        let (options, state) = begun(&mut elsewhere).await;
        assert_eq!(options["userVerification"], "required");
        assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty), "{options}");
        let fields = [("credential", &*key.get(&options)), ("state", &state), ("remember", "on"), ("next", "/account")];
        elsewhere.submit("/fn/log_in_by_passkey", &fields).await.assert_found("/account");
        elsewhere.get("/account").await.assert_status(200);
        assert_eq!(app.events_of("authn_login_success").await.pop().unwrap().detail, "by a passkey");
        assert!(app.sessions().await.last().unwrap().persistent);
        // Fresh at once, as after a password.
        add(&mut elsewhere, &mut Authenticator::new(2), "Laptop").await.assert_status(200);
        log_in(&mut app.browser(), &mut key).await.assert_status(200);
    }

    async fn a_login_is_refused_unless_everything_is_right(app: TestApp) {
        let (_, key) = with_passkey(&app, "ada", 1).await;
        let (mut bob, bobs) = with_passkey(&app, "bob", 2).await;
        let before = app.sessions().await.len();
        let changes: [(&str, Change); 7] = [
            ("origin", |key| key.origin = "https://evil.example".to_owned()),
            ("origin with another port", |key| key.origin = "http://localhost:3001".to_owned()),
            ("relying party", |key| key.rp_id = "evil.example".to_owned()),
            ("user verification", |key| key.verifies_user = false),
            ("unknown passkey", |key| key.credential_id = vec![9; 32]),
            ("passkey of another user", |key| key.credential_id = vec![2; 32]),
            ("no user", |key| key.user_handle = "AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ];
        for (number, (what, change)) in (1..).zip(changes) {
            let mut changed = key.clone();
            change(&mut changed);
            let answer = log_in(&mut app.elsewhere(number).browser(), &mut changed).await;
            assert_eq!((answer.status, answer.error()), (401, AppError::PasskeyRefused), "{what}");
        }
        let mut handle_of_bob = key.clone();
        handle_of_bob.user_handle = bobs.user_handle;
        assert_refused(&log_in(&mut bob, &mut handle_of_bob).await);
        for credential in ["", "{}", "null", "\0", &"[".repeat(2_000)] {
            let (_, state) = begun(&mut bob).await;
            assert_refused(&bob.call("/fn/log_in_by_passkey", &[("credential", credential), ("state", &state)]).await);
        }
        assert_eq!(app.sessions().await.len(), before);
    }

    async fn a_challenge_counts_once_for_five_minutes_and_only_with_its_state(app: TestApp) {
        let (_, mut key) = with_passkey(&app, "ada", 1).await;
        let mut browser = app.elsewhere(1).browser();
        let (options, state) = begun(&mut browser).await;
        let credential = key.get(&options);
        let fields = [("credential", credential.as_str()), ("state", state.as_str())];
        browser.call("/fn/log_in_by_passkey", &fields).await.assert_status(200);
        assert_refused(&app.browser().call("/fn/log_in_by_passkey", &fields).await);
        let (first, second) = (begun(&mut browser).await, begun(&mut browser).await);
        let mixed = [("credential", &*key.get(&first.0)), ("state", &second.1)];
        assert_refused(&browser.call("/fn/log_in_by_passkey", &mixed).await);
        let (options, state) = begun(&mut browser).await;
        for wrong in ["", "x", &state[1..], &state.to_uppercase()] {
            let fields = [("credential", &*key.get(&options)), ("state", wrong)];
            assert_refused(&browser.call("/fn/log_in_by_passkey", &fields).await);
        }
        app.clock.advance(300);
        let late = [("credential", &*key.get(&options)), ("state", &*state)];
        assert_refused(&browser.call("/fn/log_in_by_passkey", &late).await);
        log_in(&mut app.elsewhere(2).browser(), &mut key).await.assert_status(200);
    }

    async fn of_parallel_logins_with_one_response_one_succeeds(app: TestApp) {
        let (_, mut key) = with_passkey(&app, "ada", 1).await;
        let other = app.node(&[]).await;
        let (options, state) = begun(&mut app.browser()).await;
        let credential = key.get(&options);
        let logins = (0..8).map(|number| {
            let (app, fields) = (if number % 2 == 0 { &app } else { &other }, [("credential", credential.clone()), ("state", state.clone())]);
            let mut browser = app.elsewhere(number).browser();
            async move {
                let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
                browser.call("/fn/log_in_by_passkey", &fields).await.status
            }
        });
        let statuses = futures::future::join_all(logins).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }

    async fn a_copy_of_a_passkey_is_refused_recorded_and_told(app: TestApp) {
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)]).await;
        app.confirm_emails().await;
        let mut key = Authenticator::new(1);
        add(&mut ada, &mut key, "Phone").await.assert_status(200);
        let mut copy = key.clone();
        log_in(&mut app.browser(), &mut key).await.assert_status(200);
        log_in(&mut app.browser(), &mut key).await.assert_status(200);
        app.deliver().await;
        assert_refused(&log_in(&mut app.browser(), &mut copy).await);
        assert_eq!(app.events_of("authn_passkey_copied").await.len(), 1);
        let told = app.deliver().await;
        assert!(told.iter().any(|mail| mail.to == "ada@example.org" && mail.text.contains("A copy of a passkey")), "{told:?}");
        assert_eq!(ada.get("/account").await.texts(".events td").iter().filter(|text| text.starts_with("Copied passkey")).count(), 1);
        // The owner's own still works.
        log_in(&mut app.browser(), &mut key).await.assert_status(200);
    }

    async fn adding_and_removing_need_a_recent_password_and_tell_the_owner(app: TestApp) {
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)]).await;
        app.confirm_emails().await;
        let mut key = Authenticator::new(1);
        let begun = options(&mut ada).await;
        let credential = key.create(&begun);
        app.clock.advance(601);
        for (path, fields) in [("/fn/begin_passkey", vec![]), ("/fn/add_passkey", vec![("credential", &*credential)]), ("/fn/remove_passkey", vec![("id", "x")])] {
            assert_eq!(ada.call(path, &fields).await.error(), AppError::ReauthenticationRequired, "{path}");
        }
        ada.call("/fn/reauthenticate", &[("current_password", PASSWORD)]).await.assert_status(200);
        assert_refused(&ada.call("/fn/add_passkey", &[("credential", &credential)]).await);
        add(&mut ada, &mut key, "").await.assert_status(200);
        let id = ada.get(paths::SECOND_FACTOR).await.attribute("section.passkeys [name=id]", "value").unwrap();
        assert_eq!(ada.get(paths::SECOND_FACTOR).await.texts("section.passkeys .device"), ["Firefox on Linux"]);
        assert!(app.deliver().await.iter().any(|mail| mail.text.contains("A passkey was added")));
        let mut bob = app.logged_in("bob").await;
        assert_eq!(bob.call("/fn/remove_passkey", &[("id", &id)]).await.error(), AppError::NotFound);
        ada.submit("/fn/remove_passkey", &[("id", &id)]).await.assert_found(paths::SECOND_FACTOR);
        assert!(app.deliver().await.iter().any(|mail| mail.text.contains("A passkey was removed")));
        assert_eq!(app.events_of("authn_passkey_removed").await[0].detail, "Firefox on Linux");
        assert_refused(&log_in(&mut app.browser(), &mut key).await);
        ada.get("/account").await.assert_status(200);
    }

    async fn of_accounts_that_register_one_credential_at_once_one_gets_it(app: TestApp) {
        let registrations = (0..6).map(|number| {
            let app = app.clone();
            async move {
                let mut browser = app.elsewhere(number).logged_in(&format!("user{number}")).await;
                add(&mut browser, &mut Authenticator::new(1), "x").await.status
            }
        });
        let mut statuses = futures::future::join_all(registrations).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401]);
    }

    async fn a_registration_is_refused_unless_everything_is_right(app: TestApp) {
        let (mut ada, mut key) = with_passkey(&app, "ada", 1).await;
        let mut bob = app.logged_in("bob").await;
        let again = options(&mut ada).await;
        assert_eq!(again["excludeCredentials"].as_array().unwrap().len(), 1);
        assert_eq!(again["attestation"].as_str().unwrap_or("none"), "none");
        assert_refused(&ada.call("/fn/add_passkey", &[("credential", &key.create(&again))]).await);
        let of_ada = options(&mut ada).await;
        let credential = Authenticator::new(3).create(&of_ada);
        assert_refused(&bob.call("/fn/add_passkey", &[("credential", &credential)]).await);
        assert_refused(&ada.call("/fn/add_passkey", &[("credential", &credential)]).await);
        let changes: [Change; 3] = [
            |key| key.origin = "https://evil.example".to_owned(),
            |key| key.rp_id = "evil.example".to_owned(),
            |key| key.verifies_user = false,
        ];
        for change in changes {
            let mut new = Authenticator::new(4);
            change(&mut new);
            assert_refused(&add(&mut ada, &mut new, "x").await);
        }
        for name in ["<b>\u{7}\u{202e}", &"n".repeat(500)] {
            let number = u8::try_from(name.len() % 100).unwrap() + 10;
            add(&mut ada, &mut Authenticator::new(number), name).await.assert_status(200);
        }
        let names = ada.get(paths::SECOND_FACTOR).await.texts("section.passkeys .device");
        assert!(names.iter().all(|name| name.chars().count() <= 64 && !name.contains('\u{7}')), "{names:?}");
    }

    async fn a_passkey_is_a_fresh_proof_of_its_own_user_only(app: TestApp) {
        let (mut ada, mut key) = with_passkey(&app, "ada", 1).await;
        let (_, mut bobs) = with_passkey(&app, "bob", 2).await;
        app.clock.advance(601);
        let token = ada.token().to_owned();
        let (options, state) = begun(&mut ada).await;
        let fields = [("credential", &*bobs.get(&options)), ("state", &*state)];
        assert_refused(&ada.call("/fn/reauthenticate_by_passkey", &fields).await);
        let (options, state) = begun(&mut ada).await;
        let fields = [("credential", &*key.get(&options)), ("state", &*state), ("next", "/account/second_factor")];
        ada.submit("/fn/reauthenticate_by_passkey", &fields).await.assert_found("/account/second_factor");
        assert_ne!(ada.token(), token);
        ada.call("/fn/begin_passkey", &[]).await.assert_status(200);
        assert_eq!(app.events_of("authn_reauth_success").await[0].detail, "by a passkey");
    }

    async fn a_reset_of_the_password_keeps_passkeys_and_an_administrator_removes_them(app: TestApp) {
        let (mut ada, mut key) = with_passkey(&app, "ada", 1).await;
        let fields = [("current_password", PASSWORD), ("password", "another quiet lantern 7")];
        ada.call("/fn/change_password", &fields).await.assert_status(200);
        log_in(&mut app.browser(), &mut key).await.assert_status(200);
        let root = app.admin("ruth").await;
        let id = app.users().await.into_iter().find(|user| user.username == "ada").unwrap().public_id;
        root.clone().call("/fn/set_active", &[("id", &id), ("is_active", "false")]).await.assert_status(200);
        let answer = log_in(&mut app.elsewhere(1).browser(), &mut key).await;
        assert_eq!((answer.status, answer.error()), (403, AppError::Deactivated));
        root.clone().call("/fn/set_active", &[("id", &id), ("is_active", "true")]).await.assert_status(200);
        root.clone().call("/fn/remove_user_second_factor", &[("id", &id)]).await.assert_status(200);
        assert_refused(&log_in(&mut app.elsewhere(2).browser(), &mut key).await);
    }

    async fn wrong_answers_are_limited_by_network(app: TestApp) {
        let (_, mut key) = with_passkey(&app, "ada", 1).await;
        for _ in 0..30 {
            assert_refused(&log_in(&mut app.elsewhere(9).browser(), &mut Authenticator::new(7)).await);
        }
        assert_eq!(log_in(&mut app.elsewhere(9).browser(), &mut key).await.status, 429);
        log_in(&mut app.elsewhere(8).browser(), &mut key).await.assert_status(200);
    }

    async fn an_ip_address_has_no_passkeys(app: TestApp) {
        let app = app.node(&["--public-url=http://127.0.0.1:3000"]).await;
        let mut ada = app.logged_in("ada").await;
        assert_eq!(ada.call("/fn/begin_passkey_login", &[]).await.error(), AppError::NotFound);
        assert_eq!(ada.call("/fn/begin_passkey", &[]).await.error(), AppError::NotFound);
        assert!(ada.get(paths::SECOND_FACTOR).await.texts("section.passkeys").is_empty());
    }

    async fn the_api_registers_lists_uses_and_removes_passkeys(app: TestApp) {
        let typed = json!({"username": "ada", "password": PASSWORD});
        let token = Call::new("POST", "/api/registration").json(&typed).send(&app).await.access_token();
        let mut key = Authenticator::new(1);
        let begun = Call::new("POST", "/api/me/passkeys/begin").bearer(&token).send(&app).await;
        begun.assert_status(200);
        let credential: Value = serde_json::from_str(&key.create(&begun.json()["options"])).unwrap();
        let typed = json!({"name": "Phone", "credential": credential});
        let added = Call::new("POST", "/api/me/passkeys").bearer(&token).json(&typed).send(&app).await;
        added.assert_status(201);
        let again = Call::new("POST", "/api/me/passkeys").bearer(&token).json(&typed).send(&app).await;
        assert_eq!((again.status, again.json()["error"].as_str()), (401, Some("AuthenticationError")));
        let listed = Call::new("GET", "/api/me/passkeys").bearer(&token).send(&app).await.json();
        assert_eq!(listed["passkeys"], json!([added.json()]));
        let begun = Call::new("POST", "/api/login/passkey/begin").send(&app).await.json();
        let credential: Value = serde_json::from_str(&key.get(&begun["options"])).unwrap();
        let typed = json!({"state": begun["state"], "credential": credential});
        let issued = Call::new("POST", "/api/login/passkey").json(&typed).send(&app).await.access_token();
        Call::new("GET", "/api/protected").bearer(&issued).send(&app).await.assert_status(200);
        let replayed = Call::new("POST", "/api/login/passkey").json(&typed).send(&app).await;
        assert_eq!((replayed.status, replayed.json()["error"].as_str()), (401, Some("AuthenticationError")));
        app.clock.advance(601);
        let path = format!("/api/me/passkeys/{}", added.json()["id"].as_str().unwrap());
        let late = Call::new("DELETE", &path).bearer(&issued).send(&app).await;
        assert_eq!((late.status, late.json()["error"].as_str()), (403, Some("ReauthenticationRequired")));
        let fresh = Call::new("POST", "/api/reauthenticate").bearer(&issued).json(&json!({"password": PASSWORD}));
        let fresh = fresh.send(&app).await.access_token();
        Call::new("DELETE", &path).bearer(&fresh).send(&app).await.assert_status(204);
        Call::new("DELETE", &path).bearer(&fresh).send(&app).await.assert_status(404);
    }
}
