//! How many emails an address gets, whether or not it has an account.

use latchkey_core::client::Client;
use latchkey_core::security::opaque_token::Purpose;
use latchkey_core::service::mail_queue;
use latchkey_types::{RateLimit, RateLimited};

use crate::support::TestApp;

const ADA: &str = "ada@example.org";

/// Requests by the operator, who has no IP address: only the limits of the address count.
async fn may_send(app: &TestApp, address: &str, purpose: Purpose) -> bool {
    asked(app, address, purpose, &Client::command_line()).await.is_ok()
}

async fn asked(app: &TestApp, address: &str, purpose: Purpose, client: &Client) -> Result<(), RateLimited> {
    let now = app.clock.now();
    app.state.store.write_tx(async |tx| mail_queue::may_send(tx, address, purpose, client, now).await).await.unwrap()
}

fn at(ip: &str) -> Client {
    Client::new(ip.parse().unwrap(), "", String::new())
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

    async fn three_within_any_24_hours_for_a_client_that_asks_for_an_address(app: TestApp) {
        let (stranger, neighbour) = (at("2001:db8:0:7::1"), at("2001:db8:0:7:ffff::2"));
        for client in [&stranger, &neighbour, &stranger] {
            assert_eq!(asked(&app, ADA, Purpose::Reset, client).await, Ok(()));
            app.clock.advance(60);
        }
        let held_back = Err(RateLimited::new(RateLimit::Emails, app.clock.now(), app.clock.now() - 180 + 86_400));
        assert_eq!(asked(&app, ADA, Purpose::Reset, &neighbour).await, held_back);
        assert_eq!(asked(&app, ADA, Purpose::Registration, &stranger).await, Ok(()));
        assert_eq!(asked(&app, "bob@example.org", Purpose::Reset, &stranger).await, Ok(()));
        assert_eq!(asked(&app, ADA, Purpose::Reset, &at("2001:db8:0:8::1")).await, Ok(()), "the owner, elsewhere");
        app.clock.advance(86_400 - 180);
        assert_eq!(asked(&app, ADA, Purpose::Reset, &stranger).await, Ok(()));
    }

    async fn it_says_when_the_next_one_can_be_sent(app: TestApp) {
        let client = Client::command_line();
        let start = app.clock.now();
        let until = |at: i64| Err(RateLimited::new(RateLimit::Emails, app.clock.now(), at));
        assert_eq!(asked(&app, ADA, Purpose::Reset, &client).await, Ok(()));
        app.clock.advance(20);
        assert_eq!(asked(&app, ADA, Purpose::Reset, &client).await, until(start + 60));
        assert_eq!(until(start + 60).unwrap_err().retry_after_seconds, 40);
        for _ in 1..10 {
            app.clock.advance(60);
            assert_eq!(asked(&app, ADA, Purpose::Reset, &client).await, Ok(()));
        }
        app.clock.advance(60);
        assert_eq!(asked(&app, ADA, Purpose::Reset, &client).await, until(start + 86_400));
        app.clock.advance(start + 86_400 - app.clock.now());
        assert_eq!(asked(&app, ADA, Purpose::Reset, &client).await, Ok(()));
    }
}
