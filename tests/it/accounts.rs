//! User administration: pages of accounts, changes of accounts, and audit events.

use latchkey_core::client::Client;
use latchkey_core::service::accounts::{Account, AccountError, Actor, Change, Page};
use latchkey_core::store::entity::audit_event;
use latchkey_core::store::entity::user::Column;
use latchkey_core::store::{audit, users};
use latchkey_types::Roles;
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement};

use crate::support::TestApp;

async fn page(app: &TestApp, query: &str, after: Option<&str>, limit: u64) -> Page {
    app.state.services.accounts.page(query, after, limit).await.unwrap()
}

/// The names on all pages.
async fn names(app: &TestApp, query: &str, limit: u64) -> Vec<String> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = page(app, query, after.as_deref(), limit).await;
        assert!(page.users.len() as u64 <= limit);
        names.extend(page.users.into_iter().map(|user| user.username));
        after = page.next;
        if after.is_none() {
            return names;
        }
    }
}

/// The query plan of the database.
async fn plan(app: &TestApp, query: &impl QueryTrait) -> String {
    let db = app.state.store.reader();
    let backend = db.get_database_backend();
    let explain = if backend == DbBackend::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let mut statement: Statement = query.build(backend);
    statement.sql = format!("{explain} {}", statement.sql);
    let column = if backend == DbBackend::Sqlite { "detail" } else { "QUERY PLAN" };
    let plan = app.state.store.write_tx(async |tx| {
        // SQLite plans with the schema that this connection knows; only a real query checks whether it has changed.
        tx.execute_unprepared("SELECT id FROM users").await?;
        if backend == DbBackend::Postgres {
            // Otherwise an empty table would be scanned, index or not.
            tx.execute_unprepared("SET LOCAL enable_seqscan=off").await?;
        }
        let rows = tx.query_all_raw(statement).await?;
        rows.iter().map(|row| row.try_get::<String>("", column)).collect::<Result<Vec<_>, sea_orm::DbErr>>()
    });
    plan.await.unwrap().join("\n")
}

#[track_caller]
fn assert_by_index(plan: &str, index: &str) {
    let is_scan =
        plan.contains("SCAN") || plan.contains("Seq Scan") || plan.contains("TEMP B-TREE") || plan.contains("Sort");
    let bounded = plan.contains("SEARCH") || plan.contains("Index Cond") || plan.contains("users_admins");
    assert!(!is_scan && bounded && plan.contains(index), "{plan}");
}

