//! Confirming a registration, with its link and its password.

use futures::future::join_all;
use latchkey_types::{AppError, FieldError};
use latchkey_types::{Notice, Outcome};

use super::{ADA, MINUTE, confirmed, confirming, count, finalize, newest, register, registered, token};
use crate::support::{Answer, PASSWORD, TestApp};

const OTHER_PASSWORD: &str = "lantern otters juggle quietly";
const DAY: i64 = 86_400;

on_both! {
    async fn the_mail_and_the_password_make_the_account_and_log_it_in(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = app.browser();
        let fields = [("username", "Ada.L"), ("email", "Ada@Example.org"), ("password", PASSWORD)];
        let answer = ada.submit("/fn/register", &fields).await;
        answer.assert_found("/registration");
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Done(Notice::ConfirmationMailed));
        assert!(ada.get("/registration").await.texts("[role=status]").concat().contains("Check your mail"));
        assert!(app.users().await.is_empty() && app.sessions().await.is_empty());

        let mail = newest(&app).await;
        assert_eq!(mail.to, "Ada@Example.org");
        assert!(mail.text.contains("Ada.L"));
        let token = token(&mail);
        let page = ada.get(&format!("/finalize?token={token}")).await;
        page.assert_status(200);
        assert_eq!(page.texts("main strong"), ["Ada.L"]);
        assert_eq!(page.attribute("input[name=token]", "value").as_deref(), Some(token.as_str()));

        ada.submit("/fn/finalize", &[("token", &token), ("password", PASSWORD)]).await.assert_found("/secret");
        let secret = ada.get("/secret").await;
        assert!(secret.texts("[role=status]").concat().contains("Welcome, Ada.L"), "{}", secret.body);
        assert!(!ada.get("/secret").await.body.contains("Welcome, Ada.L"));
        let user = app.users().await.remove(0);
        assert_eq!((user.username.as_str(), user.email.as_deref(), user.roles.as_str()), ("Ada.L", Some("Ada@Example.org"), "user"));
        assert!(user.is_active);
        let rejected = app.browser().log_in("ada.l", "not the password").await;
        assert_eq!(rejected.flash().unwrap().outcome, Outcome::Rejected(AppError::LoginRejected));
        app.browser().log_in("ada.l", PASSWORD).await.assert_found("/secret");
    }

    async fn an_address_is_required(app: TestApp) {
        let app = confirming(&app).await;
        for email in ["", " ", "ada@nowhere"] {
            let answer = register(&app, "ada", email, PASSWORD).await;
            answer.assert_status(422);
            assert_eq!(answer.error(), AppError::Refused(vec![FieldError::EmailInvalid]));
        }
        assert_eq!(count(&app).await, 0);
    }

    async fn of_fifty_at_once_one_makes_the_account(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        let all = (0..50).map(|n| {
            let (app, token) = (app.elsewhere(n), token.clone());
            tokio::spawn(async move { finalize(&app, &token, PASSWORD).await })
        });
        let answers = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        // At most five at once are evaluated.
        let is_refused = |answer: &&Answer| answer.status == 429 || answer.error() == AppError::LinkInvalid;
        assert_eq!(answers.iter().filter(|answer| answer.status != 200).filter(is_refused).count(), 49);
        assert_eq!((app.users().await.len(), app.sessions().await.len()), (1, 1));
    }

    async fn registrations_of_one_address_that_are_confirmed_at_once_make_one_account(app: TestApp) {
        let app = confirming(&app).await;
        let mut tokens = Vec::new();
        for name in ["ada", "eve", "bob", "cyd"] {
            tokens.push(registered(&app, name, ADA, PASSWORD).await);
            app.clock.advance(MINUTE);
        }
        let all = tokens.into_iter().map(|token| {
            let app = app.clone();
            tokio::spawn(async move { finalize(&app, &token, PASSWORD).await.status })
        });
        let mut statuses = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401]);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn a_wrong_password_leaves_the_link_as_it_is_ten_times(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        for _ in 0..9 {
            app.clock.advance(MINUTE);
            let answer = finalize(&app, &token, OTHER_PASSWORD).await;
            answer.assert_status(401);
            assert_eq!(answer.error(), AppError::Refused(vec![FieldError::RegistrationPasswordWrong]));
        }
        let patient = registered(&app, "bob", "bob@example.org", PASSWORD).await;
        finalize(&app, &patient, "wrong password").await.assert_status(401);
        finalize(&app, &patient, PASSWORD).await.assert_status(200);
        app.clock.advance(MINUTE);
        finalize(&app, &token, OTHER_PASSWORD).await.assert_status(401);
        app.clock.advance(2 * MINUTE);
        assert_eq!(finalize(&app, &token, PASSWORD).await.error(), AppError::LinkInvalid);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn without_scripts_a_wrong_password_comes_back_with_the_link(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        let mut ada = app.browser();
        let answer = ada.submit("/fn/finalize", &[("token", &token), ("password", OTHER_PASSWORD)]).await;
        let link = format!("/finalize?token={token}");
        answer.assert_found(&link);
        assert!(!answer.set_cookies().concat().contains(&token));
        let flash = format!("{:?}", answer.flash().unwrap());
        assert!(!flash.contains(&token) && !flash.contains(OTHER_PASSWORD), "{flash}");
        let page = ada.get(&link).await;
        assert_eq!(page.attribute("[aria-invalid=true]", "name").as_deref(), Some("password"));
        assert_eq!(page.attribute("input[name=token]", "value").as_deref(), Some(token.as_str()));
        ada.submit("/fn/finalize", &[("token", &token), ("password", PASSWORD)]).await.assert_found("/secret");
    }

    async fn what_is_no_token_never_reaches_the_url(app: TestApp) {
        for token in ["//evil.example", "lk_reg_\r\nSet-Cookie: a=b", ""] {
            let answer = app.browser().submit("/fn/finalize", &[("token", token), ("password", PASSWORD)]).await;
            answer.assert_found("/finalize");
        }
    }

    async fn a_link_ends_with_its_registration_to_the_second(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        app.clock.advance(DAY);
        let page = app.browser().get(&format!("/finalize?token={token}")).await;
        assert!(page.texts("[role=alert]").concat().contains("expired or already used"));
        assert_eq!(page.attribute("main a.button", "href").as_deref(), Some("/resend"));
        assert!(page.attribute("input[name=token]", "value").is_none());
        assert_eq!(finalize(&app, &token, PASSWORD).await.error(), AppError::LinkInvalid);
        app.clock.advance(-1);
        finalize(&app, &token, PASSWORD).await.assert_status(200);
        assert_eq!(finalize(&app, &token, PASSWORD).await.error(), AppError::LinkInvalid);
    }

    async fn a_name_that_an_account_took_meanwhile_is_told(app: TestApp) {
        let mailing = confirming(&app).await;
        let token = registered(&mailing, "ada", ADA, PASSWORD).await;
        app.logged_in("ada").await;
        let answer = finalize(&mailing, &token, PASSWORD).await;
        answer.assert_status(409);
        assert_eq!(answer.error(), AppError::Refused(vec![FieldError::UsernameTaken]));
        let page = mailing.browser().get(&format!("/finalize?token={token}")).await;
        assert!(page.attribute("input[name=token]", "value").is_some());
    }

    // Registering somebody else's address gives an attacker nothing, and blocks nobody.
    async fn an_account_that_somebody_else_prepared_is_not_confirmed_by_the_owner_of_the_address(app: TestApp) {
        let app = confirming(&app).await;
        let prepared = registered(&app, "eve", ADA, OTHER_PASSWORD).await;
        app.clock.advance(MINUTE);
        let own = registered(&app, "ada", ADA, PASSWORD).await;
        // Each link needs its own password.
        finalize(&app, &prepared, PASSWORD).await.assert_status(401);
        finalize(&app, &own, OTHER_PASSWORD).await.assert_status(401);
        assert!(app.users().await.is_empty());
        finalize(&app, &own, PASSWORD).await.assert_status(200);
        // Confirming a registration drops all others of its address.
        assert_eq!(finalize(&app, &prepared, OTHER_PASSWORD).await.error(), AppError::LinkInvalid);
        for name in ["eve", ADA] {
            let answer = app.browser().call("/fn/login", &[("username", name), ("password", OTHER_PASSWORD)]).await;
            assert_eq!(answer.error(), AppError::LoginRejected);
        }
        assert_eq!(app.users().await.len(), 1);
        app.browser().log_in(ADA, PASSWORD).await.assert_found("/secret");
    }

    async fn a_confirmation_ends_the_session_that_the_browser_had(app: TestApp) {
        let app = confirming(&app).await;
        let mut browser = confirmed(&app, "ada", ADA).await;
        let token = registered(&app, "bob", "bob@example.org", PASSWORD).await;
        let old = browser.clone();
        browser.submit("/fn/finalize", &[("token", &token), ("password", PASSWORD)]).await.assert_found("/secret");
        assert!(browser.get("/secret").await.body.contains("(allowed usr bob)"));
        old.clone().get("/secret").await.assert_found("/login?next=/secret");
    }

    async fn a_resent_mail_confirms_as_well(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        assert_eq!(count(&app).await, 1);
        let resend = async || app.browser().submit("/fn/resend", &[("email", "ADA@example.org")]).await;
        resend().await.assert_found("/resend");
        assert_eq!(count(&app).await, 1, "within a minute of the last");
        app.clock.advance(MINUTE);
        resend().await.assert_found("/resend");
        let mail = newest(&app).await;
        assert_eq!((count(&app).await, mail.to.as_str()), (2, ADA));
        finalize(&app, &token(&mail), PASSWORD).await.assert_status(200);
    }

    // Many registrations of an address must not keep its owner from getting an email.
    async fn registrations_of_one_address_are_mailed_in_turn(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "eve", ADA, OTHER_PASSWORD).await.assert_status(200);
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        assert!(newest(&app).await.text.contains("eve"));
        app.clock.advance(MINUTE);
        app.browser().call("/fn/resend", &[("email", ADA)]).await.assert_status(200);
        let mail = newest(&app).await;
        assert!(mail.text.contains("ada"), "{}", mail.text);
        finalize(&app, &token(&mail), PASSWORD).await.assert_status(200);
    }

    async fn a_command_makes_an_account_that_is_active_at_once(app: TestApp) {
        use latchkey_types::{Role, Roles};
        use latchkey_core::client::Client;
        let app = confirming(&app).await;
        let roles = Roles::from_words([Role::USER]).unwrap();
        let (password, client) = (PASSWORD.into(), Client::command_line());
        app.state.services.registration.add("ada", ADA, &password, roles, &client).await.unwrap();
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
        assert_eq!(count(&app).await, 0);
    }
}
