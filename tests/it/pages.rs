//! Pages, guards, and forms without scripts.

use axum::body::Body;
use axum::http::{Request, header};
use latchkey::routes;
use latchkey_types::{Access, Outcome};
use latchkey_types::{AppError, FieldError};

use crate::support::{PASSWORD, TestApp, path_of};

/// Paths that lead to other sites in some browsers, or break a header.
const EVIL: [&str; 12] = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example",
    "javascript:alert(1)", "/\t/evil.example", "/a\r\nSet-Cookie: x=y", "evil", "", "/ü", "/%0d\0",
];

on_both! {
    async fn an_anonymous_visit_of_a_protected_page_shows_nothing_of_it(app: TestApp) {
        for page in routes::pages().filter(|page| matches!(page.access, Access::FirstFactor | Access::LoggedIn | Access::HasRole(_))) {
            let path = path_of(page.pattern);
            let answer = app.browser().get(&format!("{path}?a=b&c=%2F")).await;
            answer.assert_found(&format!("/login?next={path}%3Fa%3Db%26c%3D%252F"));
            assert_eq!(answer.body, "");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }

    async fn an_expired_token_opens_no_page_and_no_function(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(30 * 86_400);
        for page in routes::pages().filter(|page| page.access != Access::Everyone) {
            let path = path_of(page.pattern);
            let answer = ada.get(&path).await;
            assert_eq!(answer.status, if page.access == Access::Anonymous { 200 } else { 302 }, "{path}");
        }
        let fields = [("username", "ada"), ("password", "wrong password"), ("current_password", PASSWORD), ("session", "x")];
        for row in routes::server_functions().filter(|row| row.access != Access::Everyone) {
            let name = row.name;
            let answer = ada.call(&format!("/fn/{name}"), &fields).await;
            answer.assert_status(401);
            assert_eq!(answer.error(), AppError::NotLoggedIn, "{name}");
        }
        assert_eq!(ada.call("/fn/current_user", &[]).await.body, "null");
    }

    async fn every_route_of_the_app_is_in_the_table_of_pages(app: TestApp) {
        let routes = leptos_axum::generate_route_list(latchkey::app::App);
        let mut known = routes.iter().map(leptos_axum::AxumRouteListing::path).collect::<Vec<_>>();
        let mut listed = routes::pages().map(|page| page.pattern).collect::<Vec<_>>();
        known.sort_unstable();
        listed.sort_unstable();
        assert_eq!(known, listed);
        drop(app);
    }

    async fn the_script_of_a_page_hears_of_a_panic(app: TestApp) {
        let script = app.browser().get("/login").await.texts("script[type=module]").concat();
        for part in [
            "import init, { hydrate } from \"/pkg/latchkey.js\";",
            &format!("addEventListener({:?}, () => {{", latchkey::auth::components::browser::PANIC_EVENT),
            "init({ module_or_path: wasm }).then(hydrate).catch((error) => {",
        ] {
            assert!(script.contains(part), "{part} in {script}");
        }
    }

    async fn authenticated_users_are_redirected_from_the_login(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        ada.get("/login").await.assert_found("/secret");
        ada.get("/registration").await.assert_found("/secret");
    }

    async fn a_path_too_long_for_a_file_is_not_found(app: TestApp) {
        let name = "a".repeat(5_000);
        for path in [format!("/{name}"), format!("/pkg/{name}")] {
            assert_eq!(app.browser().get(&path).await.status, 404);
        }
    }

    async fn the_header_is_right_from_the_first_byte(app: TestApp) {
        let anonymous = app.browser().get("/").await;
        let header = anonymous.texts("header").concat();
        assert!(header.contains("Register") && header.contains("Log in") && !header.contains("Log out"), "{header}");
        let not_found = app.browser().get("/nowhere").await;
        assert_eq!((not_found.status, not_found.texts("header").concat()), (404, header));
        let header = app.logged_in("ada").await.get("/").await.texts("header").concat();
        assert!(header.contains("ada") && header.contains("Log out") && !header.contains("Register"), "{header}");
    }

    async fn a_login_redirects_to_next_if_that_is_safe(app: TestApp) {
        app.logged_in("ada").await;
        let log_in = async |next: &str| {
            let fields = [("username", "ada"), ("password", PASSWORD), ("next", next)];
            app.browser().submit("/fn/login", &fields).await.header("location").to_owned()
        };
        for next in ["/", "/secret?a=b", "/account"] {
            assert_eq!(log_in(next).await, next);
        }
        let others = [
            "/login/../secret", "/admin/users?q=x", "/fn/logout", "/api/me", "/login", "/registration", "/pkg/latchkey.js", "/livez",
            "/nowhere", "/secret/",
        ];
        for next in EVIL.into_iter().chain(others).chain([format!("/{}", "a".repeat(4_096)).as_str()]) {
            assert_eq!(log_in(next).await, "/secret", "{next:?}");
        }
        let page = app.browser().get("/login?next=//evil.example").await;
        assert_eq!(page.attribute("input[name=next]", "value").as_deref(), Some("/secret"));
    }

    async fn an_administrator_returns_to_the_administration(app: TestApp) {
        let mut grace = app.admin("grace").await;
        let fields = [("username", "grace"), ("password", PASSWORD), ("next", "/admin/users?q=x")];
        app.browser().submit("/fn/login", &fields).await.assert_found("/admin/users?q=x");
        grace.get("/login?next=/admin/users%3Fq%3Dx").await.assert_found("/admin/users?q=x");
        app.logged_in("ada").await.get("/login?next=/admin/users%3Fq%3Dx").await.assert_found("/secret");
    }

    async fn a_form_with_another_accept_header_is_answered_with_a_page(app: TestApp) {
        let post = async |accept: &str, name: &str, value: &str| {
            let request = Request::post("/fn/login").header(header::ACCEPT, accept).header("sec-fetch-site", "same-origin");
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").header(name, value);
            app.send(request.body(Body::from("username=ada&password=wrong")).unwrap()).await
        };
        post("*/*", "sec-fetch-dest", "document").await.assert_found("/login");
        post("*/*", "sec-fetch-mode", "navigate").await.assert_found("/login");
        let answer = post("*/*", "sec-fetch-dest", "empty").await;
        assert_eq!((answer.status, answer.error()), (401, AppError::LoginRejected));
    }

    async fn a_form_that_was_sent_without_the_database_can_be_sent_again(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let mut visitor = app.browser();
        let down = app.node(&[]).await;
        down.state.store.close().await.unwrap();
        // A login: what was typed comes back, except for the password.
        let mut login = visitor.at(&down);
        login.submit("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await.assert_found("/login");
        let page = login.get("/login").await;
        assert_eq!(page.attribute("input[name=username]", "value").as_deref(), Some("ada"));
        assert!(!page.body.contains(PASSWORD));
        // The form of an email link: its page needs the database, and keeps the token and the message until it is back.
        let token = format!("lk_rst_{}", "A".repeat(43));
        let link = format!("/new_password?token={token}");
        let fields = [("token", token.as_str()), ("password", PASSWORD), ("password_confirmation", PASSWORD)];
        visitor = visitor.at(&down);
        let answer = visitor.submit("/fn/reset_password", &fields).await;
        answer.assert_found(&link);
        assert!(answer.set_cookies()[0].ends_with("Max-Age=600"), "{:?}", answer.set_cookies());
        let page = visitor.get(&link).await;
        assert_eq!((page.status, page.set_cookies().len()), (503, 0));
        // A form of a logged-in user, from their page that needs the database, too.
        ada = ada.at(&down);
        ada.submit("/fn/change_email", &[("email", "ada@example.org")]).await.assert_found("/account");
        assert_eq!(ada.get("/account").await.status, 503);
        let page = ada.at(&app).get("/account").await;
        page.assert_status(200);
        assert_eq!(page.attribute("input[name=email]", "value").as_deref(), Some("ada@example.org"));
    }

    async fn a_rejected_login_comes_back_with_its_message_once(app: TestApp) {
        let mut ada = app.browser();
        let fields = [("username", "ada <b>"), ("password", "wrong password"), ("remember", "on"), ("next", "/secret?x=1")];
        let answer = ada.submit("/fn/login", &fields).await;
        answer.assert_found("/login?next=/secret%3Fx%3D1");
        let flash = answer.flash().unwrap();
        assert_eq!(flash.outcome, Outcome::Rejected(AppError::LoginRejected));
        assert!(!format!("{flash:?}").contains("wrong password"));
        let page = ada.get("/login?next=/secret%3Fx%3D1").await;
        page.assert_status(200);
        assert_eq!(page.texts("[role=alert]"), ["The username and/or password are incorrect"]);
        assert_eq!(page.attribute("input[name=username]", "value").as_deref(), Some("ada <b>"));
        assert_eq!(page.attribute("input[name=password]", "value").unwrap_or_default(), "");
        assert_eq!(page.attribute("input[name=next]", "value").as_deref(), Some("/secret?x=1"));
        assert!(page.attribute("input[name=remember]", "checked").is_some());
        assert!(!page.body.contains("wrong password"));
        let again = ada.get("/login").await;
        assert!(again.texts("[role=alert]").concat().is_empty());
    }

    async fn a_refused_registration_names_the_field(app: TestApp) {
        let mut ada = app.browser();
        let answer = ada.submit("/fn/register", &[("username", "ada"), ("email", "no address"), ("password", "short")]).await;
        answer.assert_found("/registration");
        let page = ada.get("/registration").await;
        let invalid = page.attribute("[aria-invalid=true]", "name");
        assert_eq!(invalid.as_deref(), Some("email"));
        let described = page.attribute("input[name=password]", "aria-describedby").unwrap();
        let error = described.split(' ').find(|id| !page.texts(&format!("#{id}")).concat().is_empty()).unwrap();
        assert_eq!(page.texts(&format!("#{error}")), [latchkey::auth::texts::field_error(&FieldError::PasswordShort)]);
        assert_eq!(page.attribute("input[name=email]", "value").as_deref(), Some("no address"));
        assert!(page.attribute("input[name=email]", "autofocus").is_some());
    }

    async fn refresh_without_scripts_says_so_once(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        ada.submit("/fn/refresh", &[]).await.assert_found("/secret");
        assert!(ada.get("/secret").await.texts("[role=status]").concat().contains("Refreshed"));
        assert!(!ada.get("/secret").await.texts("[role=status]").concat().contains("Refreshed"));
        assert_eq!(app.only_session().await.generation, 1);
    }

    async fn a_post_to_an_unknown_function_shows_an_error_page(app: TestApp) {
        let answer = app.browser().submit("/fn/nothing", &[]).await;
        assert_eq!((answer.status, answer.texts("h1").concat().as_str()), (404, "Page not found"));
    }

    async fn only_a_rendered_page_clears_the_flash(app: TestApp) {
        let mut ada = app.browser();
        ada.log_in("nobody", PASSWORD).await.assert_found("/login");
        ada.request("HEAD", "/login", "text/html", axum::body::Body::empty()).await.assert_status(200);
        assert_eq!(ada.get("/login").await.texts("[role=alert]").len(), 1);
        assert!(ada.get("/login").await.texts("[role=alert]").is_empty());
    }

    async fn a_form_of_an_ended_session_leads_to_the_login_and_back(app: TestApp) {
        app.browser().submit("/fn/refresh", &[]).await.assert_found("/login?next=/secret");
    }

    async fn the_token_is_in_the_cookie_and_nowhere_else(app: TestApp) {
        let mut ada = app.browser();
        let fields = [("username", "ada"), ("password", PASSWORD)];
        let mut answers = vec![ada.call("/fn/register", &fields).await, ada.call("/fn/login", &fields).await];
        for path in ["/", "/secret"] {
            answers.push(ada.get(path).await);
        }
        answers.push(ada.call("/fn/refresh", &[]).await);
        answers.push(ada.call("/fn/current_user", &[]).await);
        let session = app.sessions().await.pop().unwrap();
        for answer in answers {
            answer.assert_status(200);
            for secret in ["eyJ", session.id.as_str(), session.jti.as_str(), "$argon2id", PASSWORD] {
                assert!(!answer.body.contains(secret), "{secret} in {}", answer.body);
            }
        }
    }
}
