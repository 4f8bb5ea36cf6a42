//! Sessions: beginning, access and end. They end on this node at once, on others within a second.

use std::time::{Duration, Instant};

use futures::future::join_all;
use latchkey_core::client::Client;
use latchkey_core::security::jwt::{Claims, NewClaims, SigningKeys, TokenKind};
use latchkey_core::security::random;
use latchkey_core::service::accounts::{Account, AccountError};
use latchkey_core::service::session::SESSIONS_MAX;
use latchkey_types::AppError;
use latchkey_types::Outcome;

use crate::support::{Browser, PASSWORD, SECRET, START, TestApp, claims};

/// Calls the other node until it refuses. Its cache keeps a session for a second.
pub async fn refused_soon(tab: &mut Browser) {
    let asked = Instant::now();
    while tab.call("/fn/secret", &[]).await.status == 200 {
        assert!(asked.elapsed() < Duration::from_secs(30), "the other node never refused");
        tokio::task::yield_now().await;
    }
}

on_both! {
    async fn login_by_name_or_address_in_any_case(app: TestApp) {
        let fields = [("username", "Ada"), ("email", "Ada@Example.org"), ("password", PASSWORD)];
        app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
        for name in ["Ada", "ADA", "ada@example.org", "ADA@EXAMPLE.ORG", " ada "] {
            let mut ada = app.browser();
            ada.log_in(name, PASSWORD).await.assert_found("/secret");
            assert_eq!(ada.get("/secret").await.texts("header").concat().matches("Ada").count(), 1, "{name}");
        }
    }

    async fn unknown_and_wrong_are_one_answer(app: TestApp) {
        app.logged_in("ada").await;
        let mut answers = Vec::new();
        for (name, password) in [("ada", "another password"), ("nobody", PASSWORD), ("nobody@example.org", PASSWORD), ("a\0b", "x"), ("", "")] {
            let answer = app.browser().call("/fn/login", &[("username", name), ("password", password)]).await;
            assert_eq!((answer.status, answer.error()), (401, AppError::LoginRejected), "{name:?}");
            assert!(answer.set_cookies().is_empty());
            answers.push(answer.body);
        }
        assert!(answers.iter().all(|body| *body == answers[0]));
        assert_eq!(app.events("authn_login_fail").await, 5);
    }

    async fn a_password_is_verified_exactly_as_typed(app: TestApp) {
        let long = format!("{}🙂é", "Ab3 xyz-".repeat(15));
        app.browser().submit("/fn/register", &[("username", "ada"), ("password", &long)]).await.assert_found("/secret");
        let variants = [format!("{long} "), format!(" {long}"), long.to_lowercase(), long.replace('é', "e"), long.replace('🙂', ""), format!("{long}\0")];
        for wrong in variants {
            app.clock.advance(60);
            assert_eq!(app.browser().call("/fn/login", &[("username", "ada"), ("password", &wrong)]).await.status, 401, "{wrong:?}");
        }
        app.clock.advance(60);
        app.browser().log_in("ada", &long).await.assert_found("/secret");
    }

    async fn a_login_ends_the_session_whose_cookie_came_with_it(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut planted = ada.clone();
        ada.log_in("ada", PASSWORD).await.assert_found("/secret");
        assert_ne!(claims(ada.token())["sid"], claims(planted.token())["sid"]);
        planted.get("/secret").await.assert_found("/login?next=/secret");
        ada.get("/secret").await.assert_status(200);
    }

    async fn after_a_logout_a_saved_cookie_opens_nothing_on_any_node(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.logged_in("ada").await;
        let (mut saved, mut elsewhere) = (ada.clone(), ada.at(&other));
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        let answer = ada.submit("/fn/logout", &[]).await;
        answer.assert_found("/");
        assert_eq!(answer.set_cookies(), ["latchkey-session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"]);
        assert_eq!(saved.call("/fn/secret", &[]).await.status, 401);
        saved.get("/secret").await.assert_found("/login?next=/secret");
        refused_soon(&mut elsewhere).await;
        app.clock.advance(3_600);
        saved.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn after_a_deactivation_a_saved_cookie_opens_nothing_on_any_node(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.logged_in("ada").await;
        let mut elsewhere = ada.at(&other);
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        app.set_active("ada", false).await.unwrap();
        assert_eq!(ada.call("/fn/secret", &[]).await.status, 401);
        refused_soon(&mut elsewhere).await;
        let answer = app.browser().call("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await;
        assert_eq!((answer.status, answer.error()), (403, AppError::Deactivated));
        let answer = app.browser().call("/fn/login", &[("username", "ada"), ("password", "wrong password")]).await;
        assert_eq!(answer.error(), AppError::LoginRejected, "told only to who knows the password");
        app.set_active("ada", true).await.unwrap();
        assert_eq!(ada.call("/fn/secret", &[]).await.status, 401, "the old session does not come back");
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
    }

    async fn ended_by_command_a_saved_cookie_opens_nothing_on_any_node(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.logged_in("ada").await;
        let mut elsewhere = ada.at(&other);
        elsewhere.call("/fn/secret", &[]).await.assert_status(200);
        assert_eq!(app.state.services.accounts.log_out(Account::Name("ada"), latchkey_core::service::accounts::Actor::CommandLine, &Client::command_line()).await.unwrap(), 1);
        assert_eq!(ada.call("/fn/secret", &[]).await.status, 401);
        refused_soon(&mut elsewhere).await;
    }

    async fn changed_roles_are_in_force_at_once(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let roles = async |ada: &mut Browser| ada.call("/fn/current_user", &[]).await.body;
        assert!(roles(&mut ada).await.contains(r#""roles":["user"]"#));
        app.set_roles("ada", "auditor,user").await.unwrap();
        assert!(roles(&mut ada).await.contains(r#""roles":["auditor","user"]"#));
    }

    async fn nothing_is_served_after_the_answer_to_a_logout(app: TestApp) {
        app.logged_in("ada").await;
        for round in 0..200 {
            let mut ada = app.browser();
            ada.log_in("ada", PASSWORD).await.assert_found("/secret");
            let saved = ada.clone();
            let beside = (0..50).map(|_| {
                let mut tab = saved.clone();
                tokio::spawn(async move { tab.call("/fn/secret", &[]).await.status })
            });
            let beside = beside.collect::<Vec<_>>();
            ada.submit("/fn/logout", &[]).await.assert_found("/");
            for _ in 0..3 {
                assert_eq!(saved.clone().call("/fn/secret", &[]).await.status, 401, "round {round}");
            }
            for status in join_all(beside).await {
                assert!([200, 401].contains(&status.unwrap()));
            }
            assert_eq!(saved.clone().call("/fn/secret", &[]).await.status, 401, "round {round}");
        }
    }

    async fn an_unused_session_ends_to_the_second_and_use_keeps_it(app: TestApp) {
        let app = app.node(&["--session-idle=1h"]).await;
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("password", PASSWORD)]).await.assert_found("/secret");
        for _ in 0..3 {
            app.clock.advance(3_599);
            ada.get("/secret").await.assert_status(200);
            app.settle().await;
        }
        app.clock.advance(600);
        ada.get("/secret").await.assert_status(200);
        app.settle().await;
        app.clock.advance(3_600);
        ada.get("/secret").await.assert_found("/login?next=/secret");
    }

    async fn a_session_that_is_not_kept_is_idle_for_twelve_hours_at_most(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut kept = app.browser();
        kept.submit("/fn/login", &[("username", "ada"), ("password", PASSWORD), ("remember", "on")]).await.assert_found("/secret");
        app.clock.advance(12 * 3_600);
        ada.get("/secret").await.assert_found("/login?next=/secret");
        kept.get("/secret").await.assert_status(200);
    }

    async fn last_seen_is_written_once_a_minute(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(59);
        ada.get("/").await;
        app.settle().await;
        assert_eq!(app.only_session().await.last_seen_at, START);
        app.clock.advance(1);
        ada.get("/").await;
        app.settle().await;
        assert_eq!(app.only_session().await.last_seen_at, START + 60);
    }

    async fn the_longest_unused_session_makes_room(app: TestApp) {
        let mut first = app.logged_in("ada").await;
        for _ in 0..SESSIONS_MAX {
            app.clock.advance(1);
            app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
        }
        let live = app.sessions().await.iter().filter(|session| session.revoked_at.is_none()).count();
        assert_eq!(live as u64, SESSIONS_MAX);
        first.get("/secret").await.assert_found("/login?next=/secret");
    }

    async fn a_well_signed_token_of_another_kind_user_or_session_opens_nothing(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let bob = app.logged_in("bob").await;
        let (hers, his) = (claims(ada.token()), claims(bob.token()));
        let text = |claims: &serde_json::Value, name: &str| claims[name].as_str().unwrap().to_owned();
        let stranger = random::id().unwrap();
        let sign = |subject: &str, session: &str, token: &str, kind| {
            let issue = NewClaims {
                issuer: "latchkey",
                subject, session, token, generation: 0, issued_at: START, access_seconds: 900,
                refresh_expires_at: START + 30 * 86_400, roles: "admin", kind,
            };
            SigningKeys::new("latchkey", SECRET.as_bytes(), &[]).sign(&Claims::from(issue)).unwrap().expose().to_owned()
        };
        let (sub, sid, jti) = (text(&hers, "sub"), text(&hers, "sid"), text(&hers, "jti"));
        assert_eq!(sign(&sub, &sid, &jti, TokenKind::Web).len(), sign(&sub, &sid, &jti, TokenKind::Api).len());
        for forged in [
            sign(&sub, &sid, &jti, TokenKind::Api),
            sign(&text(&his, "sub"), &sid, &jti, TokenKind::Web),
            sign(&stranger, &sid, &jti, TokenKind::Web),
            sign(&sub, &stranger, &jti, TokenKind::Web),
            sign(&sub, &sid, &text(&his, "jti"), TokenKind::Web),
        ] {
            let mut browser = app.browser();
            browser.set_token(&forged);
            browser.get("/secret").await.assert_found("/login?next=/secret");
            assert_eq!(browser.call("/fn/secret", &[]).await.status, 401);
        }
        assert_eq!(app.events("authn_token_reuse").await, 0);
        ada.clone().get("/secret").await.assert_status(200);
    }

    async fn the_last_active_administrator_stays(app: TestApp) {
        app.admin("ada").await;
        app.logged_in("bob").await;
        assert!(matches!(app.set_active("ada", false).await, Err(AccountError::LastAdmin)));
        assert!(matches!(app.set_roles("ada", "user").await, Err(AccountError::LastAdmin)));
        app.set_roles("bob", "admin,user").await.unwrap();
        let (ada, bob) = tokio::join!(app.set_active("ada", false), app.set_active("bob", false));
        assert!(ada.is_ok() != bob.is_ok(), "{ada:?} {bob:?}");
    }

    async fn without_the_database_nobody_is_let_in_and_nobody_is_logged_out(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.state.store.close().await.unwrap();
        let mut page = ada.clone();
        let answer = page.get("/secret").await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
        assert!(answer.set_cookies().is_empty() && !answer.body.contains("allowed usr"));
        let answer = ada.call("/fn/secret", &[]).await;
        assert_eq!((answer.status, answer.error()), (503, AppError::Unavailable));
        let answer = ada.submit("/fn/logout", &[]).await;
        answer.assert_found("/");
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Rejected(AppError::Unavailable));
        assert!(!answer.set_cookies().iter().any(|cookie| cookie.starts_with("latchkey-session")), "the session lives on");
        app.browser().get("/").await.assert_status(200);
        let link = format!("/new_password?token=lk_rst_{}", "A".repeat(43));
        let answer = app.browser().get(&link).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
        let answer = app.browser().call("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
        assert_eq!(app.browser().get("/readyz").await.status, 503);
        assert_eq!(app.browser().get("/livez").await.status, 200);
    }
}
