//! Old rows are deleted, and none of them too early.

use latchkey_core::kinds::{AuditKind, Purpose, Template};
use latchkey_core::store::entity::{audit_event, mail_throttle, mail_token, outbox, registration};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};

use crate::support::{PASSWORD, TestApp};

const DAY: i64 = 86_400;

async fn prune(app: &TestApp) -> u64 {
    let mut total = 0;
    loop {
        match app.state.services.cleanup.prune_batch().await.unwrap() {
            0 => return total,
            count => total += count,
        }
    }
}

async fn count<E: EntityTrait<Model: Send + Sync>>(app: &TestApp) -> u64 {
    E::find().count(app.state.store.reader()).await.unwrap()
}

/// Records events at the current time.
async fn record(app: &TestApp, count: usize) {
    let event = || audit_event::ActiveModel {
        at: Set(app.clock.now()),
        kind: Set(AuditKind::LoginFail.into()),
        outcome: Set("failure".to_owned()),
        ip: Set(String::new()),
        user_agent: Set(String::new()),
        request_id: Set(String::new()),
        detail: Set(String::new()),
        ..audit_event::ActiveModel::default()
    };
    let rows = (0..count).map(|_| event()).collect::<Vec<_>>();
    app.state.store.write_tx(async |tx| audit_event::Entity::insert_many(rows).exec(tx).await).await.unwrap();
}

on_both! {
    async fn a_session_stays_until_its_last_token_is_past_every_exchange(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        ada.submit("/fn/logout", &[]).await.assert_found("/");
        app.browser().log_in("ada", PASSWORD).await;
        app.clock.advance(30 * DAY + 3_600);
        assert_eq!(prune(&app).await, 0);
        assert_eq!(app.sessions().await.len(), 2);
        app.clock.advance(1);
        assert_eq!(prune(&app).await, 2);
        assert_eq!(app.sessions().await.len(), 0);
        assert_eq!(app.users().await.len(), 1);
    }

    async fn an_event_stays_as_long_as_the_setting_says(app: TestApp) {
        let app = app.node(&["--audit-retention=40d"]).await;
        record(&app, 2).await;
        app.clock.advance(40 * DAY);
        record(&app, 1).await;
        assert_eq!(prune(&app).await, 0);
        app.clock.advance(1);
        assert_eq!(prune(&app).await, 2);
        assert_eq!(app.all_events().await.len(), 1);
    }

    async fn several_nodes_may_delete_the_same_rows(app: TestApp) {
        record(&app, 1_200).await;
        app.clock.advance(400 * DAY + 1);
        record(&app, 3).await;
        let other = app.node(&[]).await;
        let (one, two) = tokio::join!(prune(&app), prune(&other));
        assert_eq!(one + two + prune(&app).await, 1_200);
        assert_eq!(app.all_events().await.len(), 3);
    }

    async fn registrations_go_with_their_tokens_and_mails_when_they_are_done_with(app: TestApp) {
        let now = app.clock.now();
        let row = registration::ActiveModel {
            username: Set("ada".to_owned()),
            username_key: Set("ada".to_owned()),
            email: Set("ada@example.org".to_owned()),
            email_key: Set("ada@example.org".to_owned()),
            password: Set("!".to_owned()),
            created_at: Set(now),
            expires_at: Set(now + DAY),
            ..registration::ActiveModel::default()
        };
        let mail = |due_at| outbox::ActiveModel {
            template: Set(Template::Noop),
            created_at: Set(now),
            due_at: Set(due_at),
            attempts: Set(0),
            ..outbox::ActiveModel::default()
        };
        let counter = mail_throttle::ActiveModel {
            key: Set("key".to_owned()),
            asked_at: Set("[]".to_owned()),
            last_at: Set(now),
        };
        app.state.store.write_tx(async |tx| {
            let id = registration::Entity::insert(row).exec(tx).await?.last_insert_id;
            let token = mail_token::ActiveModel {
                hash: Set("hash".to_owned()),
                purpose: Set(Purpose::Registration),
                registration_id: Set(Some(id)),
                attempts: Set(0),
                created_at: Set(now),
                expires_at: Set(now + 2 * DAY),
                ..mail_token::ActiveModel::default()
            };
            mail_token::Entity::insert(token).exec(tx).await?;
            outbox::Entity::insert_many([mail(None), mail(Some(now))]).exec(tx).await?;
            mail_throttle::Entity::insert(counter).exec(tx).await.map(|_| ())
        }).await.unwrap();
        app.clock.advance(DAY);
        assert_eq!(prune(&app).await, 0);
        app.clock.advance(3_601);
        assert_eq!(prune(&app).await, 2, "the registration and the counter");
        assert_eq!((count::<registration::Entity>(&app).await, count::<mail_token::Entity>(&app).await), (0, 0));
        assert_eq!(count::<mail_throttle::Entity>(&app).await, 0);
        app.clock.advance(30 * DAY);
        assert_eq!(prune(&app).await, 1, "the finished email, and not the one that is due");
        assert_eq!(count::<outbox::Entity>(&app).await, 1);
    }
}
