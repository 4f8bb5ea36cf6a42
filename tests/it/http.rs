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
            ("/pkg/nowhere.js", 404), ("/.git/config", 404), ("/secret/", 308), ("/secret/x.css", 404), ("/%73ecret", 404), ("//secret", 404),
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
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000");
        let refused = https.browser().log_in("ada", "wrong password").await.set_cookies().remove(0);
        assert!(refused.starts_with("__Host-latchkey-flash=") && refused.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"), "{refused}");
        let out = ada.submit("/fn/logout", &[]).await;
        assert_eq!(out.set_cookies(), ["__Host-latchkey-session=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0"]);
        assert_eq!(out.header("clear-site-data"), "\"storage\"");
    }

    async fn of_two_session_cookies_the_only_token_of_this_server_counts(app: TestApp) {
        let (ada, bob) = (app.logged_in("ada").await, app.logged_in("bob").await);
        let ask = async |cookies: String| {
            app.send(Request::get("/secret").header(header::COOKIE, cookies).body(Body::empty()).unwrap()).await
        };
        let own = format!("latchkey-session={}", ada.token());
        for planted in ["x", "", "eyJhbGciOiJIUzI1NiJ9.e30.x", "%65"] {
            for cookies in [format!("latchkey-session={planted}; {own}"), format!("{own}; latchkey-session={planted}")] {
                assert!(ask(cookies).await.body.contains("allowed usr ada"), "{planted}");
            }
        }
        ask(format!("{own}; {own}")).await.assert_status(200);
        ask(format!("{own}; latchkey-session={}", bob.token())).await.assert_found("/login?next=/secret");
    }

    async fn foreign_cookies_do_not_log_out(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let own = format!("latchkey-session={}", ada.token());
        let many = (0..60).map(|number| format!("c{number}=x; ")).collect::<String>();
        for before in [&b"city=Z\xfcrich; "[..], b"\xff; ", b";;, ;a; =b; c=\"d e\"; ", "n=\u{fc}; ".as_bytes(), many.as_bytes()] {
            let request = Request::get("/secret").header(header::COOKIE, [before, own.as_bytes(), b"; t=\xff;"].concat());
            app.send(request.body(Body::empty()).unwrap()).await.assert_status(200);
        }
        let request = Request::get("/secret").header(header::COOKIE, &b"city=Z\xfcrich"[..]).header(header::COOKIE, &own);
        app.send(request.body(Body::empty()).unwrap()).await.assert_status(200);
        let login = Request::post("/fn/login").header(header::COOKIE, &b"city=Z\xfcrich"[..]).header(header::ACCEPT, "text/html");
        let login = login.header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = app.send(login.body(Body::from(format!("username=ada&password={PASSWORD}"))).unwrap()).await;
        answer.assert_found("/secret");
        assert!(answer.new_token().is_some());
    }

    async fn no_cookie_of_another_name_is_read_as_the_session(app: TestApp) {
        let ada = app.logged_in("ada").await;
        for name in ["latchkey%2dsession", "\u{2003}latchkey-session", "Latchkey-Session", "latchkey-session\u{a0}"] {
            let cookie = format!("{name}={}", ada.token()).into_bytes();
            let request = Request::get("/secret").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
            app.send(request).await.assert_found("/login?next=/secret");
        }
    }

    async fn a_path_with_a_trailing_slash_is_redirected_within_this_site(app: TestApp) {
        let own = app.browser();
        for (path, location) in [
            ("/login/", "/login"), ("/login/?next=/secret&a=%2F", "/login?next=/secret&a=%2F"), ("/finalize/?token=lk_reg_x", "/finalize?token=lk_reg_x"),
            ("/login//", "/login"), ("/fn/login/", "/fn/login"), ("/api/me/", "/api/me"), ("/livez/", "/livez"), ("/nowhere/", "/nowhere"),
            ("/%2f/evil.example/", "/%2f/evil.example"), ("/login/?//evil.example/", "/login?//evil.example/"),
        ] {
            for method in ["GET", "POST"] {
                let answer = own.clone().request(method, path, "text/html", Body::empty()).await;
                assert_eq!((answer.status, answer.header("location")), (308, location), "{path}");
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
            }
        }
        for path in ["//evil.example/", "/\\evil.example/", "///", "//", "//evil.example//?x"] {
            let Ok(request) = Request::get(path).body(Body::empty()) else { continue };
            let answer = app.send(request).await;
            assert_eq!((answer.status, answer.header("location")), (404, ""), "{path}");
        }
        for path in ["/", "/api", "/api/", "/api/?x"] {
            own.clone().get(path).await.assert_status(200);
        }
    }

    async fn password_managers_find_the_account_page(app: TestApp) {
        app.browser().get("/.well-known/change-password").await.assert_found("/account");
        app.browser().get("/.well-known/resource-that-should-not-exist").await.assert_status(404);
    }

    async fn only_this_host_is_served_in_development(app: TestApp) {
        let ask = async |app: &TestApp, hosts: &[&str]| {
            let request = hosts.iter().fold(Request::get("/"), |request, host| request.header(header::HOST, *host));
            app.send(request.body(Body::empty()).unwrap()).await
        };
        for host in ["localhost:3000", "app.localhost", "127.0.0.1:1", "[::1]:3000"] {
            ask(&app, &[host]).await.assert_status(200);
        }
        let refused = ask(&app, &["evil.example:3000"]).await;
        assert_eq!((refused.status, refused.header("x-content-type-options")), (421, "nosniff"));
        let https = app.node(&HTTPS).await;
        ask(&https, &["example.org"]).await.assert_status(200);
        for app in [&app, &https] {
            ask(app, &["localhost", "localhost"]).await.assert_status(400);
            ask(app, &[""]).await.assert_status(400);
        }
    }

    async fn subdomains_need_https_if_the_setting_says_so(app: TestApp) {
        let node = app.node(&[HTTPS[0], HTTPS[1], "--hsts-include-subdomains=true"]).await;
        let answer = node.browser().get("/").await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
        let plain = app.node(&["--hsts-include-subdomains=true"]).await.browser().get("/").await;
        assert_eq!(plain.header("strict-transport-security"), "");
    }

    async fn only_pages_of_anonymous_visitors_are_compressed(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let ask = async |path: &str, cookie: String, encodings: &[u8]| {
            let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT_ENCODING, encodings);
            app.send(request.body(Body::empty()).unwrap()).await.header("content-encoding").to_owned()
        };
        let own = format!("latchkey-session={}", ada.token());
        assert_eq!(ask("/?q=x", String::new(), b"gzip").await, "gzip");
        assert_eq!(ask("/login", "latchkey-session=x".to_owned(), b"gzip, br").await, "br");
        assert_eq!(ask("/", String::new(), b"\xff, gzip").await, "gzip");
        for path in ["/?q=x", "/secret", "/account", "/nowhere", "/admin/users"] {
            assert_eq!(ask(path, own.clone(), b"gzip, br").await, "", "{path}");
        }
    }

    async fn a_refusal_of_every_encoding_is_no_error(app: TestApp) {
        let request = Request::get("/").header(header::ACCEPT_ENCODING, "identity;q=0, *;q=0").body(Body::empty()).unwrap();
        app.send(request).await.assert_status(200);
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
        assert_eq!(counts, ["/admin/users", "/admin/users/1", "/admin/events"].map(|path| format!("{path} needs admin")).each_ref().map(|detail| (detail.as_str(), 2)));
        assert_eq!(app.all_events().await.len(), before.1.len() + missing.len());
    }

    async fn a_refused_call_leaves_the_pages_of_others_as_they_are(app: TestApp) {
        let down = app.node(&[]).await;
        down.state.store.close().await.unwrap();
        let all = (0..200).map(|number| {
            let (app, down) = (app.clone(), down.clone());
            tokio::spawn(async move {
                let body = Body::from(r#"{"username":"ada","password":"tin wolf orbit cave"}"#);
                let call = Request::post("/api/login").header(header::CONTENT_TYPE, "application/json");
                let page = Request::get(["/login", "/", "/registration"][number % 3]).header(header::ACCEPT, "text/html");
                let (call, page) = tokio::join!(down.send(call.body(body).unwrap()), app.send(page.body(Body::empty()).unwrap()));
                assert_eq!((call.status, page.status, page.header("retry-after")), (503, 200, ""));
            })
        });
        for done in futures::future::join_all(all).await {
            done.unwrap();
        }
    }

    async fn a_stopping_server_is_not_ready_and_alive(app: TestApp) {
        assert_eq!(app.browser().get("/readyz").await.status, 200);
        app.state.stopping.cancel();
        assert_eq!(app.browser().get("/readyz").await.status, 503);
        assert_eq!(app.browser().get("/livez").await.status, 200);
    }
}
