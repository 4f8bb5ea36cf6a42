//! Resetting a forgotten password.

use futures::future::join_all;
use latchkey_core::client::Client;
use latchkey_core::kinds::TokenKind;
use latchkey_core::service::accounts::{Account, Actor, Change};
use latchkey_types::{AppError, FieldError};
use latchkey_types::{Notice, Outcome};

use super::{ADA, MINUTE, confirmed, confirming, count, newest, registered, reset, reset_token};
use crate::support::{PASSWORD, TestApp};

const NEW_PASSWORD: &str = "lantern otters juggle quietly";

on_both! {
    async fn the_link_sets_a_password_ends_everything_and_logs_nobody_in(app: TestApp) {
        let app = confirming(&app).await;
        let mut logged_in = confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, "ADA@example.org").await;
        assert_eq!(newest(&app).await.to, ADA);
        let mut ada = app.browser();
        let page = ada.get(&format!("/new_password?token={token}")).await;
        assert_eq!(page.texts("main strong"), ["ada"]);
        let fields = [("token", token.as_str()), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        let answer = ada.submit("/fn/reset_password", &fields).await;
        answer.assert_found("/login");
        assert_eq!(answer.new_token(), None);
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Done(Notice::PasswordSet));
        assert!(ada.get("/login").await.texts("[role=status]").concat().contains("new password is saved"));

        logged_in.get("/secret").await.assert_found("/login?next=/secret");
        let mail = newest(&app).await;
        assert_eq!((mail.to.as_str(), mail.subject.contains("password")), (ADA, true), "{}", mail.subject);
        assert_eq!(app.browser().call("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await.error(), AppError::LoginRejected);
        app.browser().log_in("ada", NEW_PASSWORD).await.assert_found("/secret");
        assert_eq!(app.events("authn_password_change").await, 1);
    }

    async fn a_session_on_another_node_is_dead_within_a_second(app: TestApp) {
        let app = confirming(&app).await;
        let ada = confirmed(&app, "ada", ADA).await;
        let other = app.node(&[]).await;
        let token = reset_token(&app, ADA).await;
        reset(&app, &token, NEW_PASSWORD).await.assert_status(200);
        ada.at(&other).get("/secret").await.assert_found("/login?next=/secret");
    }

    async fn of_fifty_at_once_one_sets_the_password(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        let all = (0..50).map(|n| {
            let (app, token) = (app.elsewhere(n), token.clone());
            tokio::spawn(async move { (n, reset(&app, &token, &format!("{NEW_PASSWORD} {n}")).await.status) })
        });
        let answers = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        let won = answers.iter().filter(|(_, status)| *status == 200).map(|(n, _)| *n).collect::<Vec<u8>>();
        assert_eq!(won.len(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|(_, status)| *status == 401).count(), 49, "{answers:?}");
        app.browser().log_in("ada", &format!("{NEW_PASSWORD} {}", won[0])).await.assert_found("/secret");
    }

    async fn a_refused_password_leaves_the_link_as_it_is(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada.lovelace", ADA).await;
        let token = reset_token(&app, ADA).await;
        for (password, refusal) in [
            ("short", FieldError::PasswordShort), ("password123", FieldError::PasswordEasy),
            ("Ada.Lovelace of 1815 and more", FieldError::PasswordPersonal),
        ] {
            let answer = reset(&app, &token, password).await;
            answer.assert_status(422);
            assert_eq!(answer.error(), AppError::Refused(vec![refusal]), "{password}");
        }
        let fields = [("token", token.as_str()), ("password", NEW_PASSWORD), ("password_confirmation", PASSWORD)];
        let mut ada = app.browser();
        let answer = ada.submit("/fn/reset_password", &fields).await;
        let link = format!("/new_password?token={token}");
        answer.assert_found(&link);
        let page = ada.get(&link).await;
        assert_eq!(page.attribute("[aria-invalid=true]", "name").as_deref(), Some("password_confirmation"));
        assert!(!page.body.contains(NEW_PASSWORD));
        reset(&app, &token, NEW_PASSWORD).await.assert_status(200);
    }

    async fn a_link_ends_to_the_second(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        app.clock.advance(30 * MINUTE);
        assert_eq!(reset(&app, &token, NEW_PASSWORD).await.error(), AppError::LinkInvalid);
        let page = app.browser().get(&format!("/new_password?token={token}")).await;
        assert_eq!(page.attribute("main a.button", "href").as_deref(), Some("/reset"));
        app.clock.advance(-1);
        reset(&app, &token, NEW_PASSWORD).await.assert_status(200);
        assert_eq!(reset(&app, &token, NEW_PASSWORD).await.error(), AppError::LinkInvalid);
    }

    async fn links_work_side_by_side_until_one_is_used(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let older = reset_token(&app, ADA).await;
        app.clock.advance(MINUTE);
        let newer = reset_token(&app, ADA).await;
        reset(&app, &older, NEW_PASSWORD).await.assert_status(200);
        assert_eq!(reset(&app, &newer, NEW_PASSWORD).await.error(), AppError::LinkInvalid);
    }

    async fn an_account_that_is_deactivated_gets_no_link_and_can_use_none(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        let mails = count(&app).await;
        let disable = Change { is_active: Some(false), roles: None };
        app.state.services.accounts.change(Account::Name("ada"), disable, Actor::CommandLine, &Client::command_line()).await.unwrap();
        assert_eq!(reset(&app, &token, NEW_PASSWORD).await.error(), AppError::LinkInvalid);
        app.clock.advance(MINUTE);
        app.browser().call("/fn/request_reset", &[("email", ADA)]).await.assert_status(200);
        assert_eq!(count(&app).await, mails);
    }

    async fn a_registration_that_waits_gets_no_link(app: TestApp) {
        let app = confirming(&app).await;
        registered(&app, "ada", ADA, PASSWORD).await;
        app.browser().call("/fn/request_reset", &[("email", ADA)]).await.assert_status(200);
        assert_eq!(count(&app).await, 1);
    }

    // Clients of the API get a token, and all other sessions end.
    async fn a_program_gets_a_session_of_its_own(app: TestApp) {
        use latchkey_core::service::session::{Channel, Login};
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let token = reset_token(&app, ADA).await;
        let (password, client) = (NEW_PASSWORD.into(), Client::command_line());
        let finalize = app.state.services.password_reset.finalize(&token, &password, Channel::Bearer, &client);
        let Login::Session(issued) = finalize.await.unwrap() else { panic!("there is no second factor") };
        assert_eq!(issued.user.username, "ada");
        ada.get("/secret").await.assert_found("/login?next=/secret");
        let live = app.sessions().await.into_iter().filter(|session| session.revoked_at.is_none()).collect::<Vec<_>>();
        assert_eq!(live.iter().map(|session| session.kind).collect::<Vec<_>>(), [TokenKind::Api]);
    }
}
