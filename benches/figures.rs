//! Benchmarks for the README: the cost of requests, as a ratio to their unavoidable part, measured in the same run.
//! Run by `script/bench`, which starts a PostgreSQL server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark stops when it fails, and prints its results"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use latchkey::server::ServerState;
use latchkey::server::assets::AssetNames;
use latchkey::site::product::PRODUCT;
use latchkey_axum::AppState;
use latchkey_core::client::Client;
use latchkey_core::clock::Clock;
use latchkey_core::config::RawSettings;
use latchkey_core::security::password_hash::Hasher;
use latchkey_core::store::Store;
use leptos::config::LeptosOptions;
use sea_orm::ConnectionTrait;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const ROUNDS: usize = 60;
const PASSWORD: &str = "tin wolf orbit cave";
const CREDENTIALS: &str = "username=ada&password=tin+wolf+orbit+cave";

struct Node {
    router: Router,
    state: AppState,
    clock: Clock,
    statements: Arc<AtomicU64>,
    cookie: String,
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("bench.db").display());
    let postgres = std::env::var("TEST_POSTGRES_URL").expect("run by script/bench");
    println!("| what | SQLite | statements | PostgreSQL | statements |\n|---|---|---|---|---|");
    let columns = [measure(&sqlite).await, measure(&postgres).await];
    for (on_sqlite, on_postgres) in columns[0].iter().zip(&columns[1]) {
        println!("| {} | {} | {} | {} | {} |", on_sqlite.0, on_sqlite.1, on_sqlite.2, on_postgres.1, on_postgres.2);
    }
}

/// Name, time and number of statements.
type Row = (&'static str, String, String);

async fn measure(url: &str) -> Vec<Row> {
    let hasher = Hasher::new("Latchkey", None).unwrap();
    let (hash, _) =
        median(async || drop(hasher.hash(&PASSWORD.into(), &Client::command_line()).await), &AtomicU64::new(0)).await;
    let mut node = Node::start(url).await;
    let statements = Arc::clone(&node.statements);
    let (page, page_statements) = median(async || node.ask("GET", "/login", "").await, &statements).await;

    node.ask("POST", "/fn/register", CREDENTIALS).await;
    let (login, login_statements) =
        median(async || node.ask("POST", "/fn/login", CREDENTIALS).await, &statements).await;
    let (cached, cached_statements) = median(async || node.ask("POST", "/fn/secret", "").await, &statements).await;
    let (secret, secret_statements) = median(async || node.ask("GET", "/secret", "").await, &statements).await;
    let (rotation, rotation_statements) = median(
        async || {
            node.clock.advance(15 * 60);
            node.ask("POST", "/fn/secret", "").await;
        },
        &statements,
    )
    .await;
    node.state.store.reader().execute_unprepared("DELETE FROM users").await.unwrap();

    let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    let ratio = |time: Duration, base: Duration| format!("{:.2} ×", time.as_secs_f64() / base.as_secs_f64());
    vec![
        ("one Argon2id hash", milliseconds(hash), "0".to_owned()),
        ("a login, to one hash", ratio(login, hash), login_statements),
        ("an anonymous page", milliseconds(page), page_statements),
        ("a protected page, to an anonymous one", ratio(secret, page), secret_statements),
        ("a protected call, session cached", milliseconds(cached), cached_statements),
        ("the same with an exchange of the token", milliseconds(rotation), rotation_statements),
    ]
}

/// Returns the median time of the runs, and the statements per run.
async fn median(mut work: impl AsyncFnMut(), statements: &AtomicU64) -> (Duration, String) {
    work().await;
    let before = statements.load(Ordering::SeqCst);
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        work().await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let sent = statements.load(Ordering::SeqCst) - before;
    (times[ROUNDS / 2], format!("{:.1}", sent as f64 / ROUNDS as f64))
}

impl Node {
    async fn start(url: &str) -> Self {
        let settings =
            [("DATABASE_URL", url), ("JWT_SECRET", "kX9q2Lw7Zr4Tb8Nv1Cf6Hs3Jd5Gm0Py9"), ("CONFIRM_EMAIL", "false")];
        let raw = settings.iter().fold(RawSettings::default(), |raw, (name, value)| raw.with(name, value).unwrap());
        let config = raw.config(PRODUCT).unwrap();
        let mut store = Store::connect(&config.database, Vec::new).await.unwrap();
        let statements = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&statements);
        store.on_statement(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        store.migrate().await.unwrap();
        let clock = Clock::fixed(1_795_521_600);
        let leptos = LeptosOptions::builder().output_name("latchkey").build();
        let state =
            AppState::new(config, store, clock.clone(), latchkey::site::extend(), CancellationToken::new()).unwrap();
        let assets = AssetNames::plain(&leptos);
        Self {
            router: latchkey::server::router(ServerState::new(state.clone(), leptos, assets)),
            state,
            clock,
            statements,
            cookie: String::new(),
        }
    }

    async fn ask(&mut self, method: &str, path: &str, body: &'static str) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "localhost");
        let request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &self.cookie);
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        assert!(response.status().as_u16() < 400, "{path}: {}", response.status());
        let set = response.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
        if let Some(session) = set.filter_map(|cookie| cookie.split(';').next()).find(|pair| pair.contains("session="))
        {
            session.clone_into(&mut self.cookie);
        }
        response.into_body().collect().await.unwrap();
    }
}
