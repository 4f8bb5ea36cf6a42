//! Importing the users of a flask-praetorian application, who log in with their old passwords.

use latchkey_core::client::Client;
use latchkey_core::service::import::Report;
use latchkey_core::store::flask;
use latchkey_types::AppError;
use sea_orm::{ConnectionTrait, Database as Connection};

use crate::support::{Database, TestApp};

/// `tin wolf orbit cave`, by passlib 1.7.4.
const PBKDF2: &str = "$pbkdf2-sha512$25000$bGF0Y2hrZXktdmVjdG9yIQ$KiIvWcMbweAKOqQLx8Nc87NGKldsc9tF5cD130P1BHvepnocbP/qJ4YokS8YPsN.ZQH.J9BFt4jN7wvQYFf2GQ";
/// The same password, by bcrypt.
const BCRYPT: &str = "$2b$10$QuHfmGe3moNMPySvPxd.O.N1Dlz1HFwC.Stv/S8/ozVVpGvogN7VW";
/// The same password, by Argon2id with more lanes than new hashes have.
const ARGON2: &str =
    "$argon2id$v=19$m=65536,t=3,p=4$bGF0Y2hrZXktdmVjdG9yIQ$iXDL4M2tNsPo5lKEPOqd+ETjacdRfPYOlvksg5ZwgHo";
const THEIR_PASSWORD: &str = "tin wolf orbit cave";

/// A database of another application on the same kind of server, after these statements.
async fn theirs(app: &TestApp, statements: &[&str]) -> Database {
    let database =
        if app.database_url().starts_with("sqlite") { Database::sqlite() } else { Database::postgres().await };
    let url = if database.url().starts_with("sqlite") {
        format!("{}?mode=rwc", database.url())
    } else {
        database.url().to_owned()
    };
    let connection = Connection::connect(url).await.unwrap();
    for statement in statements {
        connection.execute_unprepared(statement).await.unwrap();
    }
    connection.close().await.unwrap();
    database
}

fn table(columns: &str) -> String {
    format!("CREATE TABLE users (id INTEGER PRIMARY KEY, {columns})")
}

fn row(id: usize, username: &str, email: &str, password: &str, roles: &str, is_active: &str) -> String {
    format!("INSERT INTO users VALUES ({id}, '{username}', {email}, '{password}', '{roles}', {is_active})")
}

async fn import(app: &TestApp, from: &Database) -> Report {
    let source = flask::users(from.url()).await.unwrap();
    app.state.services.import.import(source, &Client::command_line()).await.unwrap()
}

fn said(report: &Report) -> Vec<String> {
    report.remarks.iter().map(|(name, remark)| format!("{name}: {remark}")).collect()
}

const COLUMNS: &str = "username TEXT, email TEXT, password TEXT, roles TEXT, is_active BOOLEAN";

