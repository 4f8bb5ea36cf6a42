//! Starts a server from its settings and runs it until it is stopped.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use latchkey_core::clock::Clock;
use latchkey_core::config::{Config, DatabaseUrl};
use latchkey_core::extension::Extension;
use latchkey_core::prune;
use latchkey_core::store::{Store, may_come_up};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::serve::listen;
use crate::{AppState, health, serve};

/// Clock difference between node and database that logs a warning.
const CLOCK_WARN_SECONDS: u64 = 2;
/// Clock difference that prevents the start: sessions would end early, and reuse alarms would be false.
const CLOCK_REFUSE_SECONDS: u64 = 20;
/// Pause between attempts to reach the database at the start.
const RETRY_PAUSE: Duration = Duration::from_secs(2);
/// How long the whole stop may take, from the signal to the end of the process: orchestrators kill after 10 s or more.
const STOP_LIMIT: Duration = Duration::from_millis(9_500);

/// Listens, migrates the database, starts the email worker, and serves until SIGTERM or SIGINT. `router` builds the
/// application from the state.
///
/// While PostgreSQL can't be reached, the start waits for it: `/livez` answers 200, everything else 503.
///
/// # Errors
/// When it can't start; the message is one line.
pub async fn run(config: Config, extension: Extension, router: impl FnOnce(&AppState) -> Router) -> anyhow::Result<()> {
    let stopping = CancellationToken::new();
    stop_at_signal(stopping.clone())?;
    let address = config.address;
    let listener = listen(address).with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let Some((listener, store, migrations)) = open_or_wait(listener, &config, &extension, &stopping).await? else {
        tracing::info!("stopped");
        return Ok(());
    };
    compare_clocks(&store, &Clock::system()).await?;
    let metrics = config.metrics_address.map(Metrics::record).transpose()?;
    let state = AppState::new(config, store, Clock::system(), extension, stopping)?;
    if let Some(folder) = state.mail_worker.folder() {
        folder.prepare()?;
    }
    // Not earlier: a start that fails prints one line.
    log_settings(&state.config, address, migrations);

    let worker = state.clone();
    state.tasks.spawn(async move { worker.mail_worker.run(worker.stopping.clone()).await });
    if let Some(metrics) = metrics {
        state.tasks.spawn(metrics.serve(state.clone()));
    }
    state.tasks.spawn(prune::run(state.services.cleanup.clone(), state.stopping.clone()));
    let product = state.config.product;
    let origin = state.config.origin();
    let ready = format!("{} {} is ready: {origin} (listening on {address})\n", product.name, product.version);
    // A closed standard output must not stop the server.
    let _ = std::io::stdout().write_all(ready.as_bytes());
    tokio::select! {
        finished = serve_and_finish(listener, router(&state), &state) => finished?,
        () = after_the_limit(&state.stopping) => {
            tracing::warn!("stopping without waiting for the database any longer");
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Opens and migrates the database, and returns the number of new migrations. Returns `None` if the server is stopped while
/// it waits for the database.
async fn open_or_wait(
    listener: TcpListener,
    config: &Config,
    extension: &Extension,
    stopping: &CancellationToken,
) -> anyhow::Result<Option<(TcpListener, Store, usize)>> {
    let first = match open(config, extension).await {
        Ok((store, migrations)) => return Ok(Some((listener, store, migrations))),
        Err(error) if is_worth_waiting(&error, config) => error,
        Err(error) => return Err(error),
    };
    log_attempt(&first);
    // Two handles of one socket: the first server stops while the second goes on.
    let listener = listener.into_std()?;
    let serves = CancellationToken::new();
    let waiting = TcpListener::from_std(listener.try_clone()?)?;
    let proxies = config.trusted_proxies.clone();
    let token = serves.clone();
    let server = tokio::spawn(async move { serve(waiting, health::waiting(), &proxies, token).await });
    let opened = tokio::select! {
        opened = retry(config, extension) => Some(opened),
        () = stopping.cancelled() => None,
    };
    serves.cancel();
    server.await?;
    let Some(opened) = opened else { return Ok(None) };
    let (store, migrations) = opened?;
    Ok(Some((TcpListener::from_std(listener)?, store, migrations)))
}

/// Tries until the database is open, or cannot be opened at all.
async fn retry(config: &Config, extension: &Extension) -> anyhow::Result<(Store, usize)> {
    loop {
        sleep(RETRY_PAUSE).await;
        match open(config, extension).await {
            Err(error) if is_worth_waiting(&error, config) => log_attempt(&error),
            opened => return opened,
        }
    }
}

async fn open(config: &Config, extension: &Extension) -> anyhow::Result<(Store, usize)> {
    let store = Store::connect(&config.database, extension.migrations).await;
    let store = store.context("cannot open the database (DATABASE_URL)")?;
    let migrations = store.migrate().await.context("cannot migrate the database (DATABASE_URL)")?;
    Ok((store, migrations))
}

/// Not for SQLite: a file that can't be opened stays so.
fn is_worth_waiting(error: &anyhow::Error, config: &Config) -> bool {
    matches!(config.database.url, DatabaseUrl::Postgres(_)) && may_come_up(error)
}

fn log_attempt(error: &anyhow::Error) {
    tracing::warn!(error = format!("{error:#}"), "waiting for the database");
}

async fn serve_and_finish(listener: TcpListener, router: Router, state: &AppState) -> anyhow::Result<()> {
    serve(listener, router, &state.config.trusted_proxies, state.stopping.clone()).await;
    state.tasks.close();
    state.tasks.wait().await;
    state.store.close().await.context("cannot close the database cleanly")
}

async fn after_the_limit(stopping: &CancellationToken) {
    stopping.cancelled().await;
    sleep(STOP_LIMIT).await;
}

/// Logs the settings that matter most; no secrets.
fn log_settings(config: &Config, address: SocketAddr, migrations: usize) {
    if config.is_dev {
        tracing::info!(
            "LEPTOS_ENV=DEV: listens on this machine only, generates its own key, shows emails at /dev/mail"
        );
    } else {
        tracing::info!("LEPTOS_ENV=PROD: requires JWT_SECRET and https, shows no emails");
    }
    tracing::info!(%address, public_url = config.origin(), "listening");
    tracing::info!(url = %config.database.url, applied_migrations = migrations, "database");
    tracing::info!(url = %config.mail.transport, from = %config.mail.from, "email");
}

fn stop_at_signal(stopping: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new connections, finishing open requests");
        stopping.cancel();
    });
    Ok(())
}

async fn compare_clocks(store: &Store, clock: &Clock) -> anyhow::Result<()> {
    let apart = store.clock_seconds().await.context("cannot ask the database for the time")?.abs_diff(clock.now());
    if apart > CLOCK_REFUSE_SECONDS {
        bail!("the clocks of this machine and the database differ by {apart} s; synchronise them");
    }
    if apart > CLOCK_WARN_SECONDS {
        tracing::warn!(apart_seconds = apart, "the clocks of this machine and the database differ");
    }
    Ok(())
}
