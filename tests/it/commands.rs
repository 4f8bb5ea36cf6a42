//! The program as a process: output, exit status and signals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use latchkey_core::security::opaque_token::{MailToken, Purpose};
use migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;

use crate::support::{Database, PASSWORD, SECRET};

pub fn latchkey(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.current_dir(folder).env_clear().env("PATH", "").env("JWT_SECRET", SECRET);
    command
}

/// Runs a command and returns its exit status, output and errors.
pub fn run(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    run_with(folder, &[("JWT_SECRET", SECRET)], arguments, input)
}

/// Runs a command with these environment variables only.
pub fn run_with(folder: &Path, environment: &[(&str, &str)], arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = latchkey(folder);
    command.env_remove("JWT_SECRET").envs(environment.iter().copied());
    let mut child =
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that reads nothing may have exited already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// Creates the files of a build, for the debug binary of the tests.
pub fn site(folder: &Path) {
    std::fs::create_dir_all(folder.join("target/site/pkg")).unwrap();
    for end in ["js", "wasm", "css"] {
        std::fs::write(folder.join("target/site/pkg/latchkey").with_extension(end), end).unwrap();
    }
}

/// Starts a server in a folder, on a free port.
fn serve(folder: &Path) -> (Child, SocketAddr) {
    serve_with(folder, &[])
}

/// Starts a server with more settings.
pub fn serve_with(folder: &Path, settings: &[&str]) -> (Child, SocketAddr) {
    serve_logging_to(Stdio::null(), folder, settings)
}

pub fn serve_logging_to(log: Stdio, folder: &Path, settings: &[&str]) -> (Child, SocketAddr) {
    site(folder);
    let mut command = latchkey(folder);
    command
        .env("LEPTOS_OUTPUT_NAME", "latchkey")
        .env("CONFIRM_EMAIL", "false")
        .args(["serve", "--leptos-site-addr=127.0.0.1:0", "--public-url=http://localhost:3000"])
        .args(settings);
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.rsplit(' ').next().unwrap().trim().trim_end_matches(')');
    (child, address.parse().unwrap_or_else(|_| panic!("no address in {line:?}")))
}

/// Sends SIGTERM to a process.
pub fn terminate(child: &Child) {
    assert!(Command::new("/bin/kill").arg("-TERM").arg(child.id().to_string()).status().unwrap().success());
}

#[track_caller]
pub fn assert_one_line(text: &str, start: &str) {
    assert!(text.starts_with(start) && text.trim_end().lines().count() == 1, "{text:?}");
}

#[test]
fn accounts_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(folder.path(), arguments, input);
    let (status, out, _) =
        run(&["user", "add", "ada", "--email", "ada@example.org", "--admin"], &format!("{PASSWORD}\n"));
    assert_eq!((status, out.as_str()), (0, "ada: added\n"));
    assert_eq!(run(&["user", "add", "bob", "--email", "bob@example.org"], PASSWORD).0, 0);
    let (status, out, _) = run(&["user", "list"], "");
    assert_eq!(
        (status, out.as_str()),
        (0, "ada\tada@example.org\tadmin,user\tactive\nbob\tbob@example.org\tuser\tactive\n")
    );
    for (arguments, said) in [
        (&["user", "disable", "bob"][..], "bob: disabled, sessions ended\n"),
        (&["user", "enable", "BOB"], "BOB: enabled\n"),
        (&["user", "roles", "bob", "auditor, user"], "bob: roles are now auditor,user\n"),
        (&["user", "logout", "bob"], "bob: 0 sessions ended\n"),
        (&["migrate"], "migrated\n"),
    ] {
        assert_eq!(run(arguments, ""), (0, said.to_owned(), String::new()));
    }
    for (arguments, input, start) in [
        (&["user", "disable", "ada"][..], "", "latchkey: this is the last active administrator"),
        (&["user", "roles", "ada", "user"], "", "latchkey: this is the last active administrator"),
        (&["user", "disable", "nobody"], "", "latchkey: there is no user with this name"),
        (&["user", "roles", "bob", "Not A Role"], "", "latchkey: "),
        (&["user", "add", "ada", "--email", "x@example.org"], PASSWORD, "latchkey: "),
        (&["user", "add", "eve", "--email", "eve@example.org"], "12345678", "latchkey: "),
    ] {
        let (status, out, error) = run(arguments, input);
        assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}");
        assert_one_line(&error, start);
    }
}

