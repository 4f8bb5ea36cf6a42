//! Databases that are small, shared, slow, or not what is needed.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use axum::http::StatusCode;
use futures::future::join_all;
use latchkey_core::store::Store;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::support::{Answer, Browser, Database, TestApp, config};

async fn get(mut browser: Browser, path: &str) -> Answer {
    browser.get(path).await
}

/// Connects and returns the error.
async fn refusal(url: &str) -> String {
    let store = Store::connect(&config(url, &[]).database, Vec::new).await;
    format!("{:#}", store.expect_err("it was accepted"))
}

#[tokio::test(flavor = "multi_thread")]
async fn with_fewer_connections_than_wanted_requests_wait() {
    for limit in [1, 2, 5] {
        let app = TestApp::start(Database::postgres_with(&format!("CONNECTION LIMIT {limit}"), "UTF8").await).await;
        let browser = app.logged_in("ada").await;
        let responses = join_all((0..40).map(|_| get(browser.clone(), "/account"))).await;
        for response in responses {
            assert_eq!(response.status, StatusCode::OK, "limit {limit}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_utf8_is_refused() {
    let latin = Database::postgres_with("", "LATIN1").await;
    assert_eq!(refusal(latin.url()).await, "its encoding is LATIN1; create a database with the encoding UTF-8");
    let sqlite = Database::sqlite();
    let connection = sea_orm::Database::connect(format!("{}?mode=rwc", sqlite.url())).await.unwrap();
    for statement in ["PRAGMA encoding = 'UTF-16le'", "CREATE TABLE t (x TEXT)"] {
        sea_orm::ConnectionTrait::execute_unprepared(&connection, statement).await.unwrap();
    }
    connection.close().await.unwrap();
    assert_eq!(refusal(sqlite.url()).await, "its encoding is UTF-16le; create a database with the encoding UTF-8");
}

#[tokio::test]
async fn a_new_sqlite_file_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my data/x%y.db");
    let url = format!("sqlite://{}", file.display()).replace("x%y", "x%25y").replace("my data", "my%20data");
    let store = Store::connect(&config(&url, &[]).database, Vec::new).await.unwrap();
    store.migrate().await.unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    assert_eq!(mode(&file.with_extension("db-wal")), 0o600);
}

/// A database behind a proxy that stops to forward, as if the network or the server hung.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_is_unavailable() {
    let database = Database::postgres().await;
    let mut url = url::Url::parse(database.url()).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    let (hang, hangs) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (server, mut hangs) = (server.clone(), hangs.clone());
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await.unwrap();
                let is_hanging = tokio::select! {
                    _ = copy_bidirectional(&mut client, &mut server) => false,
                    changed = hangs.wait_for(|hangs| *hangs) => changed.is_ok(),
                };
                if is_hanging {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    let app = TestApp::start(database.at(url.as_str())).await;
    let browser = app.logged_in("ada").await;
    hang.send_replace(true);
    let (page, api) = tokio::join!(get(browser.clone(), "/account"), get(browser, "/readyz"));
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers.contains_key("retry-after"));
    assert_eq!(api.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// `PgBouncer` in transaction mode with two connections, in front of a database; stopped when dropped.
struct PgBouncer {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl PgBouncer {
    async fn start(database: &Database, more: &str) -> Self {
        let url = url::Url::parse(database.url()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("pgbouncer.ini");
        let (host, server_port) = (url.host_str().unwrap(), url.port().unwrap_or(5432));
        let text = format!(
            "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = 2\n{more}\n"
        );
        fs::write(&file, text.replace("* = ", &format!("* = user={} ", url.username()))).unwrap();
        open_to_all(folder.path(), &file);
        let mut command = Command::new("pgbouncer");
        command.env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin").arg(&file);
        // As root, it asks for the user to run as.
        if Command::new("id").arg("-u").output().unwrap().stdout == b"0\n" {
            command.args(["-u", "nobody"]);
        }
        let process =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("no pgbouncer: run script/bootstrap");
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            tokio::task::yield_now().await;
        }
        let mut ours = url;
        ours.set_port(Some(port)).unwrap();
        Self { process, url: ours.to_string(), _folder: folder }
    }
}

fn open_to_all(folder: &std::path::Path, file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pgbouncer_in_transaction_mode_works() {
    for (more, parameter) in
        [("", ""), ("ignore_startup_parameters = extra_float_digits,options,statement_timeout", "?pgbouncer=true")]
    {
        let database = Database::postgres().await;
        let bouncer = PgBouncer::start(&database, more).await;
        let url = format!("{}{parameter}", bouncer.url);
        let (one, other) = (TestApp::start(database.at(&url)).await, TestApp::start(database.at(&url)).await);
        let browser = one.logged_in("ada").await;
        // Connections of the two nodes share servers; statements of one must not disturb the other.
        let elsewhere = other.logged_in("bob").await;
        let pages =
            (0..20).map(|round| get(if round % 2 == 0 { browser.clone() } else { elsewhere.clone() }, "/account"));
        for response in join_all(pages).await {
            assert_eq!(response.status, StatusCode::OK);
        }
        assert_eq!(one.browser().get("/readyz").await.status, StatusCode::OK);
    }
}
