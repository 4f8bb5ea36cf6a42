//! Tokens of email links in the database: single use, expiry, and deletion with their account.

use futures::future::join_all;
use latchkey_core::security::opaque_token::{MailToken, Purpose};
use latchkey_core::store::mail_tokens::{self, ATTEMPTS_MAX, NewToken};
use sea_orm::DbErr;

use crate::support::{START, TestApp};

/// A token of the account with this id, which expires in an hour.
async fn token(app: &TestApp, purpose: Purpose, user_id: i64) -> MailToken {
    let token = MailToken::generate(purpose).unwrap();
    let new = NewToken {
        user_id: Some(user_id),
        registration_id: None,
        email_change_id: None,
        outbox_id: None,
        created_at: START,
        expires_at: START + 3_600,
    };
    app.state.store.write_tx(async |tx| mail_tokens::insert(tx, &token, new).await).await.unwrap();
    token
}

async fn user_id(app: &TestApp) -> i64 {
    app.logged_in("ada").await;
    app.users().await.remove(0).id
}

on_both! {
    async fn of_fifty_at_once_one_uses_it(app: TestApp) {
        let token = token(&app, Purpose::EmailStop, user_id(&app).await).await;
        let all = (0..50).map(|_| {
            let (store, hash) = (app.state.store.clone(), token.hash());
            tokio::spawn(async move { store.write_tx(async |tx| mail_tokens::consume(tx, &hash, START).await).await.unwrap() })
        });
        let used = join_all(all).await.into_iter().map(Result::unwrap).filter(|used| *used).count();
        assert_eq!(used, 1);
        assert!(mail_tokens::live(app.state.store.reader(), &token, START).await.unwrap().is_none());
    }

    async fn it_ends_at_its_second(app: TestApp) {
        let token = token(&app, Purpose::Reset, user_id(&app).await).await;
        let reader = app.state.store.reader();
        assert!(mail_tokens::live(reader, &token, START + 3_599).await.unwrap().is_some());
        assert!(mail_tokens::live(reader, &token, START + 3_600).await.unwrap().is_none());
        let consume = async |now| app.state.store.write_tx(async |tx| mail_tokens::consume(tx, &token.hash(), now).await).await;
        assert!(!consume(START + 3_600).await.unwrap());
        assert!(consume(START + 3_599).await.unwrap());
    }

    async fn a_newer_reset_leaves_an_older_as_it_is(app: TestApp) {
        let user_id = user_id(&app).await;
        let (stop, older) = (token(&app, Purpose::EmailStop, user_id).await, token(&app, Purpose::Reset, user_id).await);
        let newer = token(&app, Purpose::Reset, user_id).await;
        let reader = app.state.store.reader();
        assert!(mail_tokens::live(reader, &older, START).await.unwrap().is_some());
        assert!(mail_tokens::live(reader, &newer, START).await.unwrap().is_some());
        assert!(mail_tokens::live(reader, &stop, START).await.unwrap().is_some());
    }

    async fn attempts_are_counted_and_end(app: TestApp) {
        let token = token(&app, Purpose::Registration, user_id(&app).await).await;
        let all = (0..50).map(|_| {
            let (store, hash) = (app.state.store.clone(), token.hash());
            let attempt = async move { store.write_tx(async |tx| mail_tokens::count_attempt(tx, &hash, START).await).await };
            tokio::spawn(async move { attempt.await.unwrap() })
        });
        let counted = join_all(all).await.into_iter().map(Result::unwrap).filter(|counted| *counted).count();
        assert_eq!(i32::try_from(counted).unwrap(), ATTEMPTS_MAX);
    }

    async fn it_goes_with_its_account(app: TestApp) {
        let user_id = user_id(&app).await;
        let token = token(&app, Purpose::EmailStop, user_id).await;
        let deleted: Result<(), DbErr> =
            app.state.store.write_tx(async |tx| mail_tokens::delete_of_user(tx, user_id).await).await;
        deleted.unwrap();
        assert!(mail_tokens::live(app.state.store.reader(), &token, START).await.unwrap().is_none());
    }
}
