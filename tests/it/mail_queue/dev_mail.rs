//! The pages with the emails of a development server.

use crate::support::{Browser, PASSWORD, SAFARI, TestApp};

/// A browser, after a login by a program with this user agent has sent an email.
async fn after_a_login_with(app: &TestApp, user_agent: &'static str) -> Browser {
    let fields = [("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
    app.browser().submit("/fn/register", &fields).await.assert_found("/secret");
    app.confirm_emails().await;
    let mut other = app.browser();
    other.user_agent = user_agent;
    other.log_in("ada", PASSWORD).await.assert_found("/secret");
    app.deliver().await;
    app.browser()
}

on_both! {
    async fn what_was_delivered_is_listed_and_shown_with_a_link(app: TestApp) {
        assert!(app.browser().get("/dev/mail").await.assert_status(200).body.contains("No emails yet."));
        let mut browser = after_a_login_with(&app, SAFARI).await;
        let list = browser.get("/dev/mail").await;
        list.assert_status(200);
        assert_eq!(list.texts(".mails a"), ["New sign-in to your Latchkey account"]);
        assert_eq!(list.header("cache-control"), "no-store");
        let mail = browser.get(&list.attribute(".mails a", "href").unwrap()).await;
        mail.assert_status(200);
        assert_eq!(mail.attribute("pre a", "href").as_deref(), Some("http://localhost:3000/reset"));
        assert_eq!(mail.texts(".facts dd")[0], "ada@example.org");
        assert!(mail.texts("details pre")[0].contains("<!DOCTYPE html>"), "{}", mail.body);
        assert!(mail.texts("script").is_empty() && mail.texts("[style]").is_empty());
    }

    async fn an_unknown_user_agent_is_not_repeated(app: TestApp) {
        let mut browser = after_a_login_with(&app, "<img><b>x").await;
        let mail = browser.get("/dev/mail/1").await;
        assert!(mail.texts("pre.mail")[0].contains("Device: Unknown device."), "{}", mail.body);
        assert!(mail.attribute("main img", "src").is_none() && mail.texts("main b").is_empty());
    }

    async fn unknown_numbers_are_not_found(app: TestApp) {
        let mut browser = after_a_login_with(&app, SAFARI).await;
        for path in ["/dev/mail/2", "/dev/mail/0", "/dev/mail/x", "/dev/mail/..%2f1"] {
            browser.get(path).await.assert_status(404);
        }
        browser.submit("/dev/mail", &[]).await.assert_status(405);
    }

    async fn there_is_none_in_prod_nor_where_mail_is_sent(app: TestApp) {
        after_a_login_with(&app, SAFARI).await;
        let prod = app.node(&["--leptos-env=PROD", "--public-url=http://localhost:3000"]).await;
        let sending = app.node(&["--mail-url=smtp://127.0.0.1:9"]).await;
        for node in [prod, sending] {
            for path in ["/dev/mail", "/dev/mail/1"] {
                node.browser().get(path).await.assert_status(404);
            }
        }
    }
}