on_both! {
    async fn pages_show_every_account_once_in_the_order_of_their_names(app: TestApp) {
        let accounts = ["eve", "Bob", "ada_2", "ada-1", "ada.3", "adam", "zoe"];
        let accounts = accounts.map(|name| (name, format!("{name}@example.org")));
        app.fill(&accounts.each_ref().map(|(name, email)| (*name, email.as_str()))).await;
        let all = ["ada-1", "ada.3", "ada_2", "adam", "Bob", "eve", "zoe"];
        for limit in [1, 2, 3, 7, 100] {
            assert_eq!(names(&app, "", limit).await, all, "{limit}");
            assert_eq!(names(&app, " ADA", limit).await, all[..4], "{limit}");
        }
        assert_eq!(names(&app, "ada_", 1).await, ["ada_2"], "there are no wildcards");
        assert_eq!(page(&app, "", None, 7).await.next, None);
    }

    async fn the_search_finds_names_and_then_addresses_each_account_once(app: TestApp) {
        app.fill(&[("ada", "ada@example.org"), ("bob", "Adam@example.org"), ("carl", "ad@example.org"), ("adele", "x@example.org")]).await;
        for limit in [1, 2, 3, 4, 5] {
            assert_eq!(names(&app, "ad", limit).await, ["ada", "adele", "carl", "bob"], "{limit}");
        }
        assert_eq!(names(&app, "adam@", 1).await, ["bob"]);
        for nonsense in ["nobody", "\0", "ü", "%", "a b", &"a".repeat(5_000)] {
            assert_eq!(names(&app, nonsense, 1).await, [""; 0], "{nonsense:?}");
        }
    }

    async fn a_page_that_no_page_led_to_is_refused(app: TestApp) {
        for after in ["", "nonsense", "bmFtZQ", "bmFtZToA"] {
            let refused = app.state.services.accounts.page("", Some(after), 10).await;
            assert!(matches!(refused, Err(AccountError::NoSuchPage)), "{after:?}");
        }
    }

    async fn pages_and_the_count_of_administrators_are_read_off_an_index(app: TestApp) {
        let by_name = |prefix, after| users::beginning_with(Column::UsernameKey, prefix, after, 10);
        for query in [by_name("ad", None), by_name("ad", Some("ada")), by_name("", Some("ada"))] {
            assert_by_index(&plan(&app, &query).await, "username_key");
        }
        // Without a prefix, the index is read from its start, up to the size of the page.
        let first = plan(&app, &by_name("", None)).await.to_uppercase();
        assert!(first.contains("USING") && !first.contains("TEMP B-TREE") && !first.contains("SORT"), "{first}");
        for after in [None, Some("ada@example.org")] {
            assert_by_index(&plan(&app, &users::by_address_alone("ad", after, 10)).await, "email_key");
        }
        for party in [None, Some((audit_event::Column::SubjectId, "x")), Some((audit_event::Column::ActorId, "x"))] {
            for kind in [None, Some("authz_fail")] {
                assert_by_index(&plan(&app, &audit::latest(kind.map(|kind| kind.parse().unwrap()).as_ref(), party, Some(1_000), 10)).await, "");
            }
        }
        let kinds = [audit::Kind::UserCreated, audit::Kind::LoginSuccess];
        assert_by_index(&plan(&app, &audit::recent_uncounted("x", &kinds, "", 20)).await, "audit_events_uncounted");
        assert_by_index(&plan(&app, &audit::recent("x", &kinds, "", 20)).await, "audit_events_subject_id");
        let admins = plan(&app, &users::admin_candidates()).await;
        assert!(admins.contains("users_admins"), "{admins}");
    }

    async fn a_change_is_recorded_with_who_made_it_and_only_if_it_is_one(app: TestApp) {
        let admin = app.admin("ruth").await;
        let admin = app.auth(&admin).await;
        let actor = Actor::Administrator(&admin);
        let root = app.users().await.pop().unwrap().public_id;
        app.logged_in("ada").await;
        let ada = app.users().await.pop().unwrap().public_id;
        let accounts = &app.state.services.accounts;
        let client = Client::command_line();
        let change = Change { is_active: Some(false), roles: Some(Roles::parse("auditor").unwrap()) };
        let after = accounts.change(Account::Id(&ada), change.clone(), actor, &client).await.unwrap();
        assert_eq!((after.is_active, after.roles.to_string()), (false, "auditor".to_owned()));
        for kind in ["user_updated", "authz_change", "session_ended"] {
            let mut events = app.events_of(kind).await;
            events.retain(|event| event.subject_id.as_ref() == Some(&ada));
            assert_eq!(events.len(), 1, "{kind}");
            assert_eq!(events[0].actor_id.as_ref(), Some(&root));
        }
        let recorded = app.all_events().await.len();
        accounts.change(Account::Id(&ada), change, actor, &client).await.unwrap();
        accounts.change(Account::Name("ADA"), Change::default(), Actor::CommandLine, &client).await.unwrap();
        assert_eq!(app.all_events().await.len(), recorded);
        app.set_active("ada", true).await.unwrap();
        assert_eq!(app.events_of("user_updated").await[1].actor_id.as_deref(), Some("command"));
    }

    async fn who_lost_the_role_on_the_way_can_not_give_it_back(app: TestApp) {
        app.admin("ruth").await;
        let browser = app.admin("eve").await;
        let auth = app.auth(&browser).await;
        let actor = Actor::Administrator(&auth);
        let eve = app.users().await.pop().unwrap().public_id;
        app.set_roles("eve", "user").await.unwrap();
        let (accounts, client) = (&app.state.services.accounts, Client::command_line());
        let back = Change { is_active: Some(true), roles: Some(Roles::parse("admin").unwrap()) };
        let refused = accounts.change(Account::Id(&eve), back, actor, &client).await;
        assert!(matches!(refused, Err(AccountError::NotAdmin)), "{refused:?}");
        let refused = accounts.log_out(Account::Name("ruth"), actor, &client).await;
        assert!(matches!(refused, Err(AccountError::NotAdmin)), "{refused:?}");
        assert_eq!(app.users().await.pop().unwrap().roles, "user");
    }

    async fn an_unknown_account_is_not_an_internal_error(app: TestApp) {
        let client = Client::command_line();
        for account in [Account::Id(""), Account::Id("nobody"), Account::Id("\0"), Account::Name("nobody"), Account::Name("\0")] {
            let refused = app.state.services.accounts.change(account, Change::default(), Actor::CommandLine, &client).await;
            assert!(matches!(refused, Err(AccountError::Unknown)), "{account:?}");
            let refused = app.state.services.accounts.log_out(account, Actor::CommandLine, &client).await;
            assert!(matches!(refused, Err(AccountError::Unknown)), "{account:?}");
        }
    }
}
