//! Starting and stopping: without a database, with a later schema, and while requests are open.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use latchkey_core::extension::Extension;
use latchkey_core::store::Store;
use sea_orm::ConnectionTrait;
use tokio::io::copy_bidirectional;

use crate::commands::{assert_one_line, get, latchkey, run, serve_with, site, terminate};
use crate::support::{Database, TestApp, config};

/// A port on which nothing listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a server on a port, and waits until it listens.
fn spawn(folder: &Path, port: u16, database_url: &str) -> (Child, SocketAddr) {
    site(folder);
    let mut command = latchkey(folder);
    command.env("LEPTOS_OUTPUT_NAME", "latchkey").env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"));
    command.env("DATABASE_URL", database_url).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    while TcpStream::connect(address).is_err() {
        std::thread::yield_now();
    }
    (child, address)
}

fn status(address: SocketAddr, path: &str) -> String {
    get(address, path).split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_its_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::postgres().await;
    let mut url = url::Url::parse(database.url()).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let database_port = free_port();
    url.set_port(Some(database_port)).unwrap();
    let (mut child, address) = spawn(folder.path(), free_port(), url.as_str());
    while status(address, "/livez") != "200" {
        std::thread::yield_now();
    }
    for path in ["/readyz", "/", "/api/me", "/fn/login", "/pkg/latchkey.js"] {
        let response = get(address, path);
        assert!(response.starts_with("HTTP/1.1 503 "), "{path}: {response}");
        for header in ["retry-after: 5", "cache-control: no-store", "x-content-type-options: nosniff"] {
            assert!(response.contains(header), "{path}: {response}");
        }
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", database_port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = tokio::net::TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("is ready"), "{line}");
    assert_eq!((status(address, "/readyz"), status(address, "/login")), ("200".to_owned(), "200".to_owned()));
    terminate(&child);
    assert!(child.wait().unwrap().success());
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    let waited = log.lines().filter(|line| line.contains("waiting for the database")).collect::<Vec<_>>();
    assert!(!waited.is_empty() && waited.iter().all(|line| line.contains("refused the connection")), "{log}");
}

#[test]
fn a_start_that_waits_is_stopped_by_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, address) = spawn(folder.path(), free_port(), "postgres://nobody@127.0.0.1:1/none");
    while status(address, "/livez") != "200" {
        std::thread::yield_now();
    }
    terminate(&child);
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waiting_does_not_mend_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let database = Database::postgres().await;
    for end in ["_missing", "?sslmode=require", "?sslmode=verify-full&sslrootcert=nowhere.pem"] {
        let url = format!("--database-url={}{end}", database.url());
        let (code, _, error) = run(folder.path(), &["--leptos-site-addr=127.0.0.1:0", &url], "");
        assert_eq!(code, 1, "{end}");
        assert_one_line(&error, "latchkey: cannot open the database (DATABASE_URL): ");
    }
}

#[test]
fn a_stop_does_not_wait_for_a_request_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, address) = serve_with(folder.path(), &[]);
    // A request whose body never comes.
    let mut slow = TcpStream::connect(address).unwrap();
    let head = "POST /fn/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    std::io::Write::write_all(&mut slow, head.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(slow.try_clone().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    let began = Instant::now();
    terminate(&child);
    assert!(child.wait().unwrap().success());
    // 10 s, and some time for a busy machine. The time limit of the body would be later.
    assert!(began.elapsed() < Duration::from_secs(14), "{:?}", began.elapsed());
}

/// What a migration removes, the servers of the version before still use while a new version is rolled out.
#[test]
fn migrations_after_the_first_release_only_add() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migration/src");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with('m') || name.as_str() <= "m0013_attempts" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let up = text.split("async fn down").next().unwrap();
        for word in ["drop", "rename", "modify_column", "DELETE"] {
            assert!(!up.contains(word), "{name}: {word}");
        }
        checked += 1;
    }
    assert!(checked > 0);
}

on_both! {
    async fn nodes_of_the_old_version_serve_while_a_new_one_is_rolled_out(app: TestApp) {
        let mut ada = app.logged_in("ada").await;
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        app.state.store.reader().execute_unprepared(later).await.unwrap();
        ada.get("/readyz").await.assert_status(200);
        ada.get("/secret").await.assert_status(200);
        app.logged_in("bob").await;
        let settings = config(app.database_url(), &[]).database;
        let old = Store::connect(&settings, Extension::default().migrations).await.unwrap();
        for refused in [old.migrate().await.map(drop), old.migrate_down(1).await] {
            let text = "a later version has migrated it (m9999_later); start that version, or revert with it: latchkey migrate --down 1";
            assert_eq!(refused.unwrap_err().to_string(), text);
        }
    }
}
