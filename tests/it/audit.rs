//! Audit events that are counted, and how the pages show them.

use std::net::IpAddr;

use futures::future::join_all;
use latchkey_core::client::Client;
use latchkey_core::store::audit::{self, COUNTER_SECONDS, Event, Kind, ROWS_PER_COUNTER};
use latchkey_types::{AccountOverview, EventKind};
use sea_orm::DbErr;

use crate::support::{PASSWORD, SAFARI, TestApp};

/// The number of connections of a node: as many transactions run in parallel.
const CONNECTIONS: usize = 10;

fn client(ip: &str) -> Client {
    Client::new(ip.parse::<IpAddr>().unwrap(), SAFARI, String::new())
}

/// Records an event, as an anonymous client does.
async fn record(app: &TestApp, kind: Kind, subject: Option<&str>, ip: &str) {
    let (event, client, now) = (Event { subject, ..Event::default() }, client(ip), app.clock.now());
    let recorded = app
        .state
        .store
        .write_tx(async |tx| -> Result<(), DbErr> { audit::record(tx, kind, event, &client, now).await });
    recorded.await.unwrap();
}

/// Account and count of every row of a kind.
async fn rows(app: &TestApp, kind: &str) -> Vec<(Option<String>, i64)> {
    app.events_of(kind).await.into_iter().map(|event| (event.subject_id, event.count)).collect()
}

async fn overview(browser: &mut crate::support::Browser) -> AccountOverview {
    let answer = browser.call("/fn/account", &[]).await;
    answer.assert_status(200);
    serde_json::from_str(&answer.body).unwrap()
}

