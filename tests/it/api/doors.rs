//! Each endpoint on success, and the separation from session cookies.

use latchkey_core::kinds::TokenKind;
use serde_json::json;

use super::{Call, log_in, outcome, register};
use crate::support::{PASSWORD, START, TestApp, claims};

on_both! {
    async fn the_root_says_that_it_runs_with_and_without_a_slash(app: TestApp) {
        for path in ["/api", "/api/"] {
            let answer = Call::new("GET", path).send(&app).await;
            let version = env!("CARGO_PKG_VERSION");
            assert_eq!(answer.json(), json!({"name": "Latchkey", "version": version, "status": "running"}), "{path}");
            let head = Call::new("HEAD", path).send(&app).await;
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        }
    }

    async fn registration_login_refresh_and_logout(app: TestApp) {
        let typed = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD, "admin": true, "roles": "admin"});
        let token = Call::new("POST", "/api/registration").json(&typed).send(&app).await.access_token();
        assert_eq!(claims(&token)["knd"], "api");
        assert_eq!(claims(&token)["rls"], "user");
        for name in ["ada", "ADA@example.org"] {
            let typed = json!({"username": name, "password": PASSWORD, "more": [{}]});
            let token = Call::new("POST", "/api/login").json(&typed).header("content-type", "text/plain").send(&app).await.access_token();
            let answer = Call::new("GET", "/api/protected").bearer(&token).send(&app).await;
            assert_eq!(answer.json(), json!({"message": "protected endpoint (allowed usr ada)"}));
        }
        let me = Call::new("GET", "/api/me").bearer(&token).send(&app).await.json();
        let session = &app.sessions().await[0];
        assert_eq!(me, json!({
            "id": app.users().await[0].public_id, "username": "ada", "email": "ada@example.org", "roles": ["user"],
            "session": {
                "id": claims(&token)["sid"], "created_at": "2026-11-24T12:00:00Z", "expires_at": "2026-11-24T12:15:00Z",
                "refresh_expires_at": "2026-12-24T12:00:00Z",
            },
        }));
        assert!(session.persistent && session.kind == TokenKind::Api && session.idle_expires_at == START + 14 * 86_400);
        app.clock.advance(14 * 60);
        let renewed = Call::new("POST", "/api/refresh").body(&token).send(&app).await.access_token();
        assert_eq!(claims(&renewed)["gen"], 1);
        let out = Call::new("POST", "/api/logout").bearer(&renewed).send(&app).await;
        assert_eq!((out.status, out.body.as_str()), (204, ""));
        Call::new("GET", "/api/me").bearer(&renewed).send(&app).await.assert_api_error(403, "BlacklistedError", "after the logout");
    }

    async fn a_token_is_exchanged_from_the_body_or_the_header_and_the_header_wins(app: TestApp) {
        let token = register(&app, "ada").await;
        app.clock.advance(15 * 60);
        for body in [token.clone(), format!(" {token}\r\n"), format!("\"{token}\"")] {
            let renewed = Call::new("POST", "/api/refresh").body(&body).send(&app).await.access_token();
            assert_eq!(claims(&renewed)["gen"], 1, "{body:?}");
        }
        let renewed = Call::new("POST", "/api/refresh").bearer(&token).body("junk").send(&app).await.access_token();
        assert_eq!(claims(&renewed)["gen"], 1);
        let answer = Call::new("POST", "/api/refresh").bearer("junk").body(&token).send(&app).await;
        answer.assert_api_error(401, "InvalidTokenHeader", "the header wins");
        let empty = Call::new("POST", "/api/refresh").header("authorization", "").body(&token).send(&app).await;
        assert_eq!(claims(&empty.access_token())["gen"], 1);
    }

    async fn an_expired_token_still_logs_out(app: TestApp) {
        let token = register(&app, "ada").await;
        app.clock.advance(13 * 86_400);
        assert_eq!(Call::new("POST", "/api/logout").bearer(&token).send(&app).await.status, 204);
        let again = Call::new("POST", "/api/logout").bearer(&token).send(&app).await;
        again.assert_api_error(403, "BlacklistedError", "logged out twice");
        assert_eq!(app.events("session_ended").await, 1);
    }

    async fn a_replayed_token_ends_the_session(app: TestApp) {
        let stolen = register(&app, "ada").await;
        app.clock.advance(15 * 60);
        let renewed = Call::new("POST", "/api/refresh").bearer(&stolen).send(&app).await.access_token();
        Call::new("GET", "/api/me").bearer(&renewed).send(&app).await.assert_status(200);
        app.clock.advance(31);
        Call::new("POST", "/api/refresh").bearer(&stolen).send(&app).await.assert_api_error(403, "BlacklistedError", "replayed");
        Call::new("GET", "/api/me").bearer(&renewed).send(&app).await.assert_api_error(403, "BlacklistedError", "its successor");
        assert_eq!(app.events("authn_token_reuse").await, 1);
    }

    async fn cookies_and_bearer_tokens_are_not_interchangeable(app: TestApp) {
        let mut browser = app.logged_in("eve").await;
        let token = register(&app, "ada").await;
        for path in ["/api/protected", "/api/me"] {
            Call::new("GET", path).bearer(browser.token()).send(&app).await.assert_api_error(401, "InvalidTokenHeader", path);
            let cookie = format!("latchkey-session={}", browser.token());
            Call::new("GET", path).header("cookie", &cookie).send(&app).await.assert_api_error(401, "MissingToken", path);
            let both = Call::new("GET", path).header("cookie", &cookie).bearer(&token).send(&app).await;
            assert!(both.body.contains("ada") && !both.body.contains("eve"), "{}", both.body);
        }
        let cookie = format!("latchkey-session={}", browser.token());
        assert_eq!(Call::new("POST", "/api/logout").header("cookie", &cookie).bearer(&token).send(&app).await.status, 204);
        browser.get("/secret").await.assert_status(200);
        browser.set_token(&log_in(&app, "ada").await);
        browser.get("/secret").await.assert_found("/login?next=/secret");
        assert_eq!(browser.call("/fn/secret", &[]).await.status, 401);
    }

    async fn other_sites_may_call_the_api_as_nothing_of_theirs_comes_along(app: TestApp) {
        let typed = json!({"username": "ada", "password": PASSWORD});
        let call = Call::new("POST", "/api/registration").json(&typed);
        call.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site").send(&app).await.access_token();
    }

    async fn without_confirmation_taken_names_and_addresses_are_told(app: TestApp) {
        register(&app, "ada").await;
        let bob = json!({"username": "bob", "email": "b@example.org", "password": PASSWORD});
        Call::new("POST", "/api/registration").json(&bob).send(&app).await.assert_status(200);
        for (username, email, fields) in [
            ("ADA", "", json!({"username": "This username is taken. Choose another one."})),
            ("eve", "B@example.org", json!({"email": "Another account has this email address. Log in with it, or use another one."})),
        ] {
            let typed = json!({"username": username, "email": email, "password": PASSWORD});
            let answer = Call::new("POST", "/api/registration").json(&typed).send(&app).await;
            answer.assert_api_error(409, "Conflict", username);
            assert_eq!(answer.json()["fields"], fields);
        }
        let typed = json!({"username": "a b", "email": "nonsense", "password": "12345678"});
        let answer = Call::new("POST", "/api/registration").json(&typed).send(&app).await;
        answer.assert_api_error(422, "ValidationError", "three faults");
        let fields = answer.json()["fields"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(fields, ["email", "password", "username"]);
        assert_eq!(app.users().await.len(), 2);
    }

    async fn unknown_paths_are_answered_in_json(app: TestApp) {
        for path in ["/api/nowhere", "/api//login", "/api/admin", "/api/%6cogin", "/api/.", "/api/me.json"] {
            for method in ["GET", "POST", "DELETE"] {
                Call::new(method, path).send(&app).await.assert_api_error(404, "NotFound", path);
            }
        }
        assert_eq!(Call::new("GET", "/apis").send(&app).await.header("content-type"), "text/html; charset=utf-8");
    }

    async fn headers_of_the_api(app: TestApp) {
        for path in ["/api", "/api/me", "/api/nowhere"] {
            let answer = Call::new("GET", path).header("origin", "https://other.example").send(&app).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
            assert_eq!(answer.header("cross-origin-resource-policy"), "");
            assert_eq!(answer.header("access-control-allow-origin"), "");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        // Other responses keep the header.
        assert_eq!(Call::new("GET", "/livez").send(&app).await.header("cross-origin-resource-policy"), "same-origin");
    }

    async fn without_the_database_nobody_is_let_in_and_all_is_told_to_come_back(app: TestApp) {
        let token = register(&app, "ada").await;
        app.state.store.clone().close().await.unwrap();
        app.state.services.session.invalidate_user(&app_id(&token));
        for call in [
            Call::new("GET", "/api/me").bearer(&token),
            Call::new("POST", "/api/logout").bearer(&token),
            Call::new("POST", "/api/login").json(&json!({"username": "ada", "password": PASSWORD})),
        ] {
            let path = call.path;
            call.send(&app).await.assert_api_error(503, "ServiceUnavailable", path);
        }
        assert_eq!(outcome(&Call::new("GET", "/api").send(&app).await), (200, String::new()));
    }
}

fn app_id(token: &str) -> String {
    claims(token)["sub"].as_str().unwrap().to_owned()
}
