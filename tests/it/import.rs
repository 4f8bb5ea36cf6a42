//! Importing the users of a flask-praetorian application, who log in with their old passwords.

use latchkey_core::client::Client;
use latchkey_core::config::DatabaseUrl;
use latchkey_core::service::import::{ImportOptions, Report};
use latchkey_core::store::flask::{self, Source};
use latchkey_types::{AppError, Username};
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

fn source(url: &str) -> Source {
    Source { database: DatabaseUrl::parse("--from", url).unwrap(), table: None, password_column: None }
}

async fn import(app: &TestApp, from: &Database) -> Report {
    import_with(app, &source(from.url()), ImportOptions::default()).await
}

async fn import_with(app: &TestApp, source: &Source, options: ImportOptions) -> Report {
    let users = flask::users(source).await.unwrap();
    app.state.services.import.import(users, options, &Client::command_line()).await.unwrap()
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

    async fn odd_cells_are_read_and_a_row_that_cannot_come_is_named(app: TestApp) {
        let is_sqlite = app.database_url().starts_with("sqlite");
        let bytes = |text: &str| {
            let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
            if is_sqlite { format!("X'{hex}'") } else { format!("'\\x{hex}'::bytea") }
        };
        let kind = if is_sqlite { "BLOB" } else { "BYTEA" };
        let columns = format!("username TEXT, email VARCHAR(99), password {kind}, roles TEXT, is_active TEXT");
        let row = |id: usize, name: &str, password: &str, roles: &str, is_active: &str| {
            format!("INSERT INTO users VALUES ({id}, {name}, NULL, {password}, {roles}, {is_active})")
        };
        let hash = bytes(PBKDF2);
        let from = theirs(&app, &[
            &table(&columns),
            &row(1, "'one'", &hash, "'{user,admin}'", "'t'"),
            &row(2, "'two'", &hash, "NULL", "'1'"),
            &row(3, "'three'", &hash, "'[\"user\"]'", "'True'"),
            &row(4, "'four'", &hash, "''", "' f '"),
            &row(5, "'five'", &hash, "''", "'perhaps'"),
            &row(6, "NULL", &hash, "''", "'t'"),
            &row(7, "'seven'", "NULL", "''", "'t'"),
            &row(8, "'eight'", &bytes(&format!("b'{BCRYPT}'")), "''", "'yes'"),
        ]).await;
        let report = import(&app, &from).await;
        assert_eq!((report.imported, said(&report)), (7, vec![
            "five: is_active is neither true nor false; the account was deactivated".to_owned(),
            "row with id 6: the name must have 3 to 32 characters".to_owned(),
            "seven: the password hash has an unsupported scheme; the password must be reset".to_owned(),
        ]));
        for name in ["one", "two", "three", "eight"] {
            app.browser().log_in(name, THEIR_PASSWORD).await.assert_found("/secret");
        }
        let users = app.users().await;
        assert_eq!(users.iter().map(|user| user.is_active).collect::<Vec<_>>(), [true, true, true, false, false, true, true]);
        assert_eq!((users[0].roles.as_str(), users[2].roles.as_str()), ("admin,user", "user"));
    }

    async fn a_dry_run_writes_nothing_and_says_the_same(app: TestApp) {
        let from = theirs(&app, &[
            &table(COLUMNS),
            &row(1, "ada", "NULL", PBKDF2, "user", "true"),
            &row(2, "x", "NULL", PBKDF2, "user", "true"),
        ]).await;
        let dry = || ImportOptions { is_dry_run: true, ..ImportOptions::default() };
        let report = import_with(&app, &source(from.url()), dry()).await;
        assert_eq!((report.imported, report.skipped(), app.users().await.len()), (1, 1, 0));
        assert_eq!(app.events("user_created").await, 0);
        let real = import(&app, &from).await;
        assert_eq!((real.imported, said(&real)), (1, said(&report)));
    }

    async fn names_that_can_t_be_kept_get_new_ones(app: TestApp) {
        let from = theirs(&app, &[
            &table(COLUMNS),
            &row(1, "ada, countess", "NULL", PBKDF2, "user", "true"),
            &row(2, "bob", "NULL", PBKDF2, "user", "true"),
            &row(3, "BOB", "NULL", PBKDF2, "user", "true"),
        ]).await;
        let name = |old: &str, new: &str| (old.to_owned(), Username::parse(new).unwrap());
        let renames = [name("ada, countess", "ada"), name("BOB", "bob2"), name("nobody", "somebody")].into();
        let report = import_with(&app, &source(from.url()), ImportOptions { renames, is_dry_run: false }).await;
        assert_eq!((report.imported, said(&report)), (3, vec![
            "ada, countess: is now called ada".to_owned(),
            "BOB: is now called bob2".to_owned(),
            "nobody: no account has this name (--rename)".to_owned(),
        ]));
        for name in ["ada", "bob", "bob2"] {
            app.browser().log_in(name, THEIR_PASSWORD).await.assert_found("/secret");
        }
    }

    async fn table_and_column_are_found_or_named(app: TestApp) {
        let insert = |table: &str, name: &str| format!("INSERT INTO {table} VALUES (1, '{name}', '{PBKDF2}')");
        let create = |table: &str, column: &str| format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, username TEXT, {column} TEXT)");
        let from = theirs(&app, &[
            &create("\"user\"", "hashed_password"), &insert("\"user\"", "ada"),
            &create("\"odd \"\" table\"", "secret"), &insert("\"odd \"\" table\"", "bob"),
            &create("plain", "none"), &insert("plain", "eve"),
        ]).await;
        assert_eq!(import(&app, &from).await.imported, 1);
        let named = |table: &str, column: Option<&str>| Source {
            table: Some(table.to_owned()), password_column: column.map(str::to_owned), ..source(from.url())
        };
        assert_eq!(import_with(&app, &named("odd \" table", Some("SECRET")), ImportOptions::default()).await.imported, 1);
        for (source, problem) in [
            (named("plain", None), "the table plain has none of the columns password, hashed_password, password_hash"),
            (named("plain", Some("x")), "the table plain has no column x"),
            (named("missing", None), "the database has no table missing"),
        ] {
            let error = flask::users(&source).await.err().unwrap();
            assert_eq!(error.to_string(), problem);
        }
        app.browser().log_in("bob", THEIR_PASSWORD).await.assert_found("/secret");
    }

    async fn hashes_of_django_and_werkzeug_come_along(app: TestApp) {
        let hashes = [
            "pbkdf2_sha256$1000$c2FsdHk$gcFe1sRLVyzphNxZuKkvzcblwOMWAtWkOwyhb57ZhnM=",
            "pbkdf2:sha256:1000$c2FsdHk$81c15ed6c44b572ce984dc59b8a92fcdc6e5c0e31602d5a43b0ca16f9ed98673",
            "scrypt:1024:8:1$c2FsdHk$986731381e4426226ae145429c4cfc73daaf2d385e710838f9e1c97df09b5c322f0dbc07eea33e489ab70d96d94bf4db8c444c34feab797cf26dd14e10cd94e3",
            &BCRYPT.replace("$2b$", "$2y$"),
            &format!("argon2{ARGON2}"),
        ].map(str::to_owned);
        let rows = hashes.iter().enumerate().map(|(id, hash)| row(id, &format!("user{id}"), "NULL", hash, "user", "true")).collect::<Vec<_>>();
        let table = table(COLUMNS);
        let from = theirs(&app, &std::iter::once(table.as_str()).chain(rows.iter().map(String::as_str)).collect::<Vec<_>>()).await;
        let report = import(&app, &from).await;
        assert_eq!((report.imported, said(&report)), (5, vec![]));
        for id in 0..5 {
            app.browser().log_in(&format!("user{id}"), THEIR_PASSWORD).await.assert_found("/secret");
        }
        // The hash of Django's Argon2 has higher costs than new ones, so it stays.
        let replaced = app.users().await.iter().filter(|user| user.password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")).count();
        assert_eq!(replaced, 4);
    }
}

#[tokio::test]
async fn a_database_without_the_table_is_rejected() {
    let empty = Database::sqlite();
    assert!(flask::users(&source(empty.url())).await.is_err());
    let path = empty.url().trim_start_matches("sqlite://").to_owned();
    assert!(!std::path::Path::new(&path).exists(), "no file is made where there was none");
    assert!(flask::users(&source("postgres://nobody@127.0.0.1:1/none")).await.is_err());
}
