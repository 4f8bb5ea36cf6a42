//! `REQUIRE_SECOND_FACTOR`: who lacks one sets it up before anything else.

use latchkey::routes;
use latchkey_axum::api::endpoints::ENDPOINTS;
use latchkey_types::{Access, AppError, paths};
use serde_json::json;

use super::code;
use crate::api::{self, Call};
use crate::support::{PASSWORD, TestApp, path_of};

const PAGE: &str = "/account/second_factor";

on_both! {
    async fn whoever_lacks_it_gets_to_its_page_and_nowhere_else(app: TestApp) {
        let app = app.node(&["--require-second-factor=all"]).await;
        let mut ada = app.browser();
        ada.submit("/fn/register", &[("username", "ada"), ("password", PASSWORD)]).await.assert_found("/secret");
        for page in routes::pages().filter(|page| page.access == Access::LoggedIn) {
            ada.get(&path_of(page.pattern)).await.assert_found(PAGE);
        }
        for function in routes::server_functions().filter(|function| function.access == Access::LoggedIn) {
            let answer = ada.call(&format!("{}/{}", paths::SERVER_FNS, function.name), &[]).await;
            assert_eq!((answer.status, answer.error()), (403, AppError::SecondFactorMissing), "{}", function.name);
        }
        let page = ada.get(PAGE).await;
        assert!(page.body.contains("must have one"), "{}", page.body);
        ada.submit("/fn/set_up_totp", &[]).await.assert_found(PAGE);
        let secret = ada.get(PAGE).await.texts(".steps code").remove(0);
        ada.submit("/fn/confirm_totp", &[("code", &code(&app, &secret))]).await.assert_found(PAGE);
        ada.get("/account").await.assert_status(200);
        ada.submit("/fn/remove_totp", &[]).await.assert_found(PAGE);
        ada.get("/account").await.assert_found(PAGE);
        ada.submit("/fn/logout", &[]).await.assert_found("/");
    }

    async fn the_api_says_what_is_missing(app: TestApp) {
        let app = app.node(&["--require-second-factor=all"]).await;
        let token = api::register(&app, "ada").await;
        for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access == Access::LoggedIn) {
            let call = Call::new(endpoint.method, endpoint.path).bearer(&token).json(&json!({}));
            call.send(&app).await.assert_api_error(403, "SecondFactorMissing", endpoint.path);
        }
        Call::new("GET", "/api/me").bearer(&token).send(&app).await.assert_status(200);
        let secret = Call::new("POST", "/api/me/totp").bearer(&token).send(&app).await.json()["secret"].clone();
        let confirm = Call::new("POST", "/api/me/totp/confirm").bearer(&token);
        confirm.json(&json!({"code": code(&app, secret.as_str().unwrap())})).send(&app).await.assert_status(200);
        Call::new("GET", "/api/protected").bearer(&token).send(&app).await.assert_status(200);
    }

    async fn it_can_be_required_of_administrators_alone(app: TestApp) {
        let app = app.node(&["--require-second-factor=admin"]).await;
        let mut user = app.logged_in("ada").await;
        user.get("/account").await.assert_status(200);
        let mut admin = app.admin("carol").await;
        admin.get("/account").await.assert_found(PAGE);
        admin.get("/admin/users").await.assert_found(PAGE);
        user.get("/admin/users").await.assert_status(403);
    }
}