on_both! {
    async fn imported_users_log_in_and_then_have_an_argon2id_hash(app: TestApp) {
        let from = theirs(&app, &[
            &table(COLUMNS),
            &row(1, "Ada", "'Ada@Example.org'", PBKDF2, "admin,user", "true"),
            &row(2, "bob", "NULL", BCRYPT, "", "true"),
            &row(3, "eve", "'eve@example.org'", ARGON2, "user", "true"),
        ]).await;
        let report = import(&app, &from).await;
        assert_eq!((report.imported, said(&report)), (3, vec![]));
        assert_eq!(app.events("user_created").await, 3);
        for name in ["ada", "bob", "eve@example.org"] {
            let refused = app.browser().call("/fn/login", &[("username", name), ("password", "tin wolf orbit cav")]).await;
            assert_eq!(refused.error(), AppError::LoginRejected);
            app.browser().log_in(name, THEIR_PASSWORD).await.assert_found("/secret");
            app.browser().log_in(name, THEIR_PASSWORD).await.assert_found("/secret");
        }
        let users = app.users().await;
        assert!(users.iter().take(2).all(|user| user.password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")));
        assert_eq!((users[0].username.as_str(), users[0].email.as_deref(), users[0].roles.as_str()), ("Ada", Some("Ada@Example.org"), "admin,user"));
    }

    async fn names_that_nobody_could_register_now_are_kept(app: TestApp) {
        let from = theirs(&app, &[
            &table(COLUMNS),
            &row(1, "_ada.", "NULL", PBKDF2, "user", "true"),
            &row(2, "root", "NULL", PBKDF2, "user", "true"),
            &row(3, "\u{feff}bob\u{200b} ", "'\u{a0}bob@example.org\t'", PBKDF2, "user", "true"),
        ]).await;
        let report = import(&app, &from).await;
        assert_eq!((report.imported, said(&report)), (3, vec![]));
        for name in ["_ada.", "root", "bob", "bob@example.org"] {
            app.browser().log_in(name, THEIR_PASSWORD).await.assert_found("/secret");
        }
    }

    async fn it_can_be_repeated_and_reports_who_was_skipped_and_why(app: TestApp) {
        app.logged_in("here").await;
        let from = theirs(&app, &[
            &table(COLUMNS),
            &row(1, "ada", "'ada@example.org'", PBKDF2, "user", "true"),
            &row(2, "ADA", "NULL", PBKDF2, "user", "true"),
            &row(3, "here", "NULL", PBKDF2, "user", "true"),
            &row(4, "x", "NULL", PBKDF2, "user", "true"),
            &row(5, "white space", "NULL", PBKDF2, "user", "true"),
            &row(6, "twin", "'ADA@example.org'", PBKDF2, "user", "true"),
            &row(7, "lost", "'no address'", "md5-or-so", "Boss,user", "true"),
        ]).await;
        let report = import(&app, &from).await;
        assert_eq!((report.imported, report.skipped()), (2, 5));
        assert_eq!(said(&report), [
            "ADA: the name is taken",
            "here: the name is taken",
            "x: the name must have 3 to 32 characters",
            "white space: the name may only contain ASCII letters, digits, '.', '_' and '-'",
            "twin: the email address is taken",
            "lost: the email address is invalid and was left out",
            "lost: roles that are not lower-case words were left out",
            "lost: the password hash has an unsupported scheme; the password must be reset",
        ]);
        let lost = app.users().await.into_iter().find(|user| user.username == "lost").unwrap();
        assert_eq!((lost.password.as_str(), lost.roles.as_str(), lost.email), ("!", "user", None));
        for password in ["md5-or-so", "!", ""] {
            assert_eq!(app.browser().call("/fn/login", &[("username", "lost"), ("password", password)]).await.status, 401);
        }
        let again = import(&app, &from).await;
        assert_eq!((again.imported, again.skipped(), app.users().await.len()), (0, 7, 3));
    }

    async fn a_deactivated_account_comes_deactivated_and_the_optional_columns_may_be_missing(app: TestApp) {
        let from = theirs(&app, &[
            &table(COLUMNS),
            &row(1, "off", "NULL", PBKDF2, "user", "false"),
            &row(2, "unset", "NULL", PBKDF2, "user", "NULL"),
        ]).await;
        import(&app, &from).await;
        for name in ["off", "unset"] {
            let answer = app.browser().call("/fn/login", &[("username", name), ("password", THEIR_PASSWORD)]).await;
            assert_eq!(answer.error(), AppError::Deactivated, "{name}");
        }
        let from = theirs(&app, &[
            &table("username VARCHAR(80), password VARCHAR(255)"),
            &format!("INSERT INTO users VALUES (1, 'ada', '{PBKDF2}')"),
        ]).await;
        assert_eq!(import(&app, &from).await.imported, 1);
        app.browser().log_in("ada", THEIR_PASSWORD).await.assert_found("/secret");
    }
}

#[tokio::test]
async fn a_database_without_the_table_is_rejected() {
    let empty = Database::sqlite();
    assert!(flask::users(empty.url()).await.is_err(), "no file is made where there was none");
    assert!(flask::users("postgres://nobody@127.0.0.1:1/none").await.is_err());
}
