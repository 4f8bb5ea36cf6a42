//! Registering again, after a slip, while a registration with the same username waits.

use futures::future::join_all;
use latchkey_core::client::Client;
use latchkey_core::security::password_hash::Hasher;
use latchkey_core::store::entity::registration;
use latchkey_core::store::registrations::{self, NewRegistration};
use latchkey_types::{AppError, EmailAddress, FieldError, Username};
use sea_orm::{EntityTrait, QueryOrder};

use super::{ADA, MINUTE, confirmed, confirming, count, finalize, newest, register, registered, token};
use crate::support::{PASSWORD, TestApp};

const OTHER_PASSWORD: &str = "lantern otters juggle quietly";
const DAY: i64 = 86_400;

fn taken() -> AppError {
    AppError::from(FieldError::UsernameTaken)
}

/// The usernames that wait for a confirmation, in order.
async fn waiting(app: &TestApp) -> Vec<String> {
    let rows = registration::Entity::find().order_by_asc(registration::Column::Id);
    rows.all(app.state.store.reader()).await.unwrap().into_iter().map(|row| row.username).collect()
}

/// Stores a registration as an earlier version did, which compared no passwords.
async fn stored(app: &TestApp, username: &str, email: &str, password: &str) {
    let now = app.clock.now();
    let new = NewRegistration {
        username: &Username::parse(username).unwrap(),
        email: &EmailAddress::parse(email).unwrap(),
        password_hash: Hasher::new("Latchkey", None)
            .unwrap()
            .hash(&password.into(), &Client::command_line())
            .await
            .unwrap(),
        created_at: now,
        expires_at: now + DAY,
    };
    app.state.store.write_tx(async |tx| registrations::insert(tx, new).await).await.unwrap();
}

