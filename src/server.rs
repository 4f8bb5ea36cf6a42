//! The server: router, documents, form posts and command line. Not compiled for the browser.
//!
//! Use cases, middleware and the JSON API are in the crates `latchkey-core` and `latchkey-axum`.

use anyhow::Context;
use latchkey_axum::core::config::Config;
use leptos::config::{LeptosOptions, get_configuration};

pub mod assets;
pub mod command;
pub mod context;
pub mod dev_mail;
pub mod document;
pub mod error_page;
mod executor;
pub mod footer;
pub mod form_posts;
pub mod guard;
pub mod page_context;
mod router;
mod state;

pub use command::run;
pub use router::router;
pub use state::ServerState;

use assets::AssetNames;

/// Settings of Leptos for a deployed server.
const LEPTOS_FILE: &str = "Leptos.toml";

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When it can't start; the message is one line.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let leptos = leptos_options(&config)?;
    let assets = AssetNames::load(&leptos)?;
    latchkey_axum::run(config, crate::site::extend(), |app| router(ServerState::new(app.clone(), leptos, assets))).await
}

fn leptos_options(config: &Config) -> anyhow::Result<LeptosOptions> {
    let file = std::path::Path::new(LEPTOS_FILE).exists().then_some(LEPTOS_FILE);
    let mut options = get_configuration(file).with_context(|| format!("cannot read {LEPTOS_FILE}"))?.leptos_options;
    options.site_addr = config.address;
    if let Some(site) = site_of_release() {
        options.site_root = site.into();
    }
    Ok(options)
}

/// The folder `site` beside the executable, as in the archive of a release, unless `LEPTOS_SITE_ROOT` names another one.
fn site_of_release() -> Option<String> {
    if std::env::var_os("LEPTOS_SITE_ROOT").is_some() {
        return None;
    }
    let site = std::env::current_exe().ok()?.with_file_name("site");
    site.is_dir().then(|| site.to_string_lossy().into_owned())
}
