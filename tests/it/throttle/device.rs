//! Known devices: browsers in which an account has logged in.

use latchkey_core::security::device_token::DEVICE_SECONDS;

use super::{ADA, ada, at, exhaust, guess, lock, log_in};
use crate::support::{PASSWORD, TestApp};

const COOKIE: &str = "latchkey-device";

on_both! {
    async fn a_known_device_logs_in_at_the_first_try(app: TestApp) {
        let mut known = ada(&app).await;
        known.submit("/fn/logout", &[]).await.assert_found("/");
        lock(&app, "ada").await;
        exhaust(&app, ADA).await;
        for name in ["ada", ADA] {
            log_in(&mut known, name, PASSWORD).await.assert_status(200);
        }
        // Its success does not lift the limit of others.
        guess(&app, 7, "ada").await.assert_status(429);
    }

    async fn a_forged_cookie_and_one_of_another_account_or_too_old_give_nothing(app: TestApp) {
        let known = ada(&app).await;
        let eve = app.logged_in("eve").await;
        exhaust(&app, "ada").await;
        let own = known.cookies[COOKIE].clone();
        let (start, last) = own.split_at(own.len() - 1);
        let forged = format!("{start}{}", if last == "A" { "Q" } else { "A" });
        for value in [eve.cookies[COOKIE].clone(), forged, "x.y.1.z".to_owned(), String::new()] {
            let mut browser = at(&app, 9);
            browser.cookies.insert(COOKIE.to_owned(), value.clone());
            log_in(&mut browser, "ada", PASSWORD).await.assert_status(429);
        }
        app.clock.advance(DEVICE_SECONDS);
        exhaust(&app, ADA).await;
        let mut old = known.clone();
        log_in(&mut old, ADA, PASSWORD).await.assert_status(429);
    }

    async fn a_device_has_a_counter_of_its_own(app: TestApp) {
        let mut known = ada(&app).await;
        for _ in 0..5 {
            log_in(&mut known, "ada", "another wrong password").await.assert_status(401);
        }
        log_in(&mut known, "ada", PASSWORD).await.assert_status(429);
        log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(200);
        app.clock.advance(2);
        log_in(&mut known, "ada", PASSWORD).await.assert_status(200);
    }

    async fn the_cookie_has_all_attributes(app: TestApp) {
        let mut browser = ada(&app).await;
        let cookie = log_in(&mut browser, "ada", PASSWORD).await.set_cookie("-device");
        assert!(cookie.starts_with("latchkey-device=") && cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=15552000"), "{cookie}");
        let secure = app.node(&["--leptos-env=PROD", "--public-url=https://example.org"]).await;
        let cookie = log_in(&mut secure.browser(), "ada", PASSWORD).await.set_cookie("-device");
        assert!(cookie.starts_with("__Host-latchkey-device=") && cookie.contains("; Secure;"), "{cookie}");
        assert!(log_in(&mut browser, "ada", "another wrong password").await.set_cookies().is_empty());
    }
}
