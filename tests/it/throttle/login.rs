//! Logins, counted by the name that was typed.

use futures::future::join_all;
use latchkey_core::store::entity::attempt;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{ADA, QUARTER, WRONG, ada, api_log_in, at, exhaust, guess, lock, log_in};
use crate::flows::{reset, token};
use crate::support::{Answer, PASSWORD, TestApp};

/// A response without the headers that differ between requests, and without the typed name.
fn masked(answer: &Answer, name: &str) -> (u16, Vec<String>, String) {
    let varying = ["x-request-id", "content-security-policy", "date", "set-cookie", "content-length"];
    let headers = answer.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let mut parts = answer.body.split("nonce=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    let body = first + &parts.map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect::<String>();
    let typed = [format!("\"{name}\""), format!("\\\"{name}\\\"")];
    (answer.status, headers, typed.iter().fold(body, |body, typed| body.replace(typed, "NAME")))
}

on_both! {
    async fn five_failures_are_free_and_then_the_delay_doubles(app: TestApp) {
        ada(&app).await;
        for number in 0..5 {
            guess(&app, number, "ada").await.assert_status(401);
        }
        for (number, delay) in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].into_iter().enumerate() {
            let answer = guess(&app, 10 + number, "ada").await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, delay.to_string().as_str()));
            app.clock.advance(delay - 1);
            let answer = log_in(&mut at(&app, 100 + number), "ada", PASSWORD).await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, "1"), "the right password waits as well");
            app.clock.advance(1);
            guess(&app, 200 + number, "ada").await.assert_status(401);
        }
    }

    async fn known_and_unknown_names_get_the_same_answers(app: TestApp) {
        ada(&app).await;
        let mut all = Vec::new();
        for (number, name) in ["ada", ADA, "nobody", "nobody@example.org"].into_iter().enumerate() {
            let mut answers = Vec::new();
            for _ in 0..7 {
                let mut browser = at(&app, number);
                answers.push(masked(&browser.log_in(name, WRONG).await, name));
                answers.push(masked(&browser.get("/login").await, name));
            }
            answers.push(masked(&guess(&app, number, name).await, name));
            answers.push(masked(&api_log_in(&app, name, WRONG).await, name));
            all.push(answers);
        }
        assert_eq!(all[0][13].0, 429, "the page after the seventh");
        for answers in &all[1..] {
            assert_eq!(*answers, all[0]);
        }
    }

    async fn the_page_without_scripts_says_when_to_try_again(app: TestApp) {
        exhaust(&app, "ada").await;
        let mut browser = app.browser();
        browser.log_in("ada", PASSWORD).await.assert_found("/login");
        let page = browser.get("/login").await;
        assert_eq!((page.status, page.header("retry-after")), (429, "2"));
        let text = page.texts("[role=alert]").concat();
        assert!(text.contains("in 2 seconds: 24 Nov 2026, 12:00:02 UTC"), "{text}");
        assert_eq!(page.attribute("input[name=username]", "value").as_deref(), Some("ada"));
    }

    async fn pages_and_api_and_all_spellings_of_a_name_share_the_count(app: TestApp) {
        ada(&app).await;
        for name in ["ada", " ADA ", "Ada"] {
            guess(&app, 1, name).await.assert_status(401);
        }
        for name in ["ada", "aDa"] {
            api_log_in(&app, name, WRONG).await.assert_api_error(401, "AuthenticationError", name);
        }
        guess(&app, 2, "ada").await.assert_status(429);
        let answer = api_log_in(&app, "ada", PASSWORD).await;
        answer.assert_api_error(429, "TooManyRequests", "ada");
        assert_eq!(answer.header("retry-after"), "2");
    }

    async fn nodes_share_the_count_and_a_restart_keeps_it(app: TestApp) {
        ada(&app).await;
        let other = app.node(&[]).await;
        for number in 0..5 {
            guess(if number % 2 == 0 { &app } else { &other }, number, "ada").await.assert_status(401);
        }
        for node in [&app, &other, &app.node(&[]).await] {
            log_in(&mut node.browser(), "ada", PASSWORD).await.assert_status(429);
        }
    }

    async fn of_parallel_guesses_five_are_evaluated(app: TestApp) {
        ada(&app).await;
        let other = app.node(&[]).await;
        let answers = (0..50).map(|number| guess(if number % 2 == 0 { &app } else { &other }, number, "ada"));
        let answers = join_all(answers.collect::<Vec<_>>()).await;
        let of = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((of(401), of(429)), (5, 45));
    }

    async fn a_success_starts_the_count_again(app: TestApp) {
        ada(&app).await;
        for number in 0..4 {
            guess(&app, number, "ada").await.assert_status(401);
        }
        log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(200);
        assert_eq!(attempt::Entity::find().count(app.state.store.reader()).await.unwrap(), 0);
        exhaust(&app, "ada").await;
    }

    async fn of_ten_thousand_guesses_from_a_thousand_addresses_at_most_a_hundred_are_evaluated(app: TestApp) {
        let mut known = ada(&app).await;
        let mut evaluated = 0;
        for round in 0..100 {
            for number in 0..100 {
                let name = if number % 2 == 0 { "ada" } else { ADA };
                let answer = guess(&app, (round * 100 + number) % 1_000, name).await;
                assert!([401, 429].contains(&answer.status), "{}", answer.status);
                evaluated += usize::from(answer.status == 401);
            }
            app.clock.advance(QUARTER);
        }
        assert!((90..=100).contains(&evaluated), "{evaluated}");
        log_in(&mut known, "ada", PASSWORD).await.assert_status(200);
    }

    async fn after_fifty_failures_the_owner_gets_one_email_and_in_by_a_reset(app: TestApp) {
        ada(&app).await;
        app.confirm_emails().await;
        lock(&app, "ada").await;
        let mut elsewhere = at(&app, 900);
        elsewhere.log_in("ada", PASSWORD).await.assert_found("/login");
        let page = elsewhere.get("/login").await;
        let text = page.texts("[role=alert]").concat();
        assert!(page.status == 429 && text.contains("reset the password"), "{text}");
        let mails = app.deliver().await;
        let locked = mails.iter().filter(|mail| mail.subject == "Many failed logins to your Latchkey account");
        let locked = locked.collect::<Vec<_>>();
        assert_eq!((locked.len(), locked[0].to.as_str()), (1, ADA));
        assert!(locked[0].text.contains("/reset"), "{}", locked[0].text);

        elsewhere.call("/fn/request_reset", &[("email", ADA)]).await.assert_status(200);
        let link = token(&app.deliver().await.pop().unwrap());
        let fields = [("token", link.as_str()), ("password", WRONG), ("password_confirmation", WRONG)];
        elsewhere.submit("/fn/reset_password", &fields).await.assert_found("/login");
        // Others go on guessing, but this browser is known since the reset.
        for number in 0..6 {
            log_in(&mut at(&app, number), "ada", PASSWORD).await;
        }
        log_in(&mut elsewhere, "ada", WRONG).await.assert_status(200);
    }

    async fn a_locked_unknown_name_is_answered_alike(app: TestApp) {
        ada(&app).await;
        lock(&app, "ada").await;
        app.clock.advance(-50 * QUARTER);
        lock(&app, "nobody").await;
        let answers = ["ada", "nobody"].map(|name| (name, guess(&app, 900, name)));
        let mut bodies = Vec::new();
        for (name, answer) in answers {
            bodies.push(masked(&answer.await, name));
        }
        assert_eq!(bodies[0], bodies[1]);
        assert_eq!(bodies[0].0, 429);
    }

    async fn an_administrator_lets_somebody_in_by_enabling_the_account(app: TestApp) {
        ada(&app).await;
        lock(&app, "ada").await;
        log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(429);
        app.set_active("ada", true).await.unwrap();
        log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(200);
    }

    async fn a_count_is_kept_for_a_year_and_then_deleted(app: TestApp) {
        exhaust(&app, "ada").await;
        let count = async || attempt::Entity::find().count(app.state.store.reader()).await.unwrap();
        app.clock.advance(365 * 86_400);
        app.state.services.cleanup.prune_batch().await.unwrap();
        assert_eq!(count().await, 1);
        app.clock.advance(1);
        app.state.services.cleanup.prune_batch().await.unwrap();
        assert_eq!(count().await, 0);
    }

    async fn a_reset_by_the_api_lifts_the_limit(app: TestApp) {
        ada(&app).await;
        exhaust(&app, "ada").await;
        app.browser().call("/fn/request_reset", &[("email", ADA)]).await.assert_status(200);
        let link = token(&app.deliver().await.pop().unwrap());
        reset(&app, &link, WRONG).await.assert_status(200);
        api_log_in(&app, "ada", WRONG).await.access_token();
    }
}
