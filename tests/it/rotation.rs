//! Token rotation: who gets the successor, who does not, and when reuse is reported.

use futures::future::join_all;
use latchkey_core::kinds::RevokedReason;
use latchkey_core::security::jwt::{Claims, NewClaims, SigningKeys, TokenKind};
use latchkey_core::security::random;
use latchkey_core::service::session::ROTATION_GRACE_SECONDS;

use crate::support::{PASSWORD, SAFARI, SECRET, START, TestApp, claims};

const ACCESS: i64 = 15 * 60;
const REFRESH: i64 = 30 * 86_400;

/// A correctly signed token that the server did not issue.
fn forge(subject: &str, session: &str, token: &str, generation: u32, issued_at: i64, kind: TokenKind) -> String {
    let claims = Claims::from(NewClaims {
        issuer: "latchkey",
        subject,
        session,
        token,
        generation,
        issued_at,
        access_seconds: ACCESS,
        refresh_expires_at: START + REFRESH,
        roles: "user",
        kind,
    });
    SigningKeys::new("latchkey", SECRET.as_bytes(), &[]).sign(&claims).unwrap().expose().to_owned()
}

on_both! {
    async fn an_expired_cookie_shows_the_page_and_the_successor_in_one_answer(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let old = ada.token().to_owned();
        app.clock.advance(ACCESS);
        let page = ada.get("/secret").await;
        page.assert_status(200);
        assert!(page.body.contains("protected endpoint (allowed usr ada)"));
        let (before, after) = (claims(&old), claims(&page.new_token().unwrap()));
        assert_ne!(before["jti"], after["jti"]);
        assert_eq!((before["sid"].clone(), before["rf_exp"].clone()), (after["sid"].clone(), after["rf_exp"].clone()));
        assert_eq!(after["gen"], 1);
        assert_eq!(after["exp"], START + 2 * ACCESS);
    }

    async fn twenty_requests_with_one_expired_cookie_make_one_rotation_and_one_successor(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let other_node = app.node(&[]).await;
        app.clock.advance(ACCESS + 5);
        let requests = (0..20).map(|n| {
            let mut tab = if n % 2 == 0 { ada.clone() } else { ada.at(&other_node) };
            tokio::spawn(async move { tab.get("/secret").await })
        });
        let answers = join_all(requests).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        let tokens = answers.iter().map(|answer| {
            answer.assert_status(200);
            answer.new_token().expect("each answer brings the successor")
        });
        let tokens = tokens.collect::<std::collections::HashSet<_>>();
        assert_eq!(tokens.len(), 1);
        assert_eq!(app.only_session().await.generation, 1);
        assert_eq!(app.events("session_renewed").await, 1);
    }

    async fn a_token_is_renewed_in_its_last_minute_and_not_before(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(ACCESS - 61);
        assert_eq!(ada.get("/secret").await.new_token(), None);
        app.clock.advance(1);
        assert!(ada.get("/secret").await.new_token().is_some());
    }

    async fn a_lost_answer_asked_again_after_an_hour_brings_the_same_successor_with_a_fresh_end(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let lost = ada.clone();
        app.clock.advance(ACCESS);
        let first = claims(&ada.get("/secret").await.new_token().unwrap());
        app.clock.advance(3_600);
        let answer = lost.clone().get("/secret").await;
        answer.assert_status(200);
        let again = claims(&answer.new_token().unwrap());
        assert_eq!((&first["jti"], &first["gen"]), (&again["jti"], &again["gen"]));
        assert_eq!(again["exp"], app.clock.now() + ACCESS);
        assert_eq!(app.events("session_renewed_again").await, 1);
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn a_lost_answer_asked_again_from_another_device_is_reuse(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut thief = ada.clone();
        thief.user_agent = SAFARI;
        app.clock.advance(ACCESS);
        ada.get("/secret").await;
        app.clock.advance(3_600);
        thief.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 1);
        assert_eq!(app.only_session().await.revoked_reason, Some(RevokedReason::Reuse));
        ada.get("/secret").await.assert_found("/login?next=/secret");
    }

    async fn within_the_grace_another_device_gets_the_same_successor(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut late = ada.clone();
        late.user_agent = SAFARI;
        app.clock.advance(ACCESS);
        let first = ada.get("/secret").await.new_token();
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(ROTATION_GRACE_SECONDS - 1);
        let answer = late.get("/secret").await;
        answer.assert_status(200);
        assert_eq!(answer.new_token(), first);
    }

    async fn after_the_grace_a_predecessor_whose_successor_was_used_is_reuse(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut late = ada.clone();
        app.clock.advance(ACCESS);
        ada.get("/secret").await.assert_status(200);
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(ROTATION_GRACE_SECONDS);
        late.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 1);
    }

    async fn the_grace_runs_from_the_end_of_the_predecessor_when_it_was_exchanged_early(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut slow = ada.clone();
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(ACCESS + ROTATION_GRACE_SECONDS - 1);
        slow.get("/secret").await.assert_status(200);
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn a_predecessor_before_its_end_is_served_without_rotation(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut slow = ada.clone();
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        app.clock.advance(60);
        let answer = slow.get("/secret").await;
        answer.assert_status(200);
        assert_eq!(answer.new_token(), None);
        assert_eq!(app.only_session().await.generation, 1);
    }

    async fn two_generations_back_revokes_the_session(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut thief = ada.clone();
        for _ in 0..2 {
            app.clock.advance(ACCESS);
            ada.get("/secret").await.assert_status(200);
        }
        let refused = thief.get("/secret").await;
        refused.assert_found("/login?next=/secret");
        assert!(refused.set_cookies().is_empty(), "only a logout clears the cookie");
        assert_eq!(app.events("authn_token_reuse").await, 1);
        ada.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(ada.call("/fn/secret", &[]).await.status, 401);
    }

    async fn two_generations_back_and_not_expired_is_refused_without_alarm(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut slow = ada.clone();
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        // A node that has not seen the session within the last second.
        slow = slow.at(&app.node(&[]).await);
        slow.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 0);
        ada.get("/secret").await.assert_status(200);
    }

    async fn a_generation_ahead_of_the_row_is_refused_quietly(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let session = app.only_session().await;
        let subject = claims(ada.token())["sub"].as_str().unwrap().to_owned();
        let ahead = forge(&subject, &session.id, &random::id().unwrap(), 7, START, TokenKind::Web);
        app.clock.advance(ACCESS);
        let mut restored = ada.clone();
        restored.set_token(&ahead);
        restored.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 0);
        ada.get("/secret").await.assert_status(200);
    }

    async fn the_refresh_button_does_not_rotate_what_the_request_rotated_already(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(ACCESS);
        let answer = ada.call("/fn/refresh", &[]).await;
        answer.assert_status(200);
        assert_eq!(answer.set_cookies().len(), 1);
        assert_eq!(app.only_session().await.generation, 1);
        assert!(answer.body.contains(&format!("\"access_expires_at\":{}", app.clock.now() + ACCESS)), "{}", answer.body);
    }

    async fn the_refresh_button_rotates_early(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(10);
        let answer = ada.call("/fn/refresh", &[]).await;
        answer.assert_status(200);
        let token = claims(&answer.new_token().unwrap());
        assert_eq!((&token["gen"], &token["iat"]), (&1.into(), &(START + 10).into()));
        ada.get("/secret").await.assert_status(200);
    }

    async fn the_first_use_of_the_successor_confirms_it(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(ACCESS);
        ada.get("/secret").await;
        assert!(!app.only_session().await.confirmed);
        ada.get("/secret").await;
        assert!(app.only_session().await.confirmed);
    }

    async fn the_end_of_the_session_never_moves_and_holds_to_the_second(app: TestApp) {
        let app = app.node(&["--session-idle=400d"]).await;
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("password", PASSWORD)]).await.assert_found("/secret");
        ada.submit("/fn/login", &[("username", "ada"), ("password", PASSWORD), ("remember", "on")]).await.assert_found("/secret");
        for _ in 0..29 {
            app.clock.advance(86_400);
            ada.get("/secret").await.assert_status(200);
            assert_eq!(claims(ada.token())["rf_exp"], START + REFRESH);
        }
        app.clock.advance(86_400 - 1);
        ada.get("/secret").await.assert_status(200);
        assert_eq!(claims(ada.token())["exp"], START + REFRESH, "access is cut at the end of the session");
        app.clock.advance(1);
        ada.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn clocks_thirty_seconds_apart_raise_no_alarm(app: TestApp) {
        let ahead = app.node_off_by(30).await;
        let behind = app.node_off_by(-30).await;
        let mut ada = app.logged_in("ada").await;
        for _ in 0..6 {
            for node in [&app, &ahead, &behind] {
                let mut tab = ada.at(node);
                let answer = tab.get("/secret").await;
                answer.assert_status(200);
                if answer.new_token().is_some() {
                    ada.cookies = tab.cookies;
                }
            }
            for node in [&app, &ahead, &behind] {
                node.clock.advance(ACCESS - 20);
            }
        }
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn a_clock_that_jumps_an_hour_and_back_raises_no_alarm(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        // Back: the token is from the future, so it opens nothing until the clock is right again.
        app.clock.advance(-3_600);
        ada.get("/secret").await.assert_found("/login?next=/secret");
        app.clock.advance(3_600);
        ada.get("/secret").await.assert_status(200);
        // Forward: the token is exchanged for one that is from the future when the clock is right again.
        app.clock.advance(3_600);
        ada.get("/secret").await.assert_status(200);
        app.clock.advance(-3_600);
        ada.get("/secret").await.assert_found("/login?next=/secret");
        app.clock.advance(3_600);
        ada.get("/secret").await.assert_status(200);
        assert_eq!(app.events("authn_token_reuse").await, 0);
        assert_eq!(app.events("session_ended").await, 0);
    }

    async fn a_deactivated_account_gets_no_successor(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(ACCESS);
        app.set_active("ada", false).await.unwrap();
        ada.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(app.events("session_renewed").await, 0);
    }
}
