//! The second factor on pages, without scripts.

use latchkey_types::{AppError, FieldError, Notice, Outcome};

use super::{Account, STEP, code, with_factor};
use crate::support::{Answer, Browser, PASSWORD, TestApp};

const PAGE: &str = "/account/second_factor";

/// Sets an app up and returns its secret, as shown on the page.
async fn set_up(browser: &mut Browser) -> String {
    browser.submit("/fn/set_up_totp", &[]).await.assert_found(PAGE);
    let page = browser.get(PAGE).await;
    page.texts(".steps code").remove(0)
}

fn codes(page: &Answer) -> Vec<String> {
    page.texts(".codes code")
}

on_both! {
    async fn an_app_is_set_up_and_used_without_scripts(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        assert!(ada.get("/account").await.body.contains(PAGE));
        assert!(ada.get(PAGE).await.body.contains("Set up an app"));
        let secret = set_up(&mut ada).await;
        let page = ada.get(PAGE).await;
        assert!(page.attribute("svg.qr", "viewBox").is_some() && page.body.contains("otpauth://totp/Latchkey:ada?"));
        assert_eq!(page.header("cache-control"), "no-store");
        let wrong = ada.submit("/fn/confirm_totp", &[("code", "000000")]).await;
        wrong.assert_found(PAGE);
        assert_eq!(wrong.flash().unwrap().outcome, Outcome::Rejected(AppError::Refused(vec![FieldError::CodeWrong])));
        assert!(ada.get(PAGE).await.texts("#confirm_totp-code-error").concat().contains("wrong"));
        ada.submit("/fn/confirm_totp", &[("code", &code(&app, &secret))]).await.assert_found(PAGE);
        let page = ada.get(PAGE).await;
        assert_eq!(codes(&page).len(), 10);
        let file = page.attribute("a[download]", "href").unwrap();
        assert_eq!(file.trim_start_matches("data:text/plain,").trim_end_matches("%0A").split("%0A").collect::<Vec<_>>(), codes(&page));
        assert!(!page.body.contains(&secret), "the secret is shown while the app is set up, and not again");
        ada.submit("/fn/hide_recovery_codes", &[]).await.assert_found(PAGE);
        let page = ada.get(PAGE).await;
        assert!(codes(&page).is_empty() && page.body.contains("10 recovery codes are left"));

        let mut other = app.browser();
        other.submit("/fn/login", &[("username", "ada"), ("password", PASSWORD), ("remember", "on"), ("next", "/account")]).await.assert_found("/login/verify?next=/account");
        assert!(!other.cookies.contains_key("latchkey-session"), "no session before the code");
        let page = other.get("/login/verify?next=/account").await;
        assert_eq!(page.attribute("#verify_login-code", "inputmode").as_deref(), Some("numeric"));
        assert_eq!(page.attribute("#verify_login-code", "autocomplete").as_deref(), Some("one-time-code"));
        let wrong = other.submit("/fn/verify_login", &[("code", "000000"), ("next", "/account")]).await;
        wrong.assert_found("/login/verify?next=/account");
        assert!(other.get("/login/verify?next=/account").await.texts("#verify_login-code-error").concat().contains("wrong"));
        app.clock.advance(STEP);
        let done = other.submit("/fn/verify_login", &[("code", &code(&app, &secret)), ("next", "/account")]).await;
        done.assert_found("/account");
        assert!(done.set_cookie("-session").contains("Max-Age"), "the first step said to remember");
        assert!(done.set_cookie("-challenge").contains("Max-Age=0"));
        other.get("/account").await.assert_status(200);
    }

    async fn a_recovery_code_is_typed_into_a_field_of_its_own(app: TestApp) {
        let Account { recovery_codes, .. } = with_factor(&app, "ada").await;
        let mut ada = app.browser();
        ada.log_in("ada", PASSWORD).await.assert_found("/login/verify");
        let fields = [("code", ""), ("recovery_code", recovery_codes[0].as_str()), ("next", "/secret")];
        ada.submit("/fn/verify_login", &fields).await.assert_found("/secret");
        ada.submit("/fn/verify_login", &fields).await;
        assert!(ada.get(PAGE).await.body.contains("9 recovery codes are left"));
    }

    async fn secrets_are_shown_after_a_recent_password_only(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let secret = set_up(&mut ada).await;
        app.clock.advance(600);
        let page = ada.get(PAGE).await;
        assert!(!page.body.contains(&secret) && page.body.contains("Set up an app"));
        ada.submit("/fn/set_up_totp", &[]).await.assert_found(&format!("/account/confirm?next={PAGE}"));
        ada.submit("/fn/reauthenticate", &[("current_password", PASSWORD), ("next", PAGE)]).await.assert_found(PAGE);
        let secret = set_up(&mut ada).await;
        ada.submit("/fn/confirm_totp", &[("code", &code(&app, &secret))]).await.assert_found(PAGE);
        assert_eq!(codes(&ada.get(PAGE).await).len(), 10);
        app.clock.advance(600);
        assert!(codes(&ada.get(PAGE).await).is_empty());
    }

    async fn it_is_turned_off_on_the_page(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let secret = set_up(&mut ada).await;
        ada.submit("/fn/confirm_totp", &[("code", &code(&app, &secret))]).await.assert_found(PAGE);
        let first = codes(&ada.get(PAGE).await);
        ada.submit("/fn/renew_recovery_codes", &[]).await.assert_found(PAGE);
        let second = codes(&ada.get(PAGE).await);
        assert!(second.len() == 10 && second != first);
        let off = ada.submit("/fn/remove_totp", &[]).await;
        off.assert_found(PAGE);
        assert_eq!(off.flash().unwrap().outcome, Outcome::Done(Notice::SecondFactorRemoved));
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
    }

    async fn an_administrator_removes_it_on_the_page(app: TestApp) {
        with_factor(&app, "ada").await;
        let mut root = app.admin("carol").await;
        let page = root.get("/admin/users").await;
        let form = "form[action='/fn/remove_user_second_factor'] button";
        assert_eq!(page.texts(form), ["Remove second factor for ada"], "those who have none have no button");
        let id = page.attribute("form[action='/fn/remove_user_second_factor'] input[name=id]", "value").unwrap();
        let fields = [("id", id.as_str()), ("next", "/admin/users")];
        root.submit("/fn/remove_user_second_factor", &fields).await.assert_found("/admin/users");
        assert!(root.get("/admin/users").await.texts("[role=status]").concat().contains("is off"));
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
    }

    async fn a_second_step_without_a_first_begins_again(app: TestApp) {
        let answer = app.browser().call("/fn/verify_login", &[("code", "123456")]).await;
        assert_eq!(answer.error(), AppError::LoginExpired);
        let mut browser = app.browser();
        browser.submit("/fn/verify_login", &[("code", "123456"), ("next", "//evil.example")]).await.assert_found("/login/verify");
        assert!(browser.get("/login/verify").await.texts("[role=alert]").concat().contains("has expired"));
    }

    async fn the_cookie_of_the_first_step_is_as_safe_as_that_of_the_session(app: TestApp) {
        with_factor(&app, "ada").await;
        let app = app.node(&["--leptos-env=PROD", "--public-url=https://example.org"]).await;
        let answer = app.browser().log_in("ada", PASSWORD).await;
        let cookie = answer.set_cookie("-challenge");
        for part in ["__Host-latchkey-challenge=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=600"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
        assert!(!answer.body.contains("lk_2fa_") && !answer.header("location").contains("lk_2fa_"));
    }
}