#[tokio::test]
async fn users_come_over_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = format!("sqlite://{}", folder.path().join("flask.db").display());
    let connection = sea_orm::Database::connect(format!("{theirs}?mode=rwc")).await.unwrap();
    for statement in [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT, roles TEXT, is_active BOOLEAN)",
        "INSERT INTO users VALUES (1, 'ada', '$2b$10$QuHfmGe3moNMPySvPxd.O.N1Dlz1HFwC.Stv/S8/ozVVpGvogN7VW', 'admin', 1)",
        "INSERT INTO users VALUES (2, 'x\u{1b}\ny', 'plain text', '', 1)",
    ] {
        connection.execute_unprepared(statement).await.unwrap();
    }
    connection.close().await.unwrap();
    std::fs::write(folder.path().join("names.csv"), "\u{feff}# old, new\n\nada , grace\n").unwrap();
    let dry = ["import-flask", "--from", &theirs, "--rename", "names.csv", "--dry-run"];
    let (status, out, _) = run(folder.path(), &dry, "");
    assert!(status == 0 && out.starts_with("ada: is now called grace\n"), "{out}");
    assert!(out.ends_with("1 would be imported, 1 skipped; nothing was written (--dry-run)\n"), "{out}");
    for (line, problem) in [
        ("ada", "line 1 of names.csv: write it like: old name, new name"),
        ("#\nada, x", "line 2 of names.csv: Choose a username of 3 to 32 characters."),
        ("ada, bob\nada, eve", "line 2 of names.csv: this name has a new name already"),
    ] {
        std::fs::write(folder.path().join("names.csv"), line).unwrap();
        let (status, _, error) = run(folder.path(), &dry, "");
        assert_eq!(status, 1);
        assert_one_line(&error, &format!("latchkey: --rename: {problem}"));
    }
    for (flags, problem) in [
        (&["--table", "people"][..], "the database has no table people"),
        (&["--password-column", "hash"], "the table users has no column hash"),
    ] {
        let (status, _, error) = run(folder.path(), &[&["import-flask", "--from", &theirs], flags].concat(), "");
        assert_eq!(status, 1);
        assert!(error.contains(problem), "{error}");
    }
    let hidden = "postgres://ada:hunter2#@127.0.0.1:1/none";
    let (status, _, error) = run(folder.path(), &["import-flask", "--from", hidden], "");
    assert!(status == 1 && error.starts_with("latchkey: --from: ") && !error.contains("hunter2"), "{error}");
    let (status, out, _) = run(folder.path(), &["import-flask", "--from", &theirs], "");
    let skipped = "x\\u{1b}\\ny: skipped: the name may only contain ASCII letters, digits, '.', '_' and '-'\n";
    assert_eq!((status, out), (0, format!("{skipped}1 imported, 1 skipped\n")));
    let (status, out, _) = run(folder.path(), &["user", "list"], "");
    assert_eq!((status, out.as_str()), (0, "ada\t\tadmin\tactive\n"));
    let (status, _, error) = run(folder.path(), &["import-flask", "--from", "sqlite://nothing.db"], "");
    assert_eq!(status, 1);
    assert_one_line(&error, "latchkey: cannot read the users of the other application (--from): ");
    assert_eq!(run(folder.path(), &["import-flask"], "").0, 2);
}

#[test]
fn usage_version_and_a_new_key() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(folder.path(), arguments, "");
    let (status, out, _) = run(&["--version"]);
    assert_eq!((status, out), (0, format!("latchkey {}\n", env!("CARGO_PKG_VERSION"))));
    let (status, help, _) = run(&["--help"]);
    assert_eq!(status, 0);
    for name in [
        "DATABASE_URL", "PORT", "LEPTOS_SITE_ADDR", "PUBLIC_URL", "LEPTOS_ENV", "JWT_SECRET", "JWT_ACCESS_LIFESPAN",
        "TRUSTED_PROXIES", "RUST_LOG", "LOG_FORMAT",
    ] {
        assert!(help.contains(name), "{name}");
    }
    assert!(!help.contains(SECRET));
    let (one, other) = (run(&["secret"]).1, run(&["secret"]).1);
    assert!(one.trim().len() >= 43 && one != other);
    let document: serde_json::Value = serde_json::from_str(&run(&["openapi"]).1).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1") && document["paths"].get("/api/login").is_some());
    assert!(run(&["user", "add"]).2.contains("<NAME>"), "what is missing is named");
    for wrong in [&["nonsense"][..], &["user"], &["user", "add"], &["--nonsense"], &["migrate", "--down", "x"]] {
        let (status, out, error) = run(wrong);
        assert_eq!((status, out.as_str()), (2, ""), "{wrong:?}");
        assert_one_line(&error, "latchkey: ");
    }
}

