//! Changing the email address.

use futures::future::join_all;
use latchkey_core::mail::eml::Eml;
use latchkey_core::store::entity::outbox;
use latchkey_types::{AppError, FieldError};
use latchkey_types::{Notice, Outcome};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{ADA, MINUTE, confirmed, confirming, count, reset, reset_token, token};
use crate::support::{Answer, Browser, PASSWORD, TestApp};

const NEW: &str = "countess@example.org";

/// Requests a change and returns the two emails, to the old address and to the new one.
async fn asked(app: &TestApp, browser: &mut Browser, email: &str) -> (Eml, Eml) {
    browser.call("/fn/change_email", &[("email", email)]).await.assert_status(200);
    let mut mails = app.deliver().await;
    let to_new = mails.pop().unwrap();
    (mails.pop().unwrap(), to_new)
}

async fn press(app: &TestApp, function: &str, token: &str) -> Answer {
    app.browser().call(function, &[("token", token)]).await
}

async fn address(app: &TestApp) -> Option<String> {
    app.users().await.remove(0).email
}

on_both! {
    async fn the_new_address_confirms_and_the_old_is_told(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let (to_old, to_new) = asked(&app, &mut ada, NEW).await;
        assert_eq!((to_old.to.as_str(), to_new.to.as_str()), (ADA, NEW));
        assert_eq!(address(&app).await.as_deref(), Some(ADA));
        let mut reader = app.browser();
        let page = reader.get(&format!("/new_email?token={}", token(&to_new))).await;
        assert_eq!(page.texts("main strong"), [NEW, "ada"]);
        let answer = reader.submit("/fn/confirm_email", &[("token", &token(&to_new))]).await;
        answer.assert_found("/login");
        assert_eq!(answer.flash().unwrap().outcome, Outcome::Done(Notice::AddressChanged));
        assert!(reader.get("/login").await.texts("[role=status]").concat().contains("confirmed"));
        assert_eq!(address(&app).await.as_deref(), Some(NEW));
        app.browser().log_in(NEW, PASSWORD).await.assert_found("/secret");
        ada.get("/secret").await.assert_status(200);
        // Both links are consumed.
        assert_eq!(press(&app, "/fn/confirm_email", &token(&to_new)).await.error(), AppError::LinkInvalid);
        assert_eq!(press(&app, "/fn/keep_email", &token(&to_old)).await.error(), AppError::LinkInvalid);
    }

    async fn a_changed_password_cancels_a_change_whose_email_was_not_sent_yet(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        ada.call("/fn/change_email", &[("email", NEW)]).await.assert_status(200);
        let fields = [("current_password", PASSWORD), ("password", "lantern otters juggle quietly")];
        ada.call("/fn/change_password", &fields).await.assert_status(200);
        assert!(app.deliver().await.iter().all(|mail| mail.to == ADA), "the new address gets no link");
    }

    async fn the_new_address_gets_its_link_only_after_the_old_one_was_told(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        ada.call("/fn/change_email", &[("email", NEW)]).await.assert_status(200);
        let db = app.state.store.reader();
        let later = sea_orm::sea_query::Expr::value(app.clock.now() + MINUTE);
        let notice = outbox::Column::Template.eq("address_change_notice");
        outbox::Entity::update_many().col_expr(outbox::Column::DueAt, later).filter(notice).exec(db).await.unwrap();
        assert!(app.deliver().await.iter().all(|mail| mail.to == ADA));
        app.clock.advance(MINUTE);
        assert!(app.deliver().await.iter().any(|mail| mail.subject.contains("address") && mail.to == ADA));
        app.clock.advance(5 * MINUTE);
        assert_eq!(app.deliver().await.pop().unwrap().to, NEW);
    }

    async fn the_old_address_stops_it(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let (to_old, to_new) = asked(&app, &mut ada, NEW).await;
        let page = app.browser().get(&format!("/keep_email?token={}", token(&to_old))).await;
        assert_eq!(page.texts("main strong"), [NEW, "ada"]);
        let answer = ada.submit("/fn/keep_email", &[("token", &token(&to_old))]).await;
        answer.assert_found("/secret");
        assert!(ada.get("/secret").await.texts("[role=status]").concat().contains("has not changed"));
        assert_eq!(press(&app, "/fn/confirm_email", &token(&to_new)).await.error(), AppError::LinkInvalid);
        assert_eq!(address(&app).await.as_deref(), Some(ADA));
    }

    async fn it_requires_a_fresh_password(app: TestApp) {
        let app = confirming(&app).await;
        assert_eq!(press(&app, "/fn/change_email", "").await.error(), AppError::NotLoggedIn);
        let mut ada = confirmed(&app, "ada", ADA).await;
        app.clock.advance(600);
        let answer = ada.call("/fn/change_email", &[("email", NEW)]).await;
        answer.assert_status(403);
        assert_eq!(answer.error(), AppError::ReauthenticationRequired);
        assert_eq!(count(&app).await, 1);
    }

    async fn what_is_no_new_address_is_refused(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        for (email, refusal) in [("ada@nowhere", FieldError::EmailInvalid), ("ADA@example.org", FieldError::EmailUnchanged)] {
            let answer = ada.call("/fn/change_email", &[("email", email)]).await;
            answer.assert_status(422);
            assert_eq!(answer.error(), AppError::Refused(vec![refusal]));
        }
    }

    async fn a_newer_request_voids_an_older_and_too_many_are_refused(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let (_, older) = asked(&app, &mut ada, NEW).await;
        let answer = ada.call("/fn/change_email", &[("email", "other@example.org")]).await;
        answer.assert_status(429);
        assert_eq!(answer.header("retry-after"), "60");
        app.clock.advance(MINUTE);
        let (_, newer) = asked(&app, &mut ada, "other@example.org").await;
        assert_eq!(press(&app, "/fn/confirm_email", &token(&older)).await.error(), AppError::LinkInvalid);
        press(&app, "/fn/confirm_email", &token(&newer)).await.assert_status(200);
        assert_eq!(address(&app).await.as_deref(), Some("other@example.org"));
    }

    async fn an_address_that_is_taken_is_told_to_its_owner_alone(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "bob", NEW).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let free = confirmed(&app, "cyd", "cyd@example.org").await;
        let (to_old, to_new) = asked(&app, &mut ada, NEW).await;
        assert_eq!((to_old.to.as_str(), to_new.to.as_str()), (ADA, NEW));
        assert!(to_new.text.contains("bob") && !to_new.text.contains("token="), "{}", to_new.text);
        let taken = ada.at(&app).call("/fn/change_email", &[("email", NEW)]).await;
        let other = free.at(&app).call("/fn/change_email", &[("email", "free@example.org")]).await;
        other.assert_status(200);
        taken.assert_status(429);
        app.clock.advance(MINUTE);
        let taken = ada.call("/fn/change_email", &[("email", NEW)]).await;
        assert_eq!((taken.status, &taken.body), (other.status, &other.body));
    }

    async fn an_address_that_an_account_took_meanwhile_is_refused(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let mut eve = confirmed(&app, "eve", "eve@example.org").await;
        let (_, of_ada) = asked(&app, &mut ada, NEW).await;
        app.clock.advance(MINUTE);
        let (_, of_eve) = asked(&app, &mut eve, NEW).await;
        let all = [token(&of_ada), token(&of_eve)].map(|token| {
            let app = app.clone();
            tokio::spawn(async move { press(&app, "/fn/confirm_email", &token).await.status })
        });
        let mut statuses = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }

    async fn of_fifty_at_once_one_confirms(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let (_, to_new) = asked(&app, &mut ada, NEW).await;
        let all = (0..50).map(|n| {
            let (app, token) = (app.elsewhere(n), token(&to_new));
            tokio::spawn(async move { press(&app, "/fn/confirm_email", &token).await.status })
        });
        let statuses = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 49, "{statuses:?}");
    }

    async fn a_change_of_the_password_voids_it_and_a_change_of_the_address_voids_a_reset(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let (to_old, to_new) = asked(&app, &mut ada, NEW).await;
        reset(&app, &reset_token(&app, ADA).await, "lantern otters juggle quietly").await.assert_status(200);
        assert_eq!(press(&app, "/fn/confirm_email", &token(&to_new)).await.error(), AppError::LinkInvalid);
        assert_eq!(press(&app, "/fn/keep_email", &token(&to_old)).await.error(), AppError::LinkInvalid);

        app.clock.advance(MINUTE);
        let mut ada = app.browser();
        ada.log_in("ada", "lantern otters juggle quietly").await.assert_found("/secret");
        let of_reset = reset_token(&app, ADA).await;
        let (_, to_new) = asked(&app, &mut ada, NEW).await;
        press(&app, "/fn/confirm_email", &token(&to_new)).await.assert_status(200);
        assert_eq!(reset(&app, &of_reset, PASSWORD).await.error(), AppError::LinkInvalid);
    }

    async fn a_link_ends_to_the_second(app: TestApp) {
        let app = confirming(&app).await;
        let mut ada = confirmed(&app, "ada", ADA).await;
        let (to_old, to_new) = asked(&app, &mut ada, NEW).await;
        app.clock.advance(86_400);
        assert_eq!(press(&app, "/fn/confirm_email", &token(&to_new)).await.error(), AppError::LinkInvalid);
        assert_eq!(press(&app, "/fn/keep_email", &token(&to_old)).await.error(), AppError::LinkInvalid);
        app.clock.advance(-1);
        press(&app, "/fn/confirm_email", &token(&to_new)).await.assert_status(200);
    }
}
