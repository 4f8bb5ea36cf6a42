//! Everything that never reaches a browser.
//!
//! `http` (doors) calls `service` (use cases), which calls `store` and `security`; nothing points the other way.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, bail};
use leptos::config::{LeptosOptions, get_configuration};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub mod client;
pub mod clock;
pub mod command;
pub mod config;
pub mod context;
pub mod http;
pub mod mail;
pub mod prune;
pub mod security;
pub mod service;
pub mod state;
pub mod store;

pub use command::run;
pub use http::layers::router;

use clock::Clock;
use config::Config;
use http::assets::Assets;
use state::AppState;
use store::Store;

/// What a deployed server reads beside its settings.
const LEPTOS_FILE: &str = "Leptos.toml";
/// By how many seconds a node's clock may differ from the database's before it is told.
const CLOCK_WARN_SECONDS: u64 = 2;
/// By how many before the node does not start: sessions would end early and alarms would be false.
const CLOCK_REFUSE_SECONDS: u64 = 20;

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When it can't start; the message is one line.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let address = config.address;
    let leptos = leptos_options(&config)?;
    let assets = Assets::load(&leptos)?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let store = Store::connect(&config.database_url).await.context("cannot open the database (DATABASE_URL)")?;
    store.migrate().await.context("cannot migrate the database (DATABASE_URL)")?;
    compare_clocks(&store, &Clock::system()).await?;
    let public_url = config.origin();
    let state = AppState::new(config, store, Clock::system(), assets, leptos)?;

    if let Some(folder) = state.courier.folder() {
        folder.prepare()?;
    }

    stop_at_signal(state.stopping.clone())?;
    let (courier, stopping) = (Arc::clone(&state.courier), state.stopping.clone());
    state.tasks.spawn(async move { courier.run(stopping).await });
    state.tasks.spawn(prune::run(state.services.upkeep.clone(), state.stopping.clone()));
    let ready = format!("Latchkey {} is ready: {public_url} (listening on {address})\n", env!("CARGO_PKG_VERSION"));
    // Nobody to read it is no reason not to serve.
    let _ = std::io::stdout().write_all(ready.as_bytes());
    http::listen::serve(listener, router(state.clone()), state.stopping.clone()).await;

    state.tasks.close();
    state.tasks.wait().await;
    state.store.close().await.context("the database was not closed in order")?;
    tracing::info!("stopped");
    Ok(())
}

fn leptos_options(config: &Config) -> anyhow::Result<LeptosOptions> {
    let file = std::path::Path::new(LEPTOS_FILE).exists().then_some(LEPTOS_FILE);
    let mut options = get_configuration(file).with_context(|| format!("cannot read {LEPTOS_FILE}"))?.leptos_options;
    options.site_addr = config.address;
    Ok(options)
}

fn stop_at_signal(stopping: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new connections, finishing what is in flight");
        stopping.cancel();
    });
    Ok(())
}

async fn compare_clocks(store: &Store, clock: &Clock) -> anyhow::Result<()> {
    let apart = store.clock_seconds().await.context("cannot ask the database for the time")?.abs_diff(clock.now());
    if apart > CLOCK_REFUSE_SECONDS {
        bail!("this machine's clock and the database's are {apart} s apart; set them right");
    }
    if apart > CLOCK_WARN_SECONDS {
        tracing::warn!(apart_seconds = apart, "this machine's clock and the database's differ");
    }
    Ok(())
}
