//! Emails to the owner of an account about its sessions.

use latchkey_core::mail::eml::Eml;

use crate::support::{Browser, PASSWORD, SAFARI, TestApp};

const ACCESS: i64 = 15 * 60;
const NEW_SIGN_IN: &str = "New sign-in to your Latchkey account";
const REUSE: &str = "A session of your Latchkey account was ended";

async fn registered(app: &TestApp, email: &str) -> Browser {
    let mut browser = app.browser();
    let fields = [("username", "ada"), ("email", email), ("password", PASSWORD)];
    browser.submit("/fn/register", &fields).await.assert_found("/secret");
    app.confirm_emails().await;
    browser
}

async fn log_in(app: &TestApp, user_agent: &'static str) {
    let mut browser = app.browser();
    browser.user_agent = user_agent;
    browser.log_in("ada", PASSWORD).await.assert_found("/secret");
}

fn subjects(mails: &[Eml]) -> Vec<&str> {
    mails.iter().map(|mail| mail.subject.as_str()).collect()
}

on_both! {
    async fn a_device_not_seen_before_is_told_once(app: TestApp) {
        registered(&app, "ada@example.org").await;
        log_in(&app, "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0").await;
        assert!(app.deliver().await.is_empty(), "the first device, updated");
        log_in(&app, SAFARI).await;
        let mails = app.deliver().await;
        assert_eq!(subjects(&mails), [NEW_SIGN_IN]);
        assert_eq!(mails[0].to, "ada@example.org");
        assert!(mails[0].text.contains("Device: Safari on Mac"), "{}", mails[0].text);
        log_in(&app, SAFARI).await;
        assert_eq!(app.deliver().await.len(), 1, "it is known now");
    }

    async fn an_address_that_nobody_confirmed_gets_no_notices(app: TestApp) {
        let fields = [("username", "ada"), ("email", "stranger@example.org"), ("password", PASSWORD)];
        app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
        log_in(&app, SAFARI).await;
        assert!(app.deliver().await.is_empty());
        app.browser().call("/fn/request_reset", &[("email", "stranger@example.org")]).await.assert_status(200);
        let mails = app.deliver().await;
        let token = mails[0].link().unwrap().split_once("token=").unwrap().1;
        let password = "other wolf orbit cave";
        let fields = [("token", token), ("password", password), ("password_confirmation", password)];
        app.browser().call("/fn/reset_password", &fields).await.assert_status(200);
        app.browser().log_in("ada", password).await.assert_found("/secret");
        let mails = app.deliver().await;
        assert_eq!(subjects(&mails)[1..], ["Your Latchkey password was changed"], "who uses the link has the mailbox");
    }

    async fn a_user_agent_is_no_wildcard_for_known_devices(app: TestApp) {
        registered(&app, "ada@example.org").await;
        for user_agent in ["%", "Firefox_on_Linux", "\\", "Firefox on L%"] {
            log_in(&app, user_agent).await;
        }
        assert_eq!(subjects(&app.deliver().await), [NEW_SIGN_IN; 4]);
    }

    async fn the_first_session_and_a_wrong_password_tell_nothing(app: TestApp) {
        registered(&app, "ada@example.org").await;
        let mut safari = app.browser();
        safari.user_agent = SAFARI;
        safari.log_in("ada", "wrong wolf orbit cave").await.assert_found("/login");
        assert!(app.deliver().await.is_empty());
    }

    async fn reuse_of_a_token_is_told_once(app: TestApp) {
        let mut ada = registered(&app, "ada@example.org").await;
        let mut thief = ada.clone();
        app.clock.advance(ACCESS);
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(ACCESS);
        ada.get("/secret").await.assert_status(200);
        for _ in 0..2 {
            thief.get("/secret").await.assert_found("/login?next=/secret");
        }
        let mails = app.deliver().await;
        assert_eq!(subjects(&mails), [REUSE]);
        assert!(mails[0].text.contains("Hello ada,") && mails[0].text.contains("Firefox on Linux"));
    }

    async fn a_session_that_continues_elsewhere_is_told_once_a_day(app: TestApp) {
        let mut ada = registered(&app, "ada@example.org").await;
        let renewed = async |browser: &mut Browser| {
            app.clock.advance(ACCESS);
            browser.get("/secret").await.assert_status(200);
        };
        // Another network, or another device, alone is ordinary.
        ada.ip = [198, 51, 100, 1];
        renewed(&mut ada).await;
        ada.user_agent = SAFARI;
        renewed(&mut ada).await;
        assert_eq!((app.deliver().await.len(), app.events("session_moved").await), (0, 0));
        ada.ip = [192, 0, 2, 1];
        ada.user_agent = "unknown/1.0";
        renewed(&mut ada).await;
        let mails = app.deliver().await;
        assert_eq!(subjects(&mails), ["A session of your Latchkey account is used elsewhere"]);
        assert!(mails[0].text.contains("Unknown device. IP address: 192.0.2.1."), "{}", mails[0].text);
        assert!(mails[0].link().unwrap().ends_with("/account"));
        ada.ip = [203, 0, 113, 7];
        ada.user_agent = SAFARI;
        renewed(&mut ada).await;
        assert_eq!((app.deliver().await.len(), app.events("session_moved").await), (1, 2));
        let events = ada.get("/account").await.texts("main").concat();
        assert!(events.contains("Session used elsewhere"), "{events}");
    }

    async fn a_copy_that_gets_the_same_token_elsewhere_is_told(app: TestApp) {
        let mut ada = registered(&app, "ada@example.org").await;
        let mut thief = ada.clone();
        thief.ip = [192, 0, 2, 1];
        thief.user_agent = "unknown/1.0";
        app.clock.advance(ACCESS);
        for browser in [&mut ada, &mut thief] {
            browser.get("/secret").await.assert_status(200);
        }
        assert_eq!(subjects(&app.deliver().await), ["A session of your Latchkey account is used elsewhere"]);
        assert_eq!(app.events("session_moved").await, 1);
    }

    async fn an_account_gets_twenty_notices_a_day_and_those_about_its_password(app: TestApp) {
        let mut ada = registered(&app, "ada@example.org").await;
        for number in 0..22 {
            let device: &'static str = Box::leak(format!("device{number}/1").into_boxed_str());
            log_in(&app, device).await;
        }
        assert_eq!(app.deliver().await.len(), 20);
        let new = "another quiet otter";
        let change = [("current_password", PASSWORD), ("password", new), ("password_confirmation", new)];
        ada.submit("/fn/change_password", &change).await.assert_found("/account");
        assert_eq!(subjects(&app.deliver().await)[20..], ["Your Latchkey password was changed"]);
    }

    async fn an_account_without_an_address_is_told_nothing(app: TestApp) {
        registered(&app, "").await;
        log_in(&app, SAFARI).await;
        assert!(app.deliver().await.is_empty());
    }
}
