//! Rules of all email links: opening one consumes nothing, each is valid in one place, and no table contains a token.

use latchkey_core::store::entity::mail_token;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryOrder, Statement};

use super::{ADA, confirmed, confirming, registered, reset_token, token};
use crate::support::{PASSWORD, TestApp};

/// A link of each kind: its page, the server function of its form, its token.
async fn one_of_each(app: &TestApp) -> Vec<(&'static str, &'static str, String)> {
    let mut ada = confirmed(app, "ada", ADA).await;
    let registration = registered(app, "bob", "bob@example.org", PASSWORD).await;
    let reset = reset_token(app, ADA).await;
    ada.call("/fn/change_email", &[("email", "new@example.org")]).await.assert_status(200);
    let mut mails = app.deliver().await;
    let (change, stop) = (token(&mails.pop().unwrap()), token(&mails.pop().unwrap()));
    vec![
        ("/finalize", "/fn/finalize", registration),
        ("/new_password", "/fn/reset_password", reset),
        ("/keep_email", "/fn/keep_email", stop),
        ("/new_email", "/fn/confirm_email", change),
    ]
}

async fn post(app: &TestApp, function: &str, token: &str) -> u16 {
    let fields = [("token", token), ("password", PASSWORD), ("password_confirmation", PASSWORD)];
    app.browser().call(function, &fields).await.status
}

on_both! {
    async fn opening_a_link_uses_nothing_up(app: TestApp) {
        let app = confirming(&app).await;
        let links = one_of_each(&app).await;
        let tokens = async || mail_token::Entity::find().order_by_asc(mail_token::Column::Hash).all(app.state.store.reader()).await.unwrap();
        let before = tokens().await;
        assert_eq!(before.iter().filter(|token| token.used_at.is_none()).count(), links.len());
        for (page, _, token) in &links {
            let mut scanner = app.browser();
            for _ in 0..10 {
                for method in ["GET", "HEAD"] {
                    let answer = scanner.request(method, &format!("{page}?token={token}"), "text/html", axum::body::Body::empty()).await;
                    answer.assert_status(200);
                    assert!(answer.set_cookies().is_empty());
                    assert_eq!(answer.header("cache-control"), "no-store");
                }
            }
        }
        assert_eq!(tokens().await, before);
        // Keeping the address deletes the link to the new one, so it is last.
        for page in ["/finalize", "/keep_email"] {
            let (_, function, token) = links.iter().find(|(other, ..)| *other == page).unwrap();
            assert_eq!(post(&app, function, token).await, 200, "{page}");
        }
    }

    async fn a_token_is_good_in_its_own_place_alone(app: TestApp) {
        let app = confirming(&app).await;
        let links = one_of_each(&app).await;
        for (page, _, token) in &links {
            for (other, function, _) in links.iter().filter(|(other, ..)| other != page) {
                assert_eq!(post(&app, function, token).await, 401, "{page} at {other}");
                let body = app.browser().get(&format!("{other}?token={token}")).await;
                let is_email = |page: &str| page.ends_with("email");
                assert!(is_email(page) && is_email(other) || body.attribute("input[name=token]", "value").is_none(), "{page} at {other}");
            }
            let mut browser = app.browser();
            browser.set_token(token);
            browser.get("/secret").await.assert_found("/login?next=/secret");
        }
        for (page, function, token) in links.iter().filter(|(page, ..)| *page == "/finalize" || *page == "/new_email") {
            assert_eq!(post(&app, function, token).await, 200, "{page}");
        }
    }

    async fn what_is_no_token_opens_nothing(app: TestApp) {
        for (page, function) in [
            ("/finalize", "/fn/finalize"), ("/new_password", "/fn/reset_password"), ("/new_email", "/fn/confirm_email"),
            ("/keep_email", "/fn/keep_email"),
        ] {
            for token in ["", "lk_reg_", "eyJhbGciOiJIUzI1NiJ9.e30.x", "%00", "<script>alert(1)</script>", &"a".repeat(4_000)] {
                assert_eq!(post(&app, function, token).await, 401, "{function} {token}");
            }
            let answer = app.browser().get(&format!("{page}?token=%3Cscript%3Ealert(1)%3C/script%3E")).await;
            answer.assert_status(200);
            assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
            assert!(!answer.texts("[role=alert]").concat().is_empty());
            app.browser().get(page).await.assert_status(200);
        }
    }

    async fn no_table_contains_a_token_or_a_password(app: TestApp) {
        let app = confirming(&app).await;
        let secrets = one_of_each(&app).await.into_iter().map(|(.., token)| token).collect::<Vec<_>>();
        let tables = [
            "users", "sessions", "audit_events", "registrations", "email_changes", "mail_tokens", "outbox", "mail_throttle",
        ];
        let db = app.state.store.reader();
        let mut rows = 0;
        for table in tables {
            for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), dump(db.get_database_backend(), table))).await.unwrap() {
                let text: String = row.try_get("", "row").unwrap();
                rows += 1;
                for secret in secrets.iter().map(|token| &token[token.len() - 43..]).chain([PASSWORD]) {
                    assert!(!text.contains(secret), "{table}: {text}");
                }
            }
        }
        assert!(rows > 15, "{rows}");
    }
}

/// Every row of a table, as text.
fn dump(backend: DbBackend, table: &str) -> String {
    if backend == DbBackend::Postgres {
        return format!("SELECT CAST(to_json(t) AS text) AS row FROM {table} t");
    }
    let columns = match table {
        "users" => "username || password || coalesce(email, '') || public_id",
        "sessions" => "id || jti || user_agent",
        "audit_events" => "kind || detail || user_agent",
        "registrations" => "username || email || password",
        "email_changes" => "email || email_key",
        "mail_tokens" => "hash || purpose",
        "outbox" => "template || coalesce(session_id, '')",
        _ => "*",
    };
    if columns == "*" {
        return format!("SELECT CAST(count(*) AS text) AS row FROM {table}");
    }
    format!("SELECT {columns} AS row FROM {table}")
}
