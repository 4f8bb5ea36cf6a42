//! Limits per network, in the memory of each node.

use std::collections::BTreeSet;

use latchkey_core::store::entity::{audit_event, outbox, user};
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{WRONG, ada, at, guess, log_in};
use crate::api::Call;
use crate::flows::confirming;
use crate::support::{PASSWORD, TestApp};

on_both! {
    async fn one_password_for_many_names_is_stopped(app: TestApp) {
        let mut known = ada(&app).await;
        known.ip = [198, 51, 0, 7];
        for number in 0..30 {
            guess(&app, 7, &format!("user{number}")).await.assert_status(401);
        }
        let before = audit_event::Entity::find().count(app.state.store.reader()).await.unwrap();
        let answer = guess(&app, 7, "user30").await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "6"));
        assert_eq!(audit_event::Entity::find().count(app.state.store.reader()).await.unwrap(), before);
        guess(&app, 8, "user31").await.assert_status(401);
        log_in(&mut known, "ada", PASSWORD).await.assert_status(200);
        app.clock.advance(6);
        guess(&app, 7, "user32").await.assert_status(401);
        guess(&app, 7, "user33").await.assert_status(429);
    }

    async fn right_passwords_are_not_limited(app: TestApp) {
        ada(&app).await;
        for _ in 0..40 {
            log_in(&mut app.browser(), "ada", PASSWORD).await.assert_status(200);
        }
    }

    async fn a_flood_of_registrations(app: TestApp) {
        let register = async |from: usize, name: String| {
            let fields = [("username", name.as_str()), ("password", PASSWORD)];
            at(&app, from).call("/fn/register", &fields).await
        };
        for number in 0..20 {
            register(1, format!("user{number}")).await.assert_status(200);
        }
        let answer = register(1, "user20".to_owned()).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "120"));
        assert_eq!(user::Entity::find().count(app.state.store.reader()).await.unwrap(), 20);
        register(2, "user21".to_owned()).await.assert_status(200);
        let mut page = at(&app, 1);
        let fields = [("username", "user22"), ("password", PASSWORD)];
        page.submit("/fn/register", &fields).await.assert_found("/registration");
        let shown = page.get("/registration").await;
        assert!(shown.status == 429 && shown.texts("[role=alert]").concat().contains("12:02:00 UTC"), "{}", shown.status);
        app.clock.advance(120);
        register(1, "user20".to_owned()).await.assert_status(200);
    }

    async fn a_flood_of_requests_for_emails(app: TestApp) {
        let app = confirming(&app).await;
        for number in 0..20 {
            let path = if number % 2 == 0 { "/fn/request_reset" } else { "/fn/resend" };
            let email = format!("user{number}@example.org");
            at(&app, 1).call(path, &[("email", &email)]).await.assert_status(200);
        }
        let rows = outbox::Entity::find().count(app.state.store.reader()).await.unwrap();
        for path in ["/fn/request_reset", "/fn/resend"] {
            let answer = at(&app, 1).call(path, &[("email", "other@example.org")]).await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, "120"), "{path}");
        }
        assert_eq!(outbox::Entity::find().count(app.state.store.reader()).await.unwrap(), rows);
        at(&app, 2).call("/fn/resend", &[("email", "other@example.org")]).await.assert_status(200);
    }

    async fn invalid_links(app: TestApp) {
        let app = confirming(&app).await;
        let call = async |number: usize| {
            let (path, prefix) = [("/api/finalize", "lk_reg_"), ("/api/reset_finalize", "lk_rst_")][number % 2];
            let body = serde_json::json!({"password": WRONG});
            Call::new("POST", path).bearer(&format!("{prefix}{}", "A".repeat(43))).json(&body).send(&app).await
        };
        for number in 0..30 {
            call(number).await.assert_status(401);
        }
        for number in 0..2 {
            call(number).await.assert_api_error(429, "TooManyRequests", "a link");
        }
    }

    async fn the_document_promises_the_429s_that_exist(app: TestApp) {
        let document = Call::new("GET", "/api/openapi.json").send(&app).await.json();
        let paths = document["paths"].as_object().unwrap();
        let promised = paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.filter(|(_, call)| call["responses"].get("429").is_some()).map(move |(method, _)| format!("{method} {path}"))
        });
        let expected = [
            "get /api/finalize", "post /api/finalize", "post /api/login", "post /api/login/passkey", "post /api/login/verify",
            "post /api/me/totp/confirm", "post /api/reauthenticate",
            "post /api/registration", "post /api/reset", "post /api/reset_finalize",
        ];
        assert_eq!(promised.collect::<BTreeSet<_>>(), expected.map(str::to_owned).into());
    }
}
