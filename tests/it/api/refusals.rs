//! Every endpoint with every invalid token, every unreadable body and every unsupported method.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use latchkey_axum::api::endpoints::{ENDPOINTS, Endpoint};
use latchkey_core::service::accounts::Change;
use latchkey_core::store::entity::user;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{Call, change, log_in, outcome, register, with_roles};
use crate::support::{SECRET, TestApp, claims};

/// A placeholder for an id in a path.
const SOME_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// Signed with the right key, but without one claim.
fn without(token: &str, claim: &str) -> String {
    let mut body = claims(token);
    body.as_object_mut().unwrap().remove(claim);
    let message = format!("{}.{}", token.split('.').next().unwrap(), URL_SAFE_NO_PAD.encode(body.to_string()));
    let signature =
        crypto::sign(message.as_bytes(), &EncodingKey::from_secret(SECRET.as_bytes()), Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// Invalid headers, and the error of each.
async fn bad_headers(app: &TestApp) -> Vec<(&'static str, Vec<String>, u16, &'static str)> {
    let good = with_roles(app, "ruth", "admin,user").await;
    let web = app.logged_in("webber").await.token().to_owned();
    let ended = register(app, "ended").await;
    assert_eq!(Call::new("POST", "/api/logout").bearer(&ended).send(app).await.status, 204);
    let deactivated = register(app, "deactivated").await;
    change(app, "deactivated", Change { is_active: Some(false), roles: None }).await;
    let deleted = register(app, "deleted").await;
    let rows = user::Entity::delete_many().filter(user::Column::Username.eq("deleted"));
    assert_eq!(rows.exec(app.state.store.reader()).await.unwrap().rows_affected, 1);
    app.state.services.session.invalidate_user(claims(&deleted)["sub"].as_str().unwrap());
    let bearer = |token: &str| vec![format!("Bearer {token}")];
    vec![
        ("none", vec![], 401, "MissingToken"),
        ("empty", vec![String::new()], 401, "MissingToken"),
        ("no token", bearer(""), 401, "MissingToken"),
        ("another scheme", vec!["Basic YTpi".to_owned()], 401, "InvalidTokenHeader"),
        ("no scheme", vec![good.clone()], 401, "InvalidTokenHeader"),
        ("two words", bearer("a b"), 401, "InvalidTokenHeader"),
        ("two headers", [bearer(&good), bearer(&good)].concat(), 401, "InvalidTokenHeader"),
        ("junk", bearer("junk"), 401, "InvalidTokenHeader"),
        ("null", bearer("null"), 401, "InvalidTokenHeader"),
        ("a tampered one", bearer(&format!("{good}A")), 401, "InvalidTokenHeader"),
        ("a very long one", bearer(&"A".repeat(4_097)), 401, "InvalidTokenHeader"),
        ("of a browser", bearer(&web), 401, "InvalidTokenHeader"),
        ("without `rls`", bearer(&without(&good, "rls")), 401, "MissingClaimError"),
        ("without `exp`", bearer(&without(&good, "exp")), 401, "MissingClaimError"),
        ("of a registration mail", bearer("lk_reg_AAAA"), 401, "MisusedRegistrationToken"),
        ("of a reset mail", bearer("lk_rst_AAAA"), 401, "MisusedResetToken"),
        ("of another mail", bearer("lk_chg_AAAA"), 401, "InvalidTokenHeader"),
        ("of an ended session", bearer(&ended), 403, "BlacklistedError"),
        ("of a deactivated account", bearer(&deactivated), 403, "InvalidUserError"),
        ("of a deleted account", bearer(&deleted), 401, "MissingUserError"),
    ]
}

on_both! {
    async fn no_token_but_a_good_one_opens_anything(app: TestApp) {
        let mut cases = 0;
        let bad = bad_headers(&app).await;
        // Late enough that the refresh endpoint does not answer "too early" to tokens that are valid except for their
        // account.
        let late = app.node(&[]).await;
        late.clock.advance(14 * 60 + 30);
        for (method, path) in [
            ("GET", "/api/protected"), ("GET", "/api/me"), ("GET", "/api/admin/users"), ("PATCH", "/api/admin/users/x"),
            ("DELETE", "/api/admin/users/x/sessions"), ("POST", "/api/refresh"), ("POST", "/api/logout"), ("HEAD", "/api/me"),
        ] {
            for (name, headers, status, error) in &bad {
                let mut call = Call::new(method, path);
                for header in headers {
                    call = call.header("authorization", header);
                }
                let answer = call.send(&late).await;
                if method == "HEAD" {
                    assert_eq!((answer.status, answer.body.as_str()), (*status, ""), "{name}");
                } else {
                    answer.assert_api_error(*status, error, &format!("{method} {path} {name}"));
                }
                cases += 1;
            }
        }
        assert!(cases >= 160);
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn bodies_that_can_not_be_read(app: TestApp) {
        let admin = with_roles(&app, "ruth", "admin").await;
        let deep = format!("{}{}", "[".repeat(4_000), "]".repeat(4_000));
        let deep_member = format!("{{\"x\":{}{}}}", "[".repeat(3_000), "]".repeat(3_000));
        let huge = format!("{{\"username\":\"ada\",\"password\":\"{}\"}}", "a".repeat(8_192));
        let mut cases = 0;
        for (method, path, wrong) in [
            ("POST", "/api/registration", r#"{"username":1,"password":"x"}"#),
            ("POST", "/api/login", r#"{"username":"ada","password":["x"]}"#),
            ("PATCH", "/api/admin/users/x", r#"{"roles":"admin"}"#),
        ] {
            for (body, status, error) in [
                (&b""[..], 400, "MalformedRequest"), (b"null", 400, "MalformedRequest"), (b"[1]", 400, "MalformedRequest"),
                (b"{", 400, "MalformedRequest"), (br#"["ada","tin wolf orbit cave","x"]"#, 400, "MalformedRequest"), (b"username=ada&password=x", 400, "MalformedRequest"),
                (b"\"text\"", 400, "MalformedRequest"), (b"{\"username\":\"\xff\",\"password\":\"x\"}", 400, "MalformedRequest"),
                (b"\xff\xfe{\0}\0", 400, "MalformedRequest"), (b"{} {}", 400, "MalformedRequest"), (wrong.as_bytes(), 400, "MalformedRequest"),
                (deep.as_bytes(), 400, "MalformedRequest"), (deep_member.as_bytes(), 400, "MalformedRequest"),
                (huge.as_bytes(), 413, "PayloadTooLarge"),
            ] {
                let answer = Call::new(method, path).bearer(&admin).body(body).send(&app).await;
                let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
                answer.assert_api_error(status, error, &format!("{path} {start}"));
                cases += 1;
            }
        }
        for path in ["/api/registration", "/api/login"] {
            for body in ["{}", r#"{"username":"ada"}"#, r#"{"password":"x"}"#, r#"{"username":"a","username":"b","password":"x"}"#] {
                Call::new("POST", path).body(body).send(&app).await.assert_api_error(400, "MalformedRequest", body);
                cases += 1;
            }
        }
        for (body, status, error) in [
            (&b""[..], 401, "MissingToken"), (b"  \r\n", 401, "MissingToken"), (b"junk", 401, "InvalidTokenHeader"), (b"{}", 401, "InvalidTokenHeader"),
            (b"\"", 400, "MalformedRequest"), (b"\xff", 400, "MalformedRequest"), (&[b'a'; 8_193], 413, "PayloadTooLarge"),
            (b"lk_reg_x", 401, "MisusedRegistrationToken"), (b"\"lk_rst_x\"", 401, "MisusedResetToken"),
        ] {
            Call::new("POST", "/api/refresh").body(body).send(&app).await.assert_api_error(status, error, &format!("{body:?}"));
            cases += 1;
        }
        assert!(cases >= 56);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn a_byte_order_mark_before_a_body_is_skipped(app: TestApp) {
        let token = register(&app, "ada").await;
        let login = "\u{feff}{\"username\":\"ada\",\"password\":\"tin wolf orbit cave\"}";
        Call::new("POST", "/api/login").body(login).send(&app).await.access_token();
        let twice = format!("\u{feff}{login}");
        Call::new("POST", "/api/login").body(twice).send(&app).await.assert_api_error(400, "MalformedRequest", "twice");
        let early = Call::new("POST", "/api/refresh").body(format!("\u{feff}{token}")).send(&app).await;
        early.assert_api_error(425, "EarlyRefreshError", "refresh");
    }

    async fn a_wrong_login_is_one_answer_whatever_is_wrong(app: TestApp) {
        register(&app, "ada").await;
        let mut bodies = std::collections::HashSet::new();
        for (username, password) in [
            ("ada", "another password"), ("nobody", "tin wolf orbit cave"), ("nobody@example.org", "x"), ("a\0b", "x"), ("", ""), ("ada", ""),
            ("ada", &"x".repeat(1_100)), ("' OR 1=1 --", "x"), ("🙂", "🙂"),
        ] {
            let typed = json!({"username": username, "password": password});
            let answer = Call::new("POST", "/api/login").json(&typed).send(&app).await;
            answer.assert_api_error(401, "AuthenticationError", username);
            bodies.insert(answer.body);
        }
        assert_eq!(bodies.len(), 1);
        assert!(bodies.iter().all(|body| body.contains("\"The username and/or password are incorrect\"")));
    }

    async fn a_deactivated_account_is_told_so_to_who_knows_its_password(app: TestApp) {
        register(&app, "ada").await;
        change(&app, "ada", Change { is_active: Some(false), roles: None }).await;
        let right = json!({"username": "ada", "password": crate::support::PASSWORD});
        Call::new("POST", "/api/login").json(&right).send(&app).await.assert_api_error(403, "InvalidUserError", "right");
        let wrong = json!({"username": "ada", "password": "another password"});
        Call::new("POST", "/api/login").json(&wrong).send(&app).await.assert_api_error(401, "AuthenticationError", "wrong");
        change(&app, "ada", Change { is_active: Some(true), roles: None }).await;
        log_in(&app, "ada").await;
    }

    async fn a_path_takes_the_methods_of_its_table_and_names_them(app: TestApp) {
        for Endpoint { path, .. } in ENDPOINTS {
            let mut taken = ENDPOINTS.iter().filter(|other| other.path == *path).map(|other| other.method).collect::<Vec<_>>();
            if taken.contains(&"GET") && *path != "/api/finalize" {
                taken.insert(1, "HEAD");
            }
            let real = path.replace("{id}", SOME_ID);
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
                let answer = Call::new(method, &real).send(&app).await;
                if taken.contains(&method) {
                    assert!(![404, 405].contains(&answer.status), "{method} {path}: {}", answer.status);
                    continue;
                }
                assert_eq!((answer.status, answer.header("allow")), (405, taken.join(", ").as_str()), "{method} {path}");
                if method != "HEAD" {
                    assert_eq!(outcome(&answer).1, "MethodNotAllowed", "{method} {path}");
                }
            }
        }
    }
}