on_both! {
    async fn failed_logins_of_a_minute_are_one_row(app: TestApp) {
        let mut ada = app.admin("ada").await;
        let id = app.users().await[0].public_id.clone();
        for _ in 0..3 {
            app.browser().log_in("ada", "wrong password").await.assert_found("/login");
        }
        assert_eq!(rows(&app, "authn_login_fail").await, [(Some(id.clone()), 3)]);
        let page = ada.get("/admin/events?kind=authn_login_fail").await;
        assert_eq!(page.texts("tbody tr").len(), 1);
        assert!(page.texts("tbody td")[1].contains(", 3 times"), "{:?}", page.texts("tbody td"));
        assert!(ada.get("/account").await.texts(".events td").contains(&"Failed login, 3 times".to_owned()));
        app.clock.advance(COUNTER_SECONDS);
        app.browser().log_in("ada", "wrong password").await.assert_found("/login");
        assert_eq!(rows(&app, "authn_login_fail").await, [(Some(id.clone()), 3), (Some(id), 1)]);
    }

    async fn a_network_has_few_rows_a_minute_whoever_it_names(app: TestApp) {
        for kind in [Kind::LoginFail, Kind::PasswordResetRequested] {
            for n in 0..ROWS_PER_COUNTER + 5 {
                record(&app, kind, Some(&format!("id-{n}")), "192.0.2.1").await;
            }
            // A known account still has its row.
            record(&app, kind, Some("id-0"), "192.0.2.1").await;
            record(&app, kind, Some("id-0"), "192.0.2.2").await;
        }
        for kind in ["authn_login_fail", "authn_password_reset_requested"] {
            let rows = rows(&app, kind).await;
            assert_eq!(rows.len(), ROWS_PER_COUNTER + 2, "{rows:?}");
            assert_eq!(rows[0], (Some("id-0".to_owned()), 2));
            assert_eq!(rows[ROWS_PER_COUNTER], (None, 5), "all others, without their accounts");
            assert_eq!(rows[ROWS_PER_COUNTER + 1], (Some("id-0".to_owned()), 1), "another network");
        }
    }

    async fn an_ipv6_network_is_one_client(app: TestApp) {
        for ip in ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:3::1"] {
            record(&app, Kind::LoginFail, None, ip).await;
        }
        assert_eq!(rows(&app, "authn_login_fail").await, [(None, 2), (None, 1)]);
    }

    async fn parallel_events_are_all_counted(app: TestApp) {
        join_all((0..40).map(|_| record(&app, Kind::LoginFail, Some("ada"), "192.0.2.1"))).await;
        assert_eq!(rows(&app, "authn_login_fail").await, [(Some("ada".to_owned()), 40)]);
        let ids = (0..40).map(|n| format!("id-{n}")).collect::<Vec<_>>();
        join_all(ids.iter().map(|id| record(&app, Kind::PasswordResetRequested, Some(id), "192.0.2.1"))).await;
        assert_eq!(app.events("authn_password_reset_requested").await, 40);
        let rows = rows(&app, "authn_password_reset_requested").await.len();
        assert!(rows > ROWS_PER_COUNTER && rows <= ROWS_PER_COUNTER + CONNECTIONS, "{rows}");
    }

    async fn other_events_have_a_row_each(app: TestApp) {
        for _ in 0..3 {
            record(&app, Kind::LoginSuccess, Some("ada"), "192.0.2.1").await;
        }
        assert_eq!(rows(&app, "authn_login_success").await, vec![(Some("ada".to_owned()), 1); 3]);
    }

    async fn refreshes_of_a_session_are_one_row_a_minute(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        for _ in 0..5 {
            ada.call("/fn/refresh", &[]).await.assert_status(200);
        }
        assert_eq!(app.events_of("session_renewed").await.len(), 1);
        assert_eq!((app.events("session_renewed").await, app.only_session().await.generation), (5, 5));
        let last = ada.clone();
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        for _ in 0..5 {
            last.clone().call("/fn/refresh", &[]).await.assert_status(200);
        }
        assert_eq!(app.events_of("session_renewed_again").await.len(), 1);
        assert_eq!(app.events("session_renewed_again").await, 5);
        app.clock.advance(COUNTER_SECONDS);
        ada.call("/fn/refresh", &[]).await.assert_status(200);
        assert_eq!(app.events_of("session_renewed").await.len(), 2);
    }

    async fn refused_roles_are_counted_by_user_and_path(app: TestApp) {
        let (ada, bob) = (app.logged_in("ada").await, app.logged_in("bob").await);
        for (browser, path) in [(&ada, "/admin/users"), (&ada, "/admin/events"), (&bob, "/admin/users")] {
            for _ in 0..3 {
                browser.clone().get(path).await.assert_status(403);
            }
        }
        let counted = app.events_of("authz_fail").await.into_iter().map(|row| (row.subject_id, row.detail, row.count));
        let ids = app.users().await.into_iter().map(|user| Some(user.public_id)).collect::<Vec<_>>();
        let expected = [(&ids[0], "/admin/users"), (&ids[0], "/admin/events"), (&ids[1], "/admin/users")]
            .map(|(id, path)| (id.clone(), format!("{path} needs admin"), 3));
        assert_eq!(counted.collect::<Vec<_>>(), expected);
    }

    async fn a_user_has_few_rows_of_refused_roles_a_minute(app: TestApp) {
        let (client, now) = (client("192.0.2.1"), app.clock.now());
        for n in 0..ROWS_PER_COUNTER + 5 {
            let event = Event { actor: Some("ada"), subject: Some("ada"), session: None, detail: &format!("/{n} needs admin") };
            let recorded = app.state.store.write_tx(async |tx| -> Result<(), DbErr> {
                audit::record(tx, Kind::AuthzFail, event, &client, now).await
            });
            recorded.await.unwrap();
        }
        let rows = rows(&app, "authz_fail").await;
        assert_eq!(rows.len(), ROWS_PER_COUNTER + 1);
        assert_eq!(rows[ROWS_PER_COUNTER], (Some("ada".to_owned()), 5), "an account that is logged in is kept");
    }

    async fn failures_do_not_hide_a_login(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let id = app.users().await[0].public_id.clone();
        let mut intruder = app.browser();
        intruder.user_agent = SAFARI;
        intruder.log_in("ada", PASSWORD).await.assert_found("/secret");
        for n in 0..60 {
            app.clock.advance(COUNTER_SECONDS / 4);
            let kind = if n % 2 == 0 { Kind::LoginFail } else { Kind::PasswordResetRequested };
            record(&app, kind, Some(&id), &format!("192.0.2.{n}")).await;
        }
        let events = overview(&mut ada).await.events;
        let told = events.iter().map(|event| (event.kind, event.count, event.has_several_sources)).collect::<Vec<_>>();
        let expected = [
            (EventKind::PasswordResetRequested, 30, true),
            (EventKind::LoginFailed, 30, true),
            (EventKind::LoggedIn, 1, false),
            (EventKind::AccountCreated, 1, false),
        ];
        assert_eq!(told, expected);
        assert_eq!(events[0].at, app.clock.now());
        let cells = ada.get("/account").await.texts(".events td");
        assert!(cells.contains(&"Failed login, 30 times".to_owned()) && cells.contains(&"Several".to_owned()), "{cells:?}");
    }

    async fn failures_before_the_oldest_event_of_the_list_are_left_out(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let id = app.users().await[0].public_id.clone();
        record(&app, Kind::LoginFail, Some(&id), "192.0.2.1").await;
        for _ in 0..20 {
            record(&app, Kind::LoginSuccess, Some(&id), "192.0.2.1").await;
        }
        record(&app, Kind::LoginFail, Some(&id), "192.0.2.2").await;
        let events = overview(&mut ada).await.events;
        assert_eq!((events[0].kind, events[0].address.as_str()), (EventKind::LoginFailed, "192.0.2.2"));
        assert_eq!(events[1..].iter().map(|event| event.kind).collect::<Vec<_>>(), [EventKind::LoggedIn; 20]);
    }
}