#[test]
fn a_start_that_fails_says_why_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    std::fs::write(folder.path().join("a file"), "").unwrap();
    for (arguments, start) in [
        (&["--jwt-access-lifespan=soon"][..], "latchkey: JWT_ACCESS_LIFESPAN: "),
        (&["--leptos-env=PROD"], "latchkey: PUBLIC_URL: "),
        (&["--jwt-secret-file=a file"], "latchkey: JWT_SECRET_FILE: "),
        (&["--rust-log=[[["], "latchkey: RUST_LOG: "),
        (&["--log-format=xml"], "latchkey: LOG_FORMAT: "),
        (&["--leptos-site-addr", &address], "latchkey: cannot listen on "),
        (
            &["--leptos-site-addr=127.0.0.1:0", "--database-url=sqlite://a file/x.db"],
            "latchkey: cannot open the database (DATABASE_URL): ",
        ),
        (
            &["migrate", "--database-url=postgres://nobody@127.0.0.1:1/none"],
            "latchkey: cannot open the database (DATABASE_URL): 127.0.0.1:1 refused the connection",
        ),
    ] {
        let (status, out, error) = run(folder.path(), arguments, "");
        assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}");
        assert_one_line(&error, start);
    }
}

#[test]
fn sigterm_lets_a_request_finish_and_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, address) = serve(folder.path());
    let mut slow = TcpStream::connect(address).unwrap();
    let body = format!("username=ada&password={}", PASSWORD.replace(' ', "+"));
    let head = "POST /fn/register HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    write!(slow, "{head}Content-Length: {}\r\nExpect: 100-continue\r\n\r\n", body.len()).unwrap();
    let mut reader = BufReader::new(slow.try_clone().unwrap());
    let mut line = String::new();
    // The server asks for the body, so the request is open.
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    terminate(&child);
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
    slow.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    reader.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
    assert!(child.wait().unwrap().success());
    assert!(run(folder.path(), &["user", "list"], "").1.starts_with("ada\t"));
}

/// What a server logs until it has stopped.
pub fn log_of(child: Child) -> String {
    terminate(&child);
    String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()
}

pub fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_start_is_short_plain_and_without_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::postgres().await;
    let mut url = url::Url::parse(database.url()).unwrap();
    url.set_password(Some("not-for-logs")).unwrap();
    let settings = [format!("--database-url={url}"), "--mail-url=smtp://ada:not-for-logs@127.0.0.1:587".to_owned()];
    let (child, _) = serve_logging_to(Stdio::piped(), folder.path(), &settings.each_ref().map(String::as_str));
    let log = log_of(child);
    assert!(!log.contains('\u{1b}'), "{log}");
    assert!(!log.contains("not-for-logs"), "{log}");
    assert!(log.lines().filter(|line| line.contains(" INFO ")).count() <= 8, "{log}");
    let migrations = format!("applied_migrations={}", Migrator::migrations().len());
    let database = format!("url=postgres://127.0.0.1:{}{}", url.port().unwrap(), url.path());
    for told in ["LEPTOS_ENV=DEV", "listening address=127.0.0.1:", &database, "url=smtp://127.0.0.1:587", &migrations] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cause_of_a_500_is_logged_with_the_id_of_its_request() {
    for format in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let settings = [&format!("--log-format={format}"), "--rust-log=error", "--database-url=sqlite://test.db"];
        let (child, address) = serve_logging_to(Stdio::piped(), folder.path(), &settings);
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let connection = sea_orm::Database::connect(url).await.unwrap();
        connection.execute_unprepared("DROP TABLE mail_tokens").await.unwrap();
        connection.close().await.unwrap();
        // The page loads its link in a task of its own.
        let token = MailToken::generate(Purpose::Registration).unwrap();
        let response = get(address, &format!("/finalize?token={}", token.expose()));
        assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
        let id = response.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().trim().to_owned();
        let log = log_of(child);
        let cause = log.lines().find(|line| line.contains("mail_tokens"));
        assert!(cause.is_some_and(|line| line.contains(&id)), "{format}, {id}: {log}");
    }
}
