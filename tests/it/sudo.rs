//! Confirming the password again, and the form that waits for it.

use latchkey_axum::cookies;
use latchkey_core::client::Client;
use latchkey_core::service::session::{FRESH_SECONDS, NotFresh};
use latchkey_types::{AppError, FieldError};
use latchkey_types::{Flash, Outcome};

use crate::support::{Browser, PASSWORD, TestApp, claims};

/// Makes a form wait for the password, as a rejected form post does.
fn wait(browser: &mut Browser, page: &str, form: &str, email: &str) {
    let flash = Flash {
        form: Some(form.to_owned()),
        values: vec![("email".to_owned(), email.to_owned())],
        ..Flash::of_page(page, Outcome::Rejected(AppError::ReauthenticationRequired))
    };
    browser.cookies.insert("latchkey-flash".to_owned(), cookies::encode(&flash));
}

on_both! {
    async fn a_password_is_fresh_for_ten_minutes_to_the_second(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let now = app.clock.now();
        let auth = app.auth(&ada).await;
        for (seconds, fresh) in [(0, Ok(())), (FRESH_SECONDS - 1, Ok(())), (FRESH_SECONDS, Err(NotFresh))] {
            assert_eq!(auth.require_fresh(now + seconds), fresh, "{seconds}");
        }
    }

    async fn use_and_refresh_keep_nothing_fresh(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(FRESH_SECONDS);
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        assert!(app.auth(&ada).await.require_fresh(app.clock.now()).is_err());
    }

    async fn the_password_again_makes_a_new_session_that_is_fresh(app: TestApp) {
        let other = app.node(&[]).await;
        let mut ada = app.browser();
        app.logged_in("ada").await;
        ada.submit("/fn/login", &[("username", "ada"), ("password", PASSWORD), ("remember", "on")]).await.assert_found("/secret");
        let mut copy = ada.clone();
        app.clock.advance(FRESH_SECONDS);
        let answer = ada.call("/fn/reauthenticate", &[("current_password", PASSWORD)]).await;
        answer.assert_status(200);
        assert!(answer.set_cookie("-session").contains("Max-Age"), "a remembered session stays remembered");
        assert_eq!(answer.header("serverfnredirect"), "", "the page stays");
        assert_ne!(claims(ada.token())["sid"], claims(copy.token())["sid"]);
        assert_eq!(copy.call("/fn/secret", &[]).await.status, 401, "a copy of the old token is worth nothing");
        for app in [&app, &other] {
            assert_eq!(app.auth(&ada.at(app)).await.require_fresh(app.clock.now()), Ok(()));
        }
        assert_eq!(app.events("authn_reauth_success").await, 1);
        assert_eq!(app.events("authn_token_reuse").await, 0);
    }

    async fn a_wrong_password_changes_nothing(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(FRESH_SECONDS);
        let before = ada.token().to_owned();
        for wrong in ["", "another password", &"x".repeat(2_000)] {
            let answer = ada.call("/fn/reauthenticate", &[("current_password", wrong)]).await;
            assert_eq!((answer.status, answer.error()), (401, FieldError::CurrentPasswordWrong.into()), "{wrong:?}");
        }
        assert_eq!(ada.token(), before);
        assert!(app.auth(&ada).await.require_fresh(app.clock.now()).is_err());
        assert_eq!(app.events("authn_reauth_fail").await, 3);
        assert_eq!(app.browser().call("/fn/reauthenticate", &[("current_password", PASSWORD)]).await.status, 401);
    }

    async fn a_session_that_ended_meanwhile_is_not_revived(app: TestApp) {
        let ada = app.logged_in("ada").await;
        let late = app.auth(&ada).await;
        ada.clone().submit("/fn/logout", &[]).await.assert_found("/");
        let again = app.state.services.session.reauthenticate(&late, &PASSWORD.into(), &Client::command_line()).await;
        assert!(matches!(again, Err(latchkey_core::service::session::VerifyPasswordError::SessionEnded)));
        assert!(app.only_session().await.revoked_at.is_some());
    }

    async fn a_form_waits_for_the_password_with_what_was_typed(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        // A form of another page, so that its result can be seen here.
        wait(&mut ada, "/secret", "refresh", "new@example.org");
        let page = ada.get("/account/confirm?next=/secret%3Fa%3Db").await;
        page.assert_status(200);
        assert_eq!(page.attribute("input[name=next]", "value").as_deref(), Some("/secret?a=b"));
        assert!(page.set_cookies().is_empty(), "it keeps waiting");
        let fields = |password| [("current_password", password), ("next", "/secret?a=b")];
        for _ in 0..2 {
            ada.submit("/fn/reauthenticate", &fields("wrong password")).await.assert_found("/account/confirm?next=/secret%3Fa%3Db");
            let page = ada.get("/account/confirm?next=/secret%3Fa%3Db").await;
            assert_eq!(page.attribute("[aria-invalid=true]", "name").as_deref(), Some("current_password"));
            assert!(!page.body.contains("wrong password") && !page.body.contains("new@example.org"));
        }
        let answer = ada.submit("/fn/reauthenticate", &fields(PASSWORD)).await;
        answer.assert_found("/secret?a=b");
        let flash = answer.flash().unwrap();
        assert_eq!((flash.form.as_deref(), &flash.outcome, flash.value("email")), (Some("refresh"), &Outcome::Confirmed, Some("new@example.org")));
        let page = ada.get("/secret?a=b").await;
        assert_eq!(page.texts("form [role=status]"), [latchkey::auth::texts::SEND_AGAIN]);
        assert!(ada.get("/secret").await.texts("form [role=status]").is_empty());
    }

    async fn an_address_that_was_typed_too_late_is_not_typed_again(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        app.clock.advance(FRESH_SECONDS);
        let answer = ada.submit("/fn/change_email", &[("email", "new@example.org")]).await;
        answer.assert_found("/account/confirm?next=/account");
        let fields = |password| [("current_password", password), ("next", "/account")];
        ada.submit("/fn/reauthenticate", &fields("wrong password")).await.assert_found("/account/confirm?next=/account");
        ada.get("/account/confirm?next=/account").await.assert_status(200);
        ada.submit("/fn/reauthenticate", &fields(PASSWORD)).await.assert_found("/account");
        let page = ada.get("/account").await;
        assert_eq!(page.texts("form[action='/fn/change_email'] [role=status]"), [latchkey::auth::texts::SEND_AGAIN]);
        assert_eq!(page.attribute("input[name=email]", "value").as_deref(), Some("new@example.org"));
        let again = ada.submit("/fn/change_email", &[("email", "new@example.org")]).await;
        again.assert_found("/account");
        assert_eq!(again.flash().unwrap().outcome, Outcome::Done(latchkey_types::Notice::AddressMailed));
    }

    async fn the_confirmation_redirects_only_within_this_site(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        for next in ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"] {
            let answer = ada.submit("/fn/reauthenticate", &[("current_password", PASSWORD), ("next", next)]).await;
            answer.assert_found("/secret");
        }
    }

    async fn authenticated_users_are_redirected_from_the_login_to_next(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        ada.get("/login?next=/secret%3Fa%3Db").await.assert_found("/secret?a=b");
        for next in ["//evil.example", "%2F%2Fevil.example", ""] {
            ada.get(&format!("/login?next={next}")).await.assert_found("/secret");
        }
    }
}
