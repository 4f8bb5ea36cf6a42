//! What an operator does on the command line: help for users without email, a backup, a restore, health.

use std::os::unix::fs::PermissionsExt;

use latchkey_core::client::Client;
use latchkey_core::config::DatabaseUrl;
use latchkey_core::service::accounts::Ended;
use latchkey_core::service::mail_queue::{self, Subject, Template};
use latchkey_core::service::password_reset::OperatorError;
use latchkey_core::store::backup;
use latchkey_types::{AppError, FieldError};
use sea_orm::{ConnectionTrait, DbErr};

use crate::commands::{assert_one_line, run, serve_with, terminate};
use crate::support::{Database, PASSWORD, TestApp};

const NEW_PASSWORD: &str = "another quiet otter";

on_both! {
    async fn the_operator_sets_a_password_and_everything_else_ends(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let services = &app.state.services;
        let link = services.password_reset.link_by_operator("ADA", &Client::command_line()).await.unwrap();
        services.password_reset.set_by_operator("ada", &NEW_PASSWORD.into(), &Client::command_line()).await.unwrap();
        assert_eq!(ada.call("/fn/refresh", &[]).await.status, 401);
        let mut again = app.browser();
        again.log_in("ada", NEW_PASSWORD).await.assert_found("/secret");
        let account = again.get("/account").await.texts("main").concat();
        assert!(account.contains("latchkey commandOn the server") && !account.contains("Unknown device"), "{account}");
        let token = link.strip_prefix("http://localhost:3000/new_password?token=").unwrap();
        let fields = [("token", token), ("password", PASSWORD), ("password_confirmation", PASSWORD)];
        assert_eq!(app.browser().call("/fn/reset_password", &fields).await.error(), AppError::LinkInvalid);
        let event = app.events_of("authn_password_change").await.remove(0);
        assert_eq!((event.actor_id.as_deref(), event.detail.as_str()), (Some("command"), "by the operator"));
        for (password, refused) in [("short", FieldError::PasswordShort), ("12345678", FieldError::PasswordEasy)] {
            let error = services.password_reset.set_by_operator("ada", &password.into(), &Client::command_line()).await.unwrap_err();
            assert!(matches!(error, OperatorError::Refused(why) if why == refused), "{password}");
        }
    }

    async fn a_link_for_an_owner_without_email_works_once(app: TestApp) {
        app.logged_in("ada").await;
        let reset = &app.state.services.password_reset;
        let link = reset.link_by_operator("ada", &Client::command_line()).await.unwrap();
        let path = link.strip_prefix("http://localhost:3000").unwrap();
        app.browser().get(path).await.assert_status(200);
        let token = path.split('=').nth(1).unwrap();
        let fields = [("token", token), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        app.browser().submit("/fn/reset_password", &fields).await.assert_found("/login");
        assert_eq!(app.browser().call("/fn/reset_password", &fields).await.error(), AppError::LinkInvalid);
        app.browser().log_in("ada", NEW_PASSWORD).await.assert_found("/secret");
        let unknown = reset.link_by_operator("nobody", &Client::command_line()).await;
        assert!(matches!(unknown, Err(OperatorError::Unknown)));
        app.state.store.reader().execute_unprepared("UPDATE users SET is_active = FALSE").await.unwrap();
        let inactive = reset.link_by_operator("ada", &Client::command_line()).await;
        assert!(matches!(inactive, Err(OperatorError::Deactivated)));
    }

    async fn all_sessions_and_links_end_at_once(app: TestApp) {
        let (mut ada, mut bob) = (app.logged_in("ada").await, app.logged_in("bob").await);
        let link = app.state.services.password_reset.link_by_operator("ada", &Client::command_line()).await.unwrap();
        let reset = Subject { user_id: Some(app.users().await[0].id), ..Subject::default() };
        let now = app.clock.now();
        let queued: Result<(), DbErr> =
            app.state.store.write_tx(async |tx| mail_queue::enqueue(tx, Template::Reset, reset, now).await).await;
        queued.unwrap();
        app.state.store.reader().execute_unprepared("UPDATE users SET email = 'ada@example.org' WHERE username = 'ada'").await.unwrap();
        let ended = app.state.services.accounts.end_all_sessions(&Client::command_line()).await.unwrap();
        assert_eq!(ended, Ended { sessions: 2, links: 1 });
        assert!(app.deliver().await.is_empty(), "a queued reset would have a link that works");
        // The cache of sessions is a second old at most.
        app.clock.advance(2);
        let node = app.node(&[]).await;
        for browser in [&mut ada, &mut bob] {
            assert_eq!(browser.at(&node).call("/fn/refresh", &[]).await.status, 401);
        }
        let token = link.split_once("?token=").unwrap().1;
        let fields = [("token", token), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
        assert_eq!(app.browser().call("/fn/reset_password", &fields).await.error(), AppError::LinkInvalid);
        app.browser().log_in("ada", PASSWORD).await.assert_found("/secret");
        assert_eq!(app.state.services.accounts.end_all_sessions(&Client::command_line()).await.unwrap().sessions, 1);
    }
}

#[test]
fn commands_for_users_say_what_they_did() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(folder.path(), arguments, input);
    assert_eq!(run(&["user", "add", "ada", "--email", "ada@example.org"], PASSWORD).0, 0);
    let changed = run(&["user", "password", "ada"], &format!("{NEW_PASSWORD}\n"));
    assert_eq!(changed, (0, "ada: password changed, sessions ended\n".to_owned(), String::new()));
    let (status, link, _) = run(&["user", "reset-link", "ada"], "");
    assert!(status == 0 && link.starts_with("http://localhost:3000/new_password?token=lk_rst_"), "{link}");
    assert_eq!(run(&["sessions", "end-all"], ""), (0, "0 sessions and 1 links ended\n".to_owned(), String::new()));
    for (arguments, input, start) in [
        (&["user", "password", "nobody"][..], NEW_PASSWORD, "latchkey: there is no user with this name"),
        (&["user", "password", "ada"], "12345678", "latchkey: "),
        (&["user", "reset-link", "no body"], "", "latchkey: there is no user with this name"),
    ] {
        let (status, out, error) = run(arguments, input);
        assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}");
        assert_one_line(&error, start);
        assert!(!error.contains(NEW_PASSWORD) && !error.contains("12345678"), "{error}");
    }
}

