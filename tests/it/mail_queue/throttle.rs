//! How many emails an address gets, whether or not it has an account.

use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::mail_queue;

use crate::support::TestApp;

const ADA: &str = "ada@example.org";

async fn may_send(app: &TestApp, address: &str, purpose: Purpose) -> bool {
    let now = app.clock.now();
    app.state.store.write_tx(async |tx| mail_queue::may_send(tx, address, purpose, now).await).await.unwrap()
}

on_both! {
    async fn one_a_minute_for_each_address_and_purpose(app: TestApp) {
        assert!(may_send(&app, ADA, Purpose::Reset).await);
        assert!(!may_send(&app, ADA, Purpose::Reset).await);
        assert!(may_send(&app, ADA, Purpose::Registration).await);
        assert!(may_send(&app, "bob@example.org", Purpose::Reset).await);
        app.clock.advance(59);
        assert!(!may_send(&app, ADA, Purpose::Reset).await);
        app.clock.advance(1);
        assert!(may_send(&app, ADA, Purpose::Reset).await);
    }

    async fn ten_within_any_24_hours(app: TestApp) {
        for _ in 0..10 {
            assert!(may_send(&app, ADA, Purpose::Reset).await);
            app.clock.advance(3_600);
        }
        for _ in 10..24 {
            assert!(!may_send(&app, ADA, Purpose::Reset).await);
            app.clock.advance(3_600);
        }
        assert!(may_send(&app, ADA, Purpose::Reset).await, "the first one is a day old");
        app.clock.advance(60);
        assert!(!may_send(&app, ADA, Purpose::Reset).await, "the second one is not");
    }

    async fn of_many_at_once_one_may(app: TestApp) {
        let asked = futures::future::join_all((0..20).map(|_| may_send(&app, ADA, Purpose::Reset))).await;
        assert_eq!(asked.into_iter().filter(|may| *may).count(), 1);
    }
}
