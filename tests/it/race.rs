//! Races for one session: concurrent requests of tabs, nodes and people.
//!
//! R1 to R11 of the race matrix. Cases that `rotation.rs` tests are not repeated here: R4 after an hour, R9 without a
//! grace period, R10 with a forged token, R11 with clocks thirty seconds apart.

use std::collections::HashSet;

use futures::future::join_all;
use latchkey_core::security::jwt::{Claims, NewClaims, SigningKeys, TokenKind};
use latchkey_core::security::random;
use latchkey_core::store::entity::session;
use latchkey_core::store::sessions;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::support::{Answer, Browser, PASSWORD, SAFARI, SECRET, TestApp};

const ACCESS: i64 = 15 * 60;

/// The tokens that responses set; each must set one.
fn successors(answers: &[Answer]) -> HashSet<String> {
    answers.iter().map(|answer| answer.new_token().unwrap_or_else(|| panic!("none in {answer:?}"))).collect()
}

async fn all<F: Future<Output = Answer> + Send + 'static>(requests: impl Iterator<Item = F>) -> Vec<Answer> {
    join_all(requests.map(tokio::spawn)).await.into_iter().map(Result::unwrap).collect()
}

/// A browser that is logged in with "remember me".
async fn kept(app: &TestApp, username: &str) -> Browser {
    app.logged_in(username).await;
    let mut browser = app.browser();
    let fields = [("username", username), ("password", PASSWORD), ("remember", "on")];
    browser.submit("/fn/login", &fields).await.assert_found("/secret");
    browser
}

/// Another session like an existing one, without the cost of a login.
async fn twin(app: &TestApp, like: &session::Model, subject: &str) -> Browser {
    let row = session::Model { id: random::id().unwrap(), jti: random::id().unwrap(), ..like.clone() };
    let claims = Claims::from(NewClaims {
        issuer: "latchkey",
        subject,
        session: &row.id,
        token: &row.jti,
        generation: 0,
        issued_at: row.issued_at,
        access_seconds: ACCESS,
        refresh_expires_at: row.refresh_expires_at,
        roles: "user",
        kind: TokenKind::Web,
    });
    let token = SigningKeys::new("latchkey", SECRET.as_bytes(), &[]).sign(&claims).unwrap();
    app.state.store.write_tx(async |tx| sessions::insert(tx, row).await).await.unwrap();
    let mut browser = app.browser();
    browser.set_token(token.expose());
    browser
}