#[test]
fn a_backup_while_the_server_runs_can_be_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, address) = serve_with(folder.path(), &[]);
    assert_eq!(run(folder.path(), &["user", "add", "ada", "--email", "ada@example.org"], PASSWORD).0, 0);
    let copy = folder.path().join("copy.db");
    let (status, told, error) = run(folder.path(), &["backup", "copy.db"], "");
    assert_eq!((status, told.as_str(), error.as_str()), (0, "sqlite://data/latchkey.db is saved in copy.db\n", ""));
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let address = address.to_string();
    let flag = format!("--leptos-site-addr={address}");
    assert_eq!(run(folder.path(), &["health", &flag], ""), (0, format!("{address} is ready\n"), String::new()));
    terminate(&server);
    assert!(server.wait().unwrap().success());
    let (status, _, error) = run(folder.path(), &["health", &flag], "");
    assert_eq!(status, 1);
    assert_one_line(&error, &format!("latchkey: no server answers at {address}: "));
    let listed = run(folder.path(), &["user", "list", "--database-url=sqlite://copy.db"], "");
    assert_eq!(listed, (0, "ada\tada@example.org\tuser\tactive\n".to_owned(), String::new()));
    for (arguments, start) in [
        (&["backup", "copy.db"][..], "latchkey: cannot create copy.db: "),
        (&["backup", "nowhere/copy.db"], "latchkey: cannot create nowhere/copy.db: "),
        (&["backup", "x.db", "--database-url=sqlite://missing.db"], "latchkey: there is no file missing.db"),
        (&["backup", "x.db", "--database-url=postgres://u@h/n"], "latchkey: this command copies SQLite databases"),
    ] {
        let (status, _, error) = run(folder.path(), arguments, "");
        assert_eq!(status, 1);
        assert_one_line(&error, start);
    }
    assert!(!folder.path().join("x.db").exists() && !folder.path().join("missing.db").exists());
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::sqlite();
    std::fs::write(database.url().trim_start_matches("sqlite://"), "this is no database, and long enough to say so")
        .unwrap();
    let copy = folder.path().join("copy.db");
    let failed = backup::write(&DatabaseUrl::parse("DATABASE_URL", database.url()).unwrap(), &copy).await;
    assert!(failed.is_err() && !copy.exists());
}
