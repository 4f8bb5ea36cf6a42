//! Exact times: until when a token gives access, and when it can be refreshed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use latchkey_core::security::jwt::{Claims, NewClaims, SigningKeys, TokenKind};
use proptest::prelude::*;

use super::{Call, register};
use crate::support::{SECRET, TestApp, claims};

const ACCESS: i64 = 15 * 60;

on_both! {
    async fn access_ends_to_the_second(app: TestApp) {
        let token = register(&app, "ada").await;
        app.clock.advance(ACCESS - 1);
        Call::new("GET", "/api/me").bearer(&token).send(&app).await.assert_status(200);
        app.clock.advance(1);
        Call::new("GET", "/api/me").bearer(&token).send(&app).await.assert_api_error(401, "ExpiredAccessError", "at exp");
        Call::new("GET", "/api/admin/users").bearer(&token).send(&app).await.assert_api_error(401, "ExpiredAccessError", "at exp");
    }

    async fn a_token_is_exchanged_from_a_minute_before_its_end_and_no_earlier(app: TestApp) {
        let token = register(&app, "ada").await;
        for seconds in [0, ACCESS - 61] {
            app.clock.advance(seconds);
            let answer = Call::new("POST", "/api/refresh").bearer(&token).send(&app).await;
            answer.assert_api_error(425, "EarlyRefreshError", "early");
        }
        assert_eq!(app.only_session().await.generation, 0);
        app.clock.advance(1);
        let renewed = Call::new("POST", "/api/refresh").bearer(&token).send(&app).await.access_token();
        assert_eq!(claims(&renewed)["rf_exp"], claims(&token)["rf_exp"]);
        Call::new("GET", "/api/me").bearer(&renewed).send(&app).await.assert_status(200);
    }

    async fn an_early_refresh_is_told_before_the_end_of_the_session(app: TestApp) {
        let token = register(&app, "ada").await;
        Call::new("POST", "/api/logout").bearer(&token).send(&app).await.assert_status(204);
        Call::new("POST", "/api/refresh").bearer(&token).send(&app).await.assert_api_error(425, "EarlyRefreshError", "ended");
        app.clock.advance(ACCESS);
        Call::new("POST", "/api/refresh").bearer(&token).send(&app).await.assert_api_error(403, "BlacklistedError", "ended");
        Call::new("GET", "/api/me").bearer(&token).send(&app).await.assert_api_error(401, "ExpiredAccessError", "ended and expired");
    }

    async fn a_session_can_be_renewed_until_its_end_to_the_second(app: TestApp) {
        let hour = app.node(&["--jwt-refresh-lifespan=1h"]).await;
        let token = register(&hour, "ada").await;
        app.clock.advance(3_599);
        let renewed = Call::new("POST", "/api/refresh").bearer(&token).send(&hour).await.access_token();
        assert_eq!(claims(&renewed)["exp"], claims(&renewed)["rf_exp"]);
        app.clock.advance(1);
        for path in ["/api/refresh", "/api/logout"] {
            Call::new("POST", path).bearer(&renewed).send(&hour).await.assert_api_error(401, "ExpiredRefreshError", path);
        }
        Call::new("GET", "/api/me").bearer(&renewed).send(&hour).await.assert_api_error(401, "ExpiredAccessError", "at rf_exp");
    }

    async fn an_unused_session_ends(app: TestApp) {
        let token = register(&app, "ada").await;
        app.clock.advance(14 * 86_400 - 1);
        let renewed = Call::new("POST", "/api/refresh").bearer(&token).send(&app).await.access_token();
        app.clock.advance(14 * 86_400);
        Call::new("POST", "/api/refresh").bearer(&renewed).send(&app).await.assert_api_error(403, "BlacklistedError", "unused");
    }
}

fn id() -> impl Strategy<Value = String> {
    any::<[u8; 16]>().prop_map(|bytes| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

proptest! {
    /// Clients decode the payload with `atob`, which supports neither `-` nor `_`.
    #[test]
    fn the_payload_of_a_token_is_plain_base64(
        ids in [id(), id(), id()],
        generation: u32,
        issued_at in 0..=i64::from(u32::MAX),
        roles in "([a-z0-9_-]{1,32},){0,15}[a-z0-9_-]{1,32}",
        is_web: bool,
    ) {
        let [subject, session, token] = &ids;
        let claims = Claims::from(NewClaims {
                issuer: "latchkey",
            subject,
            session,
            token,
            generation,
            issued_at,
            access_seconds: ACCESS,
            refresh_expires_at: issued_at + 30 * 86_400,
            roles: &roles,
            kind: if is_web { TokenKind::Web } else { TokenKind::Api },
        });
        let token = SigningKeys::new("latchkey", SECRET.as_bytes(), &[]).sign(&claims).unwrap();
        let mut payload = token.expose().split('.').nth(1).unwrap().to_owned();
        prop_assert!(!payload.contains(['-', '_']), "{payload}");
        while !payload.len().is_multiple_of(4) {
            payload.push('=');
        }
        prop_assert_eq!(serde_json::from_slice::<Claims>(&STANDARD.decode(payload).unwrap()).unwrap(), claims);
    }
}