on_both! {
    async fn a_mistyped_address_is_corrected_by_registering_again(app: TestApp) {
        let app = confirming(&app).await;
        let mistyped = registered(&app, "ada", "ada@exmaple.org", PASSWORD).await;
        let token = registered(&app, "Ada", ADA, PASSWORD).await;
        assert_eq!(newest(&app).await.to, ADA);
        finalize(&app, &token, PASSWORD).await.assert_status(200);
        let user = app.users().await.remove(0);
        assert_eq!((user.username.as_str(), user.email.as_deref()), ("Ada", Some(ADA)));
        assert_eq!(finalize(&app, &mistyped, PASSWORD).await.error(), taken());
        assert_eq!(app.users().await.len(), 1);
    }

    async fn a_waiting_name_is_open_to_its_password_alone_whatever_the_address(app: TestApp) {
        let app = confirming(&app).await;
        register(&app, "ada", ADA, PASSWORD).await.assert_status(200);
        for password in [OTHER_PASSWORD.to_owned(), format!("{PASSWORD}{}", "x".repeat(200))] {
            let mut bodies = Vec::new();
            for email in [ADA, "ADA@Example.org", "eve@example.org"] {
                app.clock.advance(MINUTE);
                let answer = register(&app, "ADA", email, &password).await;
                answer.assert_status(409);
                bodies.push(answer.body);
            }
            bodies.dedup();
            assert_eq!(bodies.len(), 1, "the response depends on the address");
        }
        app.clock.advance(MINUTE);
        assert_eq!(register(&app, "ada", ADA, OTHER_PASSWORD).await.error(), taken());
        app.clock.advance(MINUTE);
        for (name, email) in [("ada", ADA), ("ADA", "eve@example.org"), ("ada", "bob@example.org")] {
            register(&app, name, email, PASSWORD).await.assert_status(200);
        }
        assert_eq!(waiting(&app).await, ["ada", "ada", "ADA", "ada"]);
        app.clock.advance(DAY);
        register(&app, "ada", "eve@example.org", OTHER_PASSWORD).await.assert_status(200);
    }

    async fn of_fifty_passwords_at_once_one_reserves_the_name(app: TestApp) {
        let app = confirming(&app).await;
        let all = (0..50).map(|n| {
            let app = app.elsewhere(n);
            tokio::spawn(async move {
                let (email, password) = (format!("a{n}@example.org"), format!("{PASSWORD} {n}"));
                register(&app, "ada", &email, &password).await.status
            })
        });
        let statuses = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        // Wrong passwords for a name that waits are throttled.
        assert_eq!(statuses.iter().filter(|status| [409, 429].contains(*status)).count(), 49, "{statuses:?}");
    }

    async fn a_form_that_is_sent_twice_at_once_is_accepted_twice(app: TestApp) {
        let app = confirming(&app).await;
        let statuses = join_all((0..4).map(|_| register(&app, "ada", ADA, PASSWORD))).await;
        assert!(statuses.iter().all(|answer| answer.status == 200), "{statuses:?}");
    }

    async fn an_address_reserves_five_names_and_its_owner_can_always_register(app: TestApp) {
        let app = confirming(&app).await;
        let mut answers = Vec::new();
        for n in 1..=7 {
            let answer = register(&app, &format!("name{n}"), ADA, PASSWORD).await;
            answers.push((answer.status, answer.body));
        }
        answers.dedup();
        assert_eq!((answers.len(), answers[0].0), (1, 200));
        let link = token(&newest(&app).await);
        // The first one has a link, so it stays. The oldest of the others are dropped.
        assert_eq!(waiting(&app).await, ["name1", "name4", "name5", "name6", "name7"]);
        register(&app, "name2", "eve@example.org", OTHER_PASSWORD).await.assert_status(200);
        for name in ["name1", "name7"] {
            assert_eq!(register(&app, name, "eve@example.org", OTHER_PASSWORD).await.error(), taken(), "{name}");
        }
        finalize(&app, &link, PASSWORD).await.assert_status(200);
    }

    async fn registrations_that_all_have_a_link_give_way_to_a_new_one(app: TestApp) {
        let app = confirming(&app).await;
        for n in 1..=5 {
            let fields = [("username", &*format!("name{n}")), ("email", ADA), ("password", OTHER_PASSWORD)];
            let mut stranger = app.browser();
            stranger.ip = [198, 51, 100, n];
            stranger.call("/fn/register", &fields).await.assert_status(200);
            app.clock.advance(MINUTE);
        }
        assert_eq!(count(&app).await, 5);
        let own = registered(&app, "ada", ADA, PASSWORD).await;
        assert_eq!(waiting(&app).await, ["name2", "name3", "name4", "name5", "ada"]);
        finalize(&app, &own, PASSWORD).await.assert_status(200);
    }

    async fn an_address_with_an_account_reserves_five_names_as_well(app: TestApp) {
        let app = confirming(&app).await;
        confirmed(&app, "ada", ADA).await;
        for n in 1..=7 {
            register(&app, &format!("name{n}"), ADA, PASSWORD).await.assert_status(200);
        }
        assert_eq!(waiting(&app).await, ["name3", "name4", "name5", "name6", "name7"]);
    }

    async fn of_many_at_once_five_wait(app: TestApp) {
        let app = confirming(&app).await;
        let all = (0..12).map(|n| {
            let app = app.elsewhere(n);
            tokio::spawn(async move { register(&app, &format!("name{n}"), ADA, PASSWORD).await.status })
        });
        let statuses = join_all(all).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        assert_eq!(waiting(&app).await.len(), 5);
    }

    async fn a_link_confirms_with_the_password_of_any_registration_of_its_name_and_address(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        stored(&app, "Ada", "Ada@example.org", OTHER_PASSWORD).await;
        finalize(&app, &token, "neither of the two").await.assert_status(401);
        finalize(&app, &token, OTHER_PASSWORD).await.assert_status(200);
        app.browser().log_in("ada", OTHER_PASSWORD).await.assert_found("/secret");
        let answer = app.browser().call("/fn/login", &[("username", "ada"), ("password", PASSWORD)]).await;
        assert_eq!(answer.error(), AppError::LoginRejected);
        assert!(waiting(&app).await.is_empty());
    }

    async fn a_link_confirms_with_no_password_of_another_name_or_address(app: TestApp) {
        let app = confirming(&app).await;
        let token = registered(&app, "ada", ADA, PASSWORD).await;
        stored(&app, "eve", ADA, OTHER_PASSWORD).await;
        stored(&app, "ada", "eve@example.org", OTHER_PASSWORD).await;
        finalize(&app, &token, OTHER_PASSWORD).await.assert_status(401);
        assert!(app.users().await.is_empty());
        finalize(&app, &token, PASSWORD).await.assert_status(200);
    }
}
