//! Email links that are opened while somebody else is logged in.

use super::{ADA, confirmed, confirming, registered, reset_token, token};
use crate::support::{Answer, Browser, PASSWORD, TestApp};

const EVE: &str = "eve@example.org";

/// The text of a page's notices.
fn notices(page: &Answer) -> String {
    page.texts("main .notice").concat()
}

/// Submits the form of a link in the browser, follows the redirect and returns the notices of that page.
async fn submitted(browser: &mut Browser, function: &str, token: &str) -> (String, String) {
    let fields = [("token", token), ("password", PASSWORD), ("password_confirmation", PASSWORD)];
    let answer = browser.submit(function, &fields).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    let location = answer.header("location").to_owned();
    let page = browser.get(&location).await;
    (location, notices(&page))
}

on_both! {
    async fn the_page_of_each_link_says_whose_it_is_and_changes_nothing(app: TestApp) {
        let app = confirming(&app).await;
        let mut eve = confirmed(&app, "eve", EVE).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let registration = registered(&app, "bob", "bob@example.org", PASSWORD).await;
        let reset = reset_token(&app, ADA).await;
        ada.call("/fn/change_email", &[("email", "new@example.org")]).await.assert_status(200);
        let mut mails = app.deliver().await;
        let (change, stop) = (token(&mails.pop().unwrap()), token(&mails.pop().unwrap()));
        let pages = [
            ("/finalize", registration, "bob", "logs you out of your account here"),
            ("/new_password", reset, "ada", "changes nothing in your own account"),
            ("/new_email", change, "ada", "changes nothing in your own account"),
            ("/keep_email", stop, "ada", "changes nothing in your own account"),
        ];
        for (path, token, owner, means) in pages {
            let page = eve.get(&format!("{path}?token={token}")).await;
            page.assert_status(200);
            let said = notices(&page);
            let expected = format!("You are logged in as eve. This link belongs to another account: {owner}.");
            assert!(said.contains(&expected) && said.contains(means), "{path}: {said}");
            for browser in [&mut app.browser(), &mut ada] {
                let said = notices(&browser.get(&format!("{path}?token={token}")).await);
                let is_other = owner == "bob" && browser.cookies.contains_key("latchkey-session");
                assert_eq!(said.contains("another account"), is_other, "{path}: {said}");
            }
        }
        assert_eq!((app.users().await.len(), app.events("authn_password_change").await), (2, 0));
    }

    async fn a_new_password_for_another_account_says_so(app: TestApp) {
        let app = confirming(&app).await;
        let mut eve = confirmed(&app, "eve", EVE).await;
        confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        let (location, said) = submitted(&mut eve, "/fn/reset_password", &token).await;
        assert_eq!(location, "/secret");
        assert!(said.contains("You are logged in as eve. This link belongs to another account: ada."), "{said}");
        assert!(said.contains("new password is saved") && said.contains("Your own account is unchanged"), "{said}");
        assert!(eve.get("/secret").await.body.contains("(allowed usr eve)"));
    }

    async fn an_address_that_is_confirmed_or_kept_for_another_account_says_so(app: TestApp) {
        let app = confirming(&app).await;
        let mut eve = confirmed(&app, "eve", EVE).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        for (function, index, done) in
            [("/fn/keep_email", 2, "Its email address has not changed"), ("/fn/confirm_email", 1, "new email address is confirmed")]
        {
            ada.call("/fn/change_email", &[("email", "new@example.org")]).await.assert_status(200);
            let mails = app.deliver().await;
            let link = token(&mails[mails.len() - index]);
            let (location, said) = submitted(&mut eve, function, &link).await;
            assert_eq!(location, "/secret");
            assert!(said.contains("You are logged in as eve. This link belongs to another account: ada."), "{said}");
            assert!(said.contains(done), "{function}: {said}");
            app.clock.advance(60);
        }
    }

    async fn a_confirmed_registration_says_whose_session_it_ended(app: TestApp) {
        let app = confirming(&app).await;
        let mut eve = confirmed(&app, "eve", EVE).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        let (location, said) = submitted(&mut eve, "/fn/finalize", &token).await;
        assert_eq!(location, "/secret");
        assert_eq!(said, "Welcome, ada. Your account is confirmed. You were logged in as eve before. That session has ended.");
    }

    async fn with_scripts_the_next_page_says_so_as_well(app: TestApp) {
        let app = confirming(&app).await;
        let mut eve = confirmed(&app, "eve", EVE).await;
        confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        let fields = [("token", token.as_str()), ("password", PASSWORD), ("password_confirmation", PASSWORD)];
        let answer = eve.call("/fn/reset_password", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (200, "/secret"));
        assert!(notices(&eve.get("/secret").await).contains("This link belongs to another account: ada."));
        assert!(!notices(&eve.get("/secret").await).contains("another account"), "shown once");
    }

    async fn the_owner_who_resets_the_own_password_logs_in_again(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        let (location, said) = submitted(&mut ada, "/fn/reset_password", &token).await;
        assert_eq!(location, "/login");
        assert!(said.contains("Your new password is saved"), "{said}");
    }
}
