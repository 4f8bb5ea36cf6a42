//! Starts a server from its settings and runs it until it is stopped.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use latchkey_core::clock::Clock;
use latchkey_core::config::Config;
use latchkey_core::extension::Extension;
use latchkey_core::prune;
use latchkey_core::store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{AppState, serve};

/// Clock difference between node and database that logs a warning.
const CLOCK_WARN_SECONDS: u64 = 2;
/// Clock difference that prevents the start: sessions would end early, and reuse alarms would be false.
const CLOCK_REFUSE_SECONDS: u64 = 20;

/// How long background tasks and the database may take to finish, after the last response.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Listens, migrates the database, starts the email worker, and serves until SIGTERM or SIGINT. `router` builds the
/// application from the state.
///
/// # Errors
/// When it can't start; the message is one line.
pub async fn run(config: Config, extension: Extension, router: impl FnOnce(&AppState) -> Router) -> anyhow::Result<()> {
    let address = config.address;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let store = Store::connect(&config.database, extension.migrations)
        .await
        .context("cannot open the database (DATABASE_URL)")?;
    let migrations = store.migrate().await.context("cannot migrate the database (DATABASE_URL)")?;
    compare_clocks(&store, &Clock::system()).await?;
    let state = AppState::new(config, store, Clock::system(), extension)?;
    if let Some(folder) = state.mail_worker.folder() {
        folder.prepare()?;
    }
    // Not earlier: a start that fails prints one line.
    log_settings(&state.config, address, migrations);

    stop_at_signal(state.stopping.clone())?;
    let worker = state.clone();
    state.tasks.spawn(async move { worker.mail_worker.run(worker.stopping.clone()).await });
    state.tasks.spawn(prune::run(state.services.cleanup.clone(), state.stopping.clone()));
    let product = state.config.product;
    let origin = state.config.origin();
    let ready = format!("{} {} is ready: {origin} (listening on {address})\n", product.name, product.version);
    // A closed standard output must not stop the server.
    let _ = std::io::stdout().write_all(ready.as_bytes());
    serve(listener, router(&state), &state.config.trusted_proxies, state.stopping.clone()).await;

    match tokio::time::timeout(STOP_LIMIT, finish(&state)).await {
        Ok(finished) => finished?,
        Err(_) => {
            tracing::warn!(seconds = STOP_LIMIT.as_secs(), "stopping without waiting for the database any longer")
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Waits for background tasks, and closes the database.
async fn finish(state: &AppState) -> anyhow::Result<()> {
    state.tasks.close();
    state.tasks.wait().await;
    state.store.close().await.context("cannot close the database cleanly")
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