on_both! {
    async fn r1_fifty_requests_on_two_nodes_with_one_expired_cookie_make_one_rotation(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let other = app.node(&[]).await;
        app.clock.advance(ACCESS);
        let tab = |n: usize| if n.is_multiple_of(2) { ada.clone() } else { ada.at(&other) };
        let answers = all((0..50).map(tab).map(|mut tab| async move { tab.get("/secret").await })).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(successors(&answers).len(), 1);
        assert_eq!((app.only_session().await.generation, app.events("session_renewed").await), (1, 1));
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn r2_a_page_and_its_functions_at_once_make_one_rotation(app: TestApp) {
        let ada = app.logged_in("ada").await;
        app.clock.advance(ACCESS);
        let calls = ["/secret", "/fn/secret", "/fn/current_user", "/fn/secret", "/fn/current_user", "/fn/refresh"];
        let answers = all(calls.into_iter().map(|path| {
            let mut tab = ada.clone();
            async move { if path.starts_with("/fn") { tab.call(path, &[]).await } else { tab.get(path).await } }
        })).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(successors(&answers).len(), 1);
        assert_eq!(app.only_session().await.generation, 1);
    }

    async fn r3_a_page_that_reads_several_things_makes_one_rotation(app: TestApp) {
        let mut ada = app.admin("ada").await;
        for (generation, path) in (1..).zip(["/secret", "/admin/users", "/admin/events"]) {
            app.clock.advance(ACCESS);
            let page = ada.get(path).await;
            page.assert_status(200);
            assert_eq!(page.set_cookies().len(), 1, "{path}");
            assert_eq!(app.only_session().await.generation, generation, "{path}");
        }
    }

    async fn r4_a_lost_response_can_be_requested_again_at_any_time(app: TestApp) {
        let lost = kept(&app, "ada").await;
        app.clock.advance(ACCESS);
        lost.clone().get("/secret").await.assert_status(200);
        let after_rotation = app.sessions().await;
        for seconds in [1, 3_600, 3 * 86_400] {
            app.clock.advance(seconds);
            let again = lost.clone().get("/secret").await;
            again.assert_status(200);
            assert!(again.new_token().is_some(), "{seconds}");
        }
        let jtis = |sessions: Vec<session::Model>| sessions.into_iter().map(|row| (row.jti, row.generation)).collect::<HashSet<_>>();
        assert_eq!(jtis(app.sessions().await), jtis(after_rotation), "one successor");
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn r5_the_second_use_of_a_stolen_token_ends_the_session(app: TestApp) {
        for thief_is_first in [true, false] {
            let mut victim = app.logged_in(if thief_is_first { "ada" } else { "bob" }).await;
            let mut thief = victim.clone();
            thief.user_agent = SAFARI;
            let (first, second) = if thief_is_first { (&mut thief, &mut victim) } else { (&mut victim, &mut thief) };
            app.clock.advance(ACCESS);
            first.get("/secret").await.assert_status(200);
            first.get("/secret").await.assert_status(200);
            app.clock.advance(60);
            for browser in [second, first] {
                browser.get("/secret").await.assert_found("/login?next=/secret");
                assert_eq!(browser.call("/fn/secret", &[]).await.status, 401);
            }
        }
        assert_eq!(app.events("authn_token_reuse").await, 2);
    }

    async fn r6_after_a_logout_no_token_works_even_from_a_concurrent_refresh(app: TestApp) {
        const AT_ONCE: usize = 25;
        app.logged_in("ada").await;
        let (like, subject) = (app.only_session().await, app.users().await[0].public_id.clone());
        let other = app.node(&[]).await;
        for round in 0..1_000 / AT_ONCE {
            // With an expired token, and with a valid one.
            let like = session::Model { issued_at: app.clock.now() - if round % 2 == 0 { ACCESS } else { 0 }, ..like.clone() };
            let races = (0..AT_ONCE).map(|_| async {
                let browser = twin(&app, &like, &subject).await;
                let (mut leaver, mut stayer) = (browser.clone(), browser.at(&other));
                let (left, stayed) = tokio::join!(leaver.submit("/fn/logout", &[]), stayer.call("/fn/refresh", &[]));
                left.assert_found("/");
                let late = stayed.new_token();
                for token in [Some(browser.token().to_owned()), late].into_iter().flatten() {
                    let mut tab = app.browser();
                    tab.set_token(&token);
                    assert_eq!(tab.call("/fn/secret", &[]).await.status, 401);
                    assert_eq!(tab.call("/fn/refresh", &[]).await.status, 401);
                }
            });
            join_all(races).await;
        }
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn r7_a_changed_password_ends_another_device_during_its_refresh(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let (like, subject) = (app.only_session().await, app.users().await[0].public_id.clone());
        let other = app.node(&[]).await;
        let passwords = ["two lamps under snow", PASSWORD];
        for round in 0..10 {
            let mut elsewhere = twin(&app, &like, &subject).await.at(&other);
            let before = elsewhere.clone();
            let (new, old) = (passwords[round % 2], passwords[(round + 1) % 2]);
            let fields = [("current_password", old), ("password", new)];
            let (changed, _) = tokio::join!(ada.call("/fn/change_password", &fields), elsewhere.call("/fn/refresh", &[]));
            changed.assert_status(200);
            for mut tab in [before.at(&app), elsewhere.at(&app)] {
                assert_eq!(tab.call("/fn/secret", &[]).await.status, 401);
                assert_eq!(tab.call("/fn/refresh", &[]).await.status, 401);
            }
            ada.get("/secret").await.assert_status(200);
        }
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn r8_a_refresh_after_a_concurrent_deactivation_or_change_of_roles_sees_it(app: TestApp) {
        app.logged_in("ada").await;
        let (like, subject) = (app.only_session().await, app.users().await[0].public_id.clone());
        let other = app.node(&[]).await;
        for round in 0..20 {
            let mut browser = twin(&app, &like, &subject).await.at(&other);
            let mut stayer = browser.clone();
            let roles = if round % 2 == 0 { "auditor,user" } else { "user" };
            let (changed, _) = tokio::join!(app.set_roles("ada", roles), browser.call("/fn/refresh", &[]));
            changed.unwrap();
            // A refresh after the change has the new roles, whatever the concurrent one had.
            let mut here = browser.at(&app);
            let answer = here.call("/fn/refresh", &[]).await;
            answer.assert_status(200);
            assert_eq!(crate::support::claims(here.token())["rls"], roles);
            let (gone, _) = tokio::join!(app.set_active("ada", false), stayer.call("/fn/refresh", &[]));
            gone.unwrap();
            for mut tab in [stayer.at(&app), browser.at(&app), here] {
                assert_eq!(tab.call("/fn/secret", &[]).await.status, 401);
                assert_eq!(tab.call("/fn/refresh", &[]).await.status, 401);
            }
            app.set_active("ada", true).await.unwrap();
        }
    }

    async fn r9_two_generations_back_is_reuse_within_the_grace_too(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut thief = ada.clone();
        app.clock.advance(ACCESS);
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(1);
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        app.clock.advance(1);
        thief.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 1);
        ada.get("/secret").await.assert_found("/login?next=/secret");
    }

    async fn r10_a_database_that_lost_the_last_commit_asks_for_a_login_and_raises_no_alarm(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let before = app.only_session().await;
        app.clock.advance(ACCESS);
        ada.get("/secret").await.assert_status(200);
        // Only a restored backup leads to this state.
        let restored = before.into_active_model().reset_all();
        app.state.store.write_tx(async |tx| restored.update(tx).await).await.unwrap();
        app.clock.advance(ACCESS);
        let mut late = ada.at(&app.node(&[]).await);
        late.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 0);
        assert!(app.only_session().await.revoked_at.is_none());
        late.log_in("ada", PASSWORD).await.assert_found("/secret");
    }
}
