//! User administration, and the guard of the API.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use latchkey_axum::api::endpoints::Endpoint;
use latchkey_axum::api::extract::{Admin, Bearer};
use latchkey_axum::api::protected;
use latchkey_core::client::Client;
use latchkey_core::service::session::FRESH_SECONDS;
use latchkey_types::Access;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Call, log_in, register, with_roles};
use crate::support::{PASSWORD, TestApp, claims};

async fn users(app: &TestApp, token: &str, query: &str) -> Value {
    let path = format!("/api/admin/users{query}");
    let answer = Call::new("GET", &path).bearer(token).send(app).await;
    answer.assert_status(200);
    answer.json()
}

fn names(page: &Value) -> Vec<&str> {
    page["users"].as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect()
}

on_both! {
    async fn accounts_a_page_at_a_time(app: TestApp) {
        let root = with_roles(&app, "ruth", "admin,user").await;
        for name in ["ada", "Bob", "carol", "dave"] {
            register(&app, name).await;
        }
        let all = users(&app, &root, "").await;
        assert_eq!((names(&all), &all["next"]), (vec!["ada", "Bob", "carol", "dave", "ruth"], &Value::Null));
        let ada = &all["users"][0];
        assert_eq!(*ada, json!({
            "id": app.users().await[1].public_id, "username": "ada", "email": null, "roles": ["user"], "is_active": true,
            "created_at": "2026-11-24T12:00:00Z", "last_login_at": ada["last_login_at"],
        }));
        let mut after = String::new();
        let mut seen = Vec::new();
        loop {
            let page = users(&app, &root, &format!("?limit=2{after}")).await;
            seen.extend(names(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(seen, ["ada", "Bob", "carol", "dave", "ruth"]);
        assert_eq!(names(&users(&app, &root, "?q=B").await), ["Bob"]);
        for (query, field) in [("?limit=0", "limit"), ("?limit=101", "limit"), ("?limit=x", "limit"), ("?after=x", "after")] {
            let path = format!("/api/admin/users{query}");
            let answer = Call::new("GET", &path).bearer(&root).send(&app).await;
            answer.assert_api_error(422, "ValidationError", query);
            assert!(answer.json()["fields"][field].is_string(), "{query}");
        }
        for odd in ["?q=%00", "?q=%ff", "?q=%25_", "?q=🙂", "?&&=&q", "?q=%E2%80%AE"] {
            assert!(names(&users(&app, &root, &odd.replace('🙂', "%F0%9F%99%82")).await).len() <= 5, "{odd}");
        }
    }

    async fn an_account_is_changed_and_nothing_but_what_may_be(app: TestApp) {
        let root = with_roles(&app, "ruth", "admin,user").await;
        let bob = register(&app, "bob").await;
        let id = claims(&bob)["sub"].as_str().unwrap().to_owned();
        let path = format!("/api/admin/users/{id}");
        let before = app.users().await[1].clone();
        let sent = json!({"roles": ["editor", "auditor"], "username": "eve", "password": "x", "email": "x@example.org", "id": "y"});
        let answer = Call::new("PATCH", &path).bearer(&root).json(&sent).send(&app).await;
        answer.assert_status(200);
        assert_eq!((&answer.json()["roles"], &answer.json()["username"]), (&json!(["auditor", "editor"]), &json!("bob")));
        let after = app.users().await[1].clone();
        assert_eq!((after.password, after.email, after.public_id), (before.password, before.email, before.public_id));
        assert_eq!(Call::new("PATCH", &path).bearer(&root).body("{}").send(&app).await.json()["is_active"], true);
        Call::new("GET", "/api/me").bearer(&bob).send(&app).await.assert_status(200);
        for roles in [json!(["Not A Role"]), json!([""]), json!((0..17).map(|n| format!("r{n}")).collect::<Vec<_>>())] {
            let answer = Call::new("PATCH", &path).bearer(&root).json(&json!({"roles": roles})).send(&app).await;
            answer.assert_api_error(422, "ValidationError", &roles.to_string());
        }
        let off = Call::new("PATCH", &path).bearer(&root).json(&json!({"is_active": false})).send(&app).await;
        assert_eq!(off.json()["is_active"], false);
        Call::new("GET", "/api/me").bearer(&bob).send(&app).await.assert_api_error(403, "InvalidUserError", "deactivated");
        let event = app.events("user_updated").await;
        assert_eq!(event, 1);
    }

    async fn sessions_of_an_account_are_ended(app: TestApp) {
        let root = with_roles(&app, "ruth", "admin").await;
        let bob = [register(&app, "bob").await, log_in(&app, "bob").await];
        let path = format!("/api/admin/users/{}/sessions", claims(&bob[0])["sub"].as_str().unwrap());
        let answer = Call::new("DELETE", &path).bearer(&root).send(&app).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        for token in &bob {
            Call::new("GET", "/api/me").bearer(token).send(&app).await.assert_api_error(403, "BlacklistedError", "ended");
        }
        Call::new("GET", "/api/me").bearer(&root).send(&app).await.assert_status(200);
    }

    async fn unknown_ids_are_not_found_and_the_last_administrator_stays(app: TestApp) {
        let root = with_roles(&app, "ruth", "admin").await;
        for id in ["AAAAAAAAAAAAAAAAAAAAAA", "1", "ruth", "%00", "%FF", "..", "%F0%9F%99%82", "'%20OR%201=1"] {
            let path = format!("/api/admin/users/{id}");
            Call::new("PATCH", &path).bearer(&root).body("{}").send(&app).await.assert_api_error(404, "NotFound", id);
            let path = format!("{path}/sessions");
            Call::new("DELETE", &path).bearer(&root).send(&app).await.assert_api_error(404, "NotFound", id);
        }
        let path = format!("/api/admin/users/{}", claims(&root)["sub"].as_str().unwrap());
        for sent in [json!({"is_active": false}), json!({"roles": ["user"]}), json!({"roles": []})] {
            Call::new("PATCH", &path).bearer(&root).json(&sent).send(&app).await.assert_api_error(409, "Conflict", &sent.to_string());
        }
    }

    async fn without_the_role_nothing_of_it_is_open(app: TestApp) {
        let id = "AAAAAAAAAAAAAAAAAAAAAA";
        for roles in ["user", "auditor,editor", "administrator"] {
            let name = format!("with-{}", roles.replace(',', "-"));
            let token = with_roles(&app, &name, roles).await;
            for (method, path) in [
                ("GET", "/api/admin/users".to_owned()), ("PATCH", format!("/api/admin/users/{id}")), ("DELETE", format!("/api/admin/users/{id}/sessions")),
            ] {
                Call::new(method, &path).bearer(&token).body("{}").send(&app).await.assert_api_error(403, "MissingRoleError", &path);
            }
        }
    }

    async fn a_route_is_open_to_whom_its_table_says_and_one_without_an_entry_is_not_served(app: TestApp) {
        const TABLE: &[Endpoint] = &[
            Endpoint { method: "GET", path: "/api/editors", access: Access::HasRole("editor") },
            Endpoint { method: "GET", path: "/api/admins", access: Access::LoggedIn },
            Endpoint { method: "GET", path: "/api/forgotten", access: Access::Everyone },
        ];
        let routes = Router::new()
            .route("/api/editors", get(async || "open"))
            // The table requires less than the endpoint.
            .route("/api/admins", get(async |_: Admin| "open"))
            // The table requires no token; the endpoint does.
            .route("/api/forgotten", get(async |_: Bearer| "open"))
            .route("/api/unlisted", get(async || "open"));
        let router = protected(routes, TABLE, &app.state).with_state(app.state.clone());
        let ask = async |path: &str, token: &str| {
            let client = Client::new([203, 0, 113, 7].into(), "", String::new());
            let request = Request::get(path).header("authorization", format!("Bearer {token}")).extension(client);
            router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
        };
        for (roles, editors, admins) in [("user", 403, 403), ("editor", 200, 403), ("admin,editor", 200, 200)] {
            let token = with_roles(&app, &roles.replace(',', ""), roles).await;
            for (path, status) in [("/api/editors", editors), ("/api/admins", admins), ("/api/unlisted", 404), ("/api/forgotten", 200)] {
                assert_eq!(ask(path, &token).await, status, "{roles} {path}");
            }
        }
        for path in ["/api/editors", "/api/admins", "/api/forgotten"] {
            assert_eq!(ask(path, "").await, 401, "{path}");
        }
    }

    async fn what_changes_accounts_needs_a_fresh_password(app: TestApp) {
        let root = with_roles(&app, "ruth", "admin,user").await;
        let bob = claims(&register(&app, "bob").await)["sub"].as_str().unwrap().to_owned();
        app.clock.advance(FRESH_SECONDS);
        let path = format!("/api/admin/users/{bob}");
        let change = async |token: &str| Call::new("PATCH", &path).bearer(token).json(&json!({"roles": ["editor"]})).send(&app).await;
        change(&root).await.assert_api_error(403, "ReauthenticationRequired", "stale");
        let sessions = format!("{path}/sessions");
        let answer = Call::new("DELETE", &sessions).bearer(&root).send(&app).await;
        answer.assert_api_error(403, "ReauthenticationRequired", "stale");
        assert_eq!(app.users().await[1].roles, "user");
        Call::new("GET", "/api/admin/users").bearer(&root).send(&app).await.assert_status(200);
        let again = async |password: &str| {
            Call::new("POST", "/api/reauthenticate").bearer(&root).json(&json!({"password": password})).send(&app).await
        };
        again("another password").await.assert_api_error(401, "AuthenticationError", "wrong password");
        let fresh = again(PASSWORD).await.access_token();
        Call::new("GET", "/api/me").bearer(&root).send(&app).await.assert_api_error(403, "BlacklistedError", "superseded");
        change(&fresh).await.assert_status(200);
        assert_eq!(app.users().await[1].roles, "editor");
    }
}
