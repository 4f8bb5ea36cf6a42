//! The headers of every class of response, behind https.

use axum::http::header;
use sea_orm::ConnectionTrait;

use crate::support::{Answer, Browser, PASSWORD, TestApp};

const HTTPS: [&str; 2] = ["--leptos-env=PROD", "--public-url=https://example.org"];
const OF_PAGES: &str = "default-src 'none'; script-src 'self' 'nonce-*' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
     base-uri 'none'; object-src 'none'; frame-ancestors 'none'";
const OF_OTHERS: &str = "default-src 'none'; frame-ancestors 'none'";

/// The policy of a response, its nonce masked.
fn policy(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy");
    let Some((before, rest)) = policy.split_once("'nonce-") else { return policy.to_owned() };
    format!("{before}'nonce-*'{}", rest.split_once('\'').unwrap().1)
}

#[track_caller]
fn assert_headers(class: &str, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{class}");
    let content_type = answer.header("content-type");
    let is_api = class.starts_with("API");
    let is_file = class.starts_with("file");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", if is_api { "" } else { "same-origin" }),
        ("x-frame-options", "DENY"),
        ("strict-transport-security", "max-age=63072000"),
        ("cache-control", if is_file { "no-cache" } else { "no-store" }),
        ("server", ""),
        ("x-powered-by", ""),
    ] {
        assert_eq!(answer.header(name), value, "{class}: {name}");
    }
    let expected = if content_type.starts_with("text/html") { OF_PAGES } else { OF_OTHERS };
    assert_eq!(policy(answer), expected, "{class}");
    assert_eq!(answer.header("x-request-id").len(), 22, "{class}");
    if [429, 503].contains(&status) {
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{class}");
    }
    if is_file {
        assert_eq!(answer.headers.get(header::SET_COOKIE), None, "{class}");
    }
}

async fn ask(browser: &mut Browser, method: &str, path: &str, body: &str) -> Answer {
    browser.request(method, path, "application/json", body.to_owned().into()).await
}

on_both! {
    async fn every_class_of_response_has_its_headers(app: TestApp) {
        let app = app.node(&HTTPS).await;
        let mut ada = app.logged_in("ada").await;
        let mut eve = app.browser();
        let big = "x".repeat(9_000);
        for (class, who, method, path, body, status) in [
            ("page", "eve", "GET", "/login", "", 200),
            ("page of a user", "ada", "GET", "/secret", "", 200),
            ("page by HEAD", "ada", "HEAD", "/account", "", 200),
            ("redirect to the login", "eve", "GET", "/secret", "", 302),
            ("redirect of a slash", "eve", "GET", "/login/", "", 308),
            ("page that is missing", "eve", "GET", "/nowhere", "", 404),
            ("page without the role", "ada", "GET", "/admin/users", "", 403),
            ("method", "eve", "PUT", "/login", "", 405),
            ("function, body too large", "eve", "POST", "/fn/login", &big, 413),
            ("function, refused input", "eve", "POST", "/fn/register", "username=x&email=&password=x", 422),
            ("function, wrong password", "eve", "POST", "/fn/login", "username=ada&password=wrong-password", 401),
            ("function that is missing", "eve", "POST", "/fn/nowhere", "", 404),
            ("file, script", "eve", "GET", "/pkg/latchkey.js", "", 200),
            ("file, WASM", "ada", "GET", "/pkg/latchkey.wasm", "", 200),
            ("file, style", "ada", "GET", "/pkg/latchkey.css", "", 200),
            ("missing file", "ada", "GET", "/pkg/nowhere.js", "", 404),
            ("API", "eve", "GET", "/api", "", 200),
            ("API, not logged in", "eve", "GET", "/api/me", "", 401),
            ("API, missing", "eve", "GET", "/api/nowhere", "", 404),
            ("API, method", "eve", "PUT", "/api/me", "", 405),
            ("API, malformed", "eve", "POST", "/api/login", "{", 400),
            ("API, refused input", "eve", "POST", "/api/registration", r#"{"username":"x","email":"","password":"x"}"#, 422),
            ("API, body too large", "eve", "POST", "/api/login", &big, 413),
            ("API, document", "eve", "GET", "/api/openapi.json", "", 200),
            ("health", "eve", "GET", "/readyz", "", 200),
        ] {
            let browser = if who == "ada" { &mut ada } else { &mut eve };
            assert_headers(class, &ask(browser, method, path, body).await, status);
        }
        let wrong = format!("username=ada&password={PASSWORD}x");
        let mut answer = ask(&mut eve, "POST", "/fn/login", &wrong).await;
        for _ in 0..10 {
            answer = ask(&mut eve, "POST", "/fn/login", &wrong).await;
        }
        assert_headers("function, too many", &answer, 429);
        let (id, db) = (app.users().await[0].public_id.clone(), app.state.store.reader());
        db.execute_unprepared("ALTER TABLE sessions RENAME TO sessions_gone").await.unwrap();
        app.state.services.session.invalidate_user(&id);
        assert_headers("page, internal error", &ada.get("/secret").await, 500);
        app.state.store.close().await.unwrap();
        app.state.services.session.invalidate_user(&id);
        assert_headers("page, unavailable", &ada.get("/secret").await, 503);
        assert_headers("health, unavailable", &eve.get("/readyz").await, 503);
    }

    // A cache between browser and server could keep what looks like a file (web cache deception).
    async fn what_looks_like_a_file_below_a_page_is_not_that_page(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        for page in ["/account", "/secret", "/api/me"] {
            for end in ["/x.css", "%2fx.css", ";x.js", "%3bx.js", ".js", "%00.js", "%0a.png", "%23.css", "%3f.css", "/..%2fx.css", "/."] {
                let path = format!("{page}{end}");
                let answer = ada.get(&path).await;
                assert_eq!(answer.status, 404, "{path}");
                assert!(!answer.body.contains("allowed usr ada") && answer.header("cache-control") == "no-store", "{path}");
            }
        }
    }
}
