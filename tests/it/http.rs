//! HTTP: headers, cookies, cross-site requests, limits, unknown paths.

use axum::body::Body;
use axum::http::{Request, header};
use latchkey::routes;
use latchkey_core::store::entity::{email_change, form_draft, mail_throttle, mail_token, outbox, registration};
use latchkey_types::AppError;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{PASSWORD, TestApp, path_of};

const HTTPS: [&str; 2] = ["--leptos-env=PROD", "--public-url=https://example.org"];

/// The number of rows in the tables besides accounts, sessions and events.
async fn rows(app: &TestApp) -> [u64; 6] {
    let db = app.state.store.reader();
    [
        outbox::Entity::find().count(db).await.unwrap(),
        mail_token::Entity::find().count(db).await.unwrap(),
        mail_throttle::Entity::find().count(db).await.unwrap(),
        registration::Entity::find().count(db).await.unwrap(),
        email_change::Entity::find().count(db).await.unwrap(),
        form_draft::Entity::find().count(db).await.unwrap(),
    ]
}

on_both! {
    async fn every_answer_has_its_headers(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        for (path, status) in [
            ("/", 200), ("/secret", 200), ("/login", 302), ("/nowhere", 404), ("/fn/nowhere", 405), ("/livez", 200), ("/readyz", 200),
            ("/pkg/nowhere.js", 404), ("/.git/config", 404), ("/secret/", 404), ("/secret/x.css", 404), ("/%73ecret", 404), ("//secret", 404),
        ] {
            let answer = ada.get(path).await;
            answer.assert_status(status);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("server"), "", "{path}");
            assert_eq!(answer.header("x-request-id").len(), 22, "{path}");
            let csp = answer.header("content-security-policy");
            if answer.header("content-type").starts_with("text/html") {
                assert!(csp.starts_with("default-src 'none'; script-src 'self' 'nonce-"), "{path}: {csp}");
            } else {
                assert_eq!(csp, "default-src 'none'; frame-ancestors 'none'", "{path}");
            }
        }
    }

    async fn the_nonce_is_of_this_answer_and_on_every_inline_script(app: TestApp) {
        let mut nonces = std::collections::HashSet::new();
        for _ in 0..20 {
            let page = app.browser().get("/login").await;
            let csp = page.header("content-security-policy").to_owned();
            let nonce = csp.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            assert!(nonce.len() >= 22, "{nonce}");
            let inline = page.body.matches("<script").count();
            assert_eq!(page.body.matches(&format!("nonce=\"{nonce}\"")).count(), inline);
            assert!(inline > 0 && !page.body.contains(" style="));
            nonces.insert(nonce);
        }
        assert_eq!(nonces.len(), 20);
    }

    async fn cookies_on_loopback_and_on_https(app: TestApp) {
        let fields = [("username", "ada"), ("password", PASSWORD)];
        let plain = app.browser().submit("/fn/register", &fields).await.set_cookie("-session");
        assert!(plain.starts_with("latchkey-session=eyJ") && plain.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{plain}");
        let https = app.node(&HTTPS).await;
        let mut ada = https.browser();
        let answer = ada.submit("/fn/login", &[fields[0], fields[1], ("remember", "on")]).await;
        let kept = answer.set_cookie("-session");
        assert!(kept.starts_with("__Host-latchkey-session=eyJ"), "{kept}");
        assert!(kept.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000"), "{kept}");
        assert!(kept.len() < 4_096 && !kept.contains("Domain"));
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
        let refused = https.browser().log_in("ada", "wrong password").await.set_cookies().remove(0);
        assert!(refused.starts_with("__Host-latchkey-flash=") && refused.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"), "{refused}");
        let out = ada.submit("/fn/logout", &[]).await;
        assert_eq!(out.set_cookies(), ["__Host-latchkey-session=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0"]);
        assert_eq!(out.header("clear-site-data"), "\"storage\"");
    }

    async fn two_cookies_of_one_name_that_differ_are_none(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let both = format!("latchkey-session={}; latchkey-session=x", ada.token());
        let request = Request::get("/secret").header(header::COOKIE, both).body(Body::empty()).unwrap();
        app.send(request).await.assert_found("/login?next=/secret");
    }

    async fn a_request_from_another_site_changes_nothing(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let own = "http://localhost:3000";
        for path in ["/fn/login", "/fn/register", "/fn/logout", "/fn/refresh", "/login", "/nowhere"] {
            for (site, origin, passes) in [
                (Some("cross-site"), Some(own), false), (Some("same-site"), Some(own), false), (Some("junk"), None, false),
                (None, Some("https://evil.example"), false), (None, Some("null"), false), (None, None, false),
                (Some("same-origin"), Some("https://evil.example"), true), (None, Some(own), true), (Some("none"), None, true),
            ] {
                for content_type in ["application/x-www-form-urlencoded", "text/plain", "application/json"] {
                    let mut request = Request::post(path).header(header::COOKIE, format!("latchkey-session={}x", ada.token()));
                    request = request.header(header::CONTENT_TYPE, content_type).header(header::ACCEPT, "text/html");
                    for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                        if let Some(value) = value {
                            request = request.header(name, value);
                        }
                    }
                    let before = (app.users().await, app.all_events().await);
                    let answer = app.send(request.body(Body::from("username=mallory&password=tin wolf orbit cave")).unwrap()).await;
                    assert_eq!(answer.status != 403, passes, "{path} {site:?} {origin:?} {content_type}: {}", answer.status);
                    if !passes {
                        assert!(answer.set_cookies().is_empty());
                        assert!((app.users().await, app.all_events().await) == before, "{path} {site:?} {origin:?}");
                    }
                }
            }
        }
        let request = Request::post("/fn/logout").header("sec-fetch-site", "cross-site").header(header::ACCEPT, "application/json");
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.error()), (403, AppError::CrossSite));
        ada.clone().get("/secret").await.assert_status(200);
    }

    async fn only_known_methods_of_known_paths(app: TestApp) {
        for (method, path) in [("POST", "/login"), ("PUT", "/"), ("TRACE", "/"), ("GET", "/fn/logout"), ("DELETE", "/fn/login")] {
            let answer = app.browser().request(method, path, "text/html", Body::empty()).await;
            answer.assert_status(405);
            assert_ne!(answer.header("allow"), "", "{method} {path}");
        }
        assert_eq!(app.browser().call("/fn/nowhere", &[]).await.status, 404);
        let head = app.browser().request("HEAD", "/login", "text/html", Body::empty()).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
    }

    async fn no_page_changes_anything_when_it_is_read(app: TestApp) {
        let (user, admin) = (app.logged_in("bob").await, app.admin("ada").await);
        let recorded = (app.sessions().await, app.users().await);
        let before = (rows(&app).await, app.all_events().await);
        let paths = routes::pages().map(|page| path_of(page.pattern)).collect::<Vec<_>>();
        assert!(paths.len() > 10, "{paths:?}");
        let others = ["/nowhere", "/livez", "/readyz"].map(str::to_owned);
        for (who, browser) in [("nobody", app.browser()), ("bob", user), ("ada", admin)] {
            for path in paths.iter().chain(&others) {
                for method in ["GET", "HEAD", "OPTIONS"] {
                    // A new copy, so that each request has the cookies from before.
                    browser.clone().request(method, path, "text/html", Body::empty()).await;
                }
            }
            app.settle().await;
            assert!((app.sessions().await, app.users().await) == recorded, "{who}");
            assert_eq!(rows(&app).await, before.0, "{who}");
        }
        // Only that a role was missing is recorded.
        let missing = app.events_of("authz_fail").await;
        let counts = missing.iter().map(|row| (row.detail.as_str(), row.count)).collect::<Vec<_>>();
        assert_eq!(counts, [("/admin/users needs admin", 2), ("/admin/events needs admin", 2)]);
        assert_eq!(app.all_events().await.len(), before.1.len() + missing.len());
    }

    async fn a_stopping_server_is_not_ready_and_alive(app: TestApp) {
        assert_eq!(app.browser().get("/readyz").await.status, 200);
        app.state.stopping.cancel();
        assert_eq!(app.browser().get("/readyz").await.status, 503);
        assert_eq!(app.browser().get("/livez").await.status, 200);
    }
}
