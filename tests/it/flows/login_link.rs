//! Login by a link in an email.

use latchkey_types::AppError;

use super::{ADA, MINUTE, confirmed, confirming, token};
use crate::second_factor;
use crate::support::{PASSWORD, TestApp};

const LIFETIME: i64 = 900;

/// Requests a link and returns its token.
async fn mailed(app: &TestApp, email: &str) -> String {
    app.browser().call("/fn/request_login_link", &[("email", email)]).await.assert_status(200);
    let mail = app.deliver().await.pop().unwrap();
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (email, "Log in to Latchkey"));
    assert!(mail.link().unwrap().contains("/login/link?token="));
    token(&mail)
}

on_both! {
    async fn a_link_logs_in_once_and_reading_it_consumes_nothing(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        app.clock.advance(MINUTE);
        let first = mailed(&app, ADA).await;
        app.clock.advance(MINUTE);
        let second = mailed(&app, ADA).await;
        let mut ada = app.browser();
        for _ in 0..2 {
            let page = ada.get(&format!("/login/link?token={first}")).await;
            page.assert_status(200);
            assert_eq!(page.texts("main strong"), ["ada"]);
        }
        ada.submit("/fn/log_in_by_link", &[("token", &first)]).await.assert_found("/secret");
        ada.get("/secret").await.assert_status(200);
        for used in [&first, &second] {
            assert_eq!(app.browser().call("/fn/log_in_by_link", &[("token", used)]).await.error(), AppError::LinkInvalid);
        }
        assert_eq!(app.events("authn_login_link_requested").await, 2);
    }

    async fn a_link_lasts_fifteen_minutes_to_the_second(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        app.clock.advance(MINUTE);
        let link = mailed(&app, ADA).await;
        app.clock.advance(LIFETIME - 1);
        app.browser().call("/fn/login_link", &[("token", &link)]).await.assert_status(200);
        app.clock.advance(1);
        assert_eq!(app.browser().call("/fn/log_in_by_link", &[("token", &link)]).await.error(), AppError::LinkInvalid);
    }

    async fn any_address_gets_the_same_answer(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        app.clock.advance(MINUTE);
        let mut answers = Vec::new();
        for email in [ADA, "nobody@example.org"] {
            let mut browser = app.browser();
            browser.submit("/fn/request_login_link", &[("email", email)]).await.assert_found("/login/email");
            answers.push(browser.get("/login/email").await.texts("main"));
        }
        assert_eq!(answers[0], answers[1]);
        assert!(answers[0].concat().contains("Check your mail"));
        let links = app.deliver().await.into_iter().filter(|mail| mail.subject == "Log in to Latchkey");
        assert_eq!(links.map(|mail| mail.to).collect::<Vec<_>>(), [ADA]);
    }

    async fn a_second_factor_is_asked_for_all_the_same(app: TestApp) {
        let account = second_factor::with_factor(&app, "ada").await;
        let link = mailed(&app, ADA).await;
        let mut ada = app.browser();
        ada.submit("/fn/log_in_by_link", &[("token", &link)]).await.assert_found("/login/verify?next=/secret");
        ada.get("/secret").await.assert_found("/login?next=/secret");
        let code = second_factor::code(&app, &account.secret);
        ada.submit("/fn/verify_login", &[("code", &code)]).await.assert_found("/secret");
    }

    async fn a_changed_password_voids_it(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        app.clock.advance(MINUTE);
        let link = mailed(&app, ADA).await;
        app.clock.advance(MINUTE);
        app.browser().call("/fn/request_login_link", &[("email", ADA)]).await.assert_status(200);
        let change = [("current_password", PASSWORD), ("password", "lantern otters juggle quietly")];
        ada.call("/fn/change_password", &change).await.assert_status(200);
        assert_eq!(app.browser().call("/fn/log_in_by_link", &[("token", &link)]).await.error(), AppError::LinkInvalid);
        let sent = app.deliver().await.into_iter().filter(|mail| mail.subject == "Log in to Latchkey").count();
        assert_eq!(sent, 1, "the waiting one is dropped");
    }

    async fn without_the_setting_there_is_none(app: TestApp) {
        let app = app.node(&["--login-by-email=false"]).await;
        for path in ["/login/email", "/login/link?token=x"] {
            app.browser().get(path).await.assert_status(404);
        }
        for (path, field) in [("/fn/request_login_link", "email"), ("/fn/login_link", "token"), ("/fn/log_in_by_link", "token")] {
            assert_eq!(app.browser().call(path, &[(field, ADA)]).await.error(), AppError::NotFound, "{path}");
        }
        assert!(!app.browser().get("/login").await.body.contains("/login/email"));
    }
}
