//! Access of every role to every page and every server function, by the guard tables.

use std::collections::BTreeSet;

use axum::body::Body;
use latchkey::routes;
use latchkey_axum::api::endpoints::ENDPOINTS;
use latchkey_types::AppError;
use latchkey_types::{Access, paths};
use leptos::prelude::*;

use crate::api::{self, Call};
use crate::support::{Answer, Browser, PASSWORD, TestApp, path_of};

/// A server function that is in no table.
#[server(prefix = "/fn", endpoint = "unlisted")]
async fn unlisted() -> Result<(), AppError> {
    Ok(())
}

/// Fields that an attacker might add to a form.
const MORE: [(&str, &str); 9] = [
    ("role", "admin"),
    ("roles", "admin"),
    ("is_active", "false"),
    ("email_verified", "true"),
    ("id", "1"),
    ("public_id", "AAAAAAAAAAAAAAAAAAAAAA"),
    ("user_id", "1"),
    ("password_hash", "!"),
    ("actor", "command"),
];

/// A browser for each role; `-1` follows the role in its username. Access follows from the role.
struct Cast(Vec<(Option<&'static str>, Browser)>);

impl Cast {
    async fn new(app: &TestApp) -> Self {
        let (user, admin) = (app.logged_in("user-1").await, app.admin("admin-1").await);
        Self(vec![(None, app.browser()), (Some("user"), user), (Some("admin"), admin)])
    }
}

fn may(access: Access, who: Option<&str>) -> bool {
    match access {
        Access::Everyone => true,
        Access::Anonymous => who.is_none(),
        Access::FirstFactor | Access::LoggedIn => who.is_some(),
        Access::HasRole(role) => who == Some(role),
        Access::HandlerChecksToken => unreachable!("for the API alone"),
    }
}

fn is_refused(answer: &Answer) -> bool {
    let refusal = serde_json::from_str::<AppError>(&answer.body);
    matches!(refusal, Ok(AppError::NotLoggedIn | AppError::MissingRole))
}

/// Logs in again if the previous call has ended the session.
async fn ensure_logged_in(who: Option<&str>, browser: &mut Browser) {
    if let Some(name) = who
        && browser.call("/fn/current_user", &[]).await.body == "null"
    {
        browser.log_in(&format!("{name}-1"), PASSWORD).await.assert_status(302);
    }
}

fn listed_paths() -> BTreeSet<String> {
    routes::server_functions().map(|row| format!("{}/{}", paths::SERVER_FNS, row.name)).collect()
}

#[test]
fn every_server_function_is_in_the_table_and_every_row_of_it_is_one() {
    let registered = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned());
    let registered = registered.filter(|path| path != "/fn/unlisted").collect::<BTreeSet<_>>();
    assert_eq!(registered, listed_paths());
    assert_eq!(routes::server_functions().count(), registered.len(), "no function has two rows");
}

on_both! {
    async fn pages_are_open_to_whom_the_table_says_and_by_get_alone(app: TestApp) {
        for (who, browser) in &mut Cast::new(&app).await.0 {
            for page in routes::pages() {
                let path = path_of(page.pattern);
                let answer = browser.get(&path).await;
                let expected = match (may(page.access, *who), page.access, &who) {
                    // A page about something that is not there says so, to those who may ask.
                    (true, ..) if path != page.pattern && answer.status == 404 => (404, ""),
                    (true, ..) => (200, ""),
                    (false, Access::Anonymous, _) => (302, "/secret"),
                    (false, _, None) => (302, "/login?next="),
                    (false, ..) => (403, ""),
                };
                assert_eq!(answer.status, expected.0, "{path} to {who:?}");
                assert!(answer.header("location").starts_with(expected.1), "{path} to {who:?}");
                for method in ["POST", "PUT", "PATCH", "DELETE"] {
                    let answer = browser.request(method, &path, "text/html", Body::empty()).await;
                    assert!([302, 403, 405].contains(&answer.status), "{method} {path} to {who:?}: {}", answer.status);
                }
            }
        }
    }

    async fn server_functions_are_open_to_whom_the_table_says_and_by_post_alone(app: TestApp) {
        for (who, browser) in &mut Cast::new(&app).await.0 {
            for row in routes::server_functions() {
                let (path, access) = (format!("{}/{}", paths::SERVER_FNS, row.name), &row.access);
                for method in ["GET", "PUT", "PATCH", "DELETE"] {
                    let answer = browser.request(method, &path, "application/json", Body::empty()).await;
                    assert_eq!(answer.status, 405, "{method} {path}");
                }
                let answer = browser.call(&path, &[]).await;
                assert_eq!(is_refused(&answer), !may(*access, *who), "{path} to {who:?}: {}", answer.body);
                if !may(*access, *who) {
                    assert_eq!(answer.status, if who.is_none() { 401 } else { 403 }, "{path}");
                }
                ensure_logged_in(*who, browser).await;
            }
        }
    }

    async fn endpoints_are_open_to_whom_their_table_says(app: TestApp) {
        let tokens = [None, Some(api::with_roles(&app, "user", "user").await), Some(api::with_roles(&app, "ada", "admin").await)];
        for (token, roles) in tokens.iter().zip([None, Some("user"), Some("admin")]) {
            // Endpoints that check their token themselves would end the session that the others need.
            for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access != Access::HandlerChecksToken) {
                let path = endpoint.path.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA");
                let mut call = Call::new(endpoint.method, &path).body("{}");
                if let Some(token) = token {
                    call = call.bearer(token);
                }
                let (status, error) = api::outcome(&call.send(&app).await);
                let refusal = match (endpoint.access, roles) {
                    (Access::FirstFactor | Access::LoggedIn | Access::HasRole(_), None) => (401, "MissingToken"),
                    (Access::HasRole(_), Some("user")) => (403, "MissingRoleError"),
                    _ => {
                        assert!(!["MissingToken", "MissingRoleError"].contains(&error.as_str()), "{path} to {roles:?}: {error}");
                        continue;
                    }
                };
                assert_eq!((status, error.as_str()), refusal, "{path} to {roles:?}");
            }
        }
        let admins = ENDPOINTS.iter().filter(|endpoint| matches!(endpoint.access, Access::HasRole(_)));
        assert_eq!(app.events("authz_fail").await, admins.count());
    }

    async fn members_that_a_body_does_not_have_change_nothing(app: TestApp) {
        let mut typed = serde_json::json!({"username": "eve", "email": "eve@example.org", "password": PASSWORD});
        for (name, value) in MORE {
            typed[name] = value.into();
        }
        typed["is_active"] = false.into();
        typed["roles"] = serde_json::json!(["admin"]);
        Call::new("POST", "/api/registration").json(&typed).send(&app).await.assert_status(200);
        let token = Call::new("POST", "/api/login").json(&typed).send(&app).await.access_token();
        assert_eq!(crate::support::claims(&token)["rls"], "user");
        let eve = app.users().await.remove(0);
        assert_eq!((eve.roles.as_str(), eve.is_active), ("user", true));
        assert_ne!(eve.public_id, "AAAAAAAAAAAAAAAAAAAAAA");
    }

    async fn paths_in_no_table_are_not_found(app: TestApp) {
        assert!(leptos::server_fn::axum::server_fn_paths().any(|(path, _)| path == "/fn/unlisted"));
        for (who, browser) in &mut Cast::new(&app).await.0 {
            let paths = ["/fn/unlisted", "/fn", "/fn//set_roles", "/fn/x/set_roles", "/fn/SET_ROLES"];
            for path in paths {
                assert_eq!(browser.call(path, &[]).await.status, 404, "{path} to {who:?}");
            }
            for path in ["/admin", "/admin/users/x/y", "//admin/users", "/Admin/users"] {
                assert_eq!(browser.get(path).await.status, 404, "{path} to {who:?}");
            }
            for path in ["/fn/", "/fn/set_roles/"] {
                assert_eq!(browser.call(path, &[]).await.status, 308, "{path} to {who:?}");
            }
            for path in ["/admin/", "/admin/users/"] {
                assert_eq!(browser.get(path).await.status, 308, "{path} to {who:?}");
            }
        }
    }

    async fn fields_that_a_form_does_not_have_change_nothing(app: TestApp) {
        let mut eve = app.browser();
        let fields = [("username", "eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
        eve.submit("/fn/register", &[&fields[..], &MORE].concat()).await.assert_found("/secret");
        let mut admin = app.admin("ada").await;
        let before = app.users().await;
        let made = &before[0];
        assert_eq!((made.roles.as_str(), made.is_active), ("user", true));
        assert_ne!(made.public_id, "AAAAAAAAAAAAAAAAAAAAAA");
        for row in routes::server_functions() {
            eve.call(&format!("{}/{}", paths::SERVER_FNS, row.name), &MORE).await;
            ensure_logged_in(Some("eve"), &mut eve).await;
        }
        let fields = [("username", "eve"), ("password", PASSWORD)];
        eve.submit("/fn/login", &[&fields[..], &MORE].concat()).await.assert_found("/secret");
        let access = |users: Vec<latchkey_core::store::entity::user::Model>| {
            users.into_iter().map(|user| (user.id, user.public_id, user.roles, user.is_active, user.password)).collect::<Vec<_>>()
        };
        let before = access(before);
        assert_eq!(access(app.users().await), before);
        let id = before[0].1.as_str();
        admin.call("/fn/set_active", &[("id", id), ("is_active", "true"), ("roles", "admin")]).await.assert_status(200);
        admin.call("/fn/set_roles", &[("id", id), ("roles", "user"), ("is_active", "false")]).await.assert_status(200);
        assert_eq!(access(app.users().await), before);
    }

    async fn a_form_that_says_a_thing_twice_is_refused_or_means_the_first(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let bob = app.logged_in("bob").await;
        let id = app.users().await[1].public_id.clone();
        drop(bob);
        let twice = [("id", id.as_str()), ("roles", "user"), ("roles", "admin")];
        assert_eq!(ada.call("/fn/set_roles", &twice).await.error(), AppError::Malformed);
        assert_eq!(app.users().await[1].roles, "user");
    }
}
