//! The state of the server: that of the login, and that of Leptos.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use latchkey_axum::AppState;
use leptos::config::LeptosOptions;

use super::assets::AssetNames;

/// State of the server, shared by all requests. Cloning it copies one reference.
#[derive(Clone, Debug)]
pub struct ServerState(Arc<Parts>);

/// The fields of [`ServerState`].
#[derive(Debug)]
pub struct Parts {
    /// The state of the login.
    pub app: AppState,
    /// The settings of Leptos.
    pub leptos: LeptosOptions,
    /// The URLs of the files that a document loads.
    pub assets: AssetNames,
    /// Additional sources for the `connect-src` of pages.
    pub reload_sources: String,
}

impl Deref for ServerState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<ServerState> for AppState {
    fn from_ref(state: &ServerState) -> Self {
        state.app.clone()
    }
}

impl ServerState {
    /// Builds the state.
    #[must_use]
    pub fn new(app: AppState, leptos: LeptosOptions, assets: AssetNames) -> Self {
        // `cargo leptos watch` tells the page to reload over a WebSocket on another port.
        let is_watched = std::env::var_os("LEPTOS_WATCH").is_some();
        let port = leptos.reload_port;
        let reload_sources =
            if is_watched { format!(" ws://127.0.0.1:{port} ws://localhost:{port}") } else { String::new() };
        Self(Arc::new(Parts { app, leptos, assets, reload_sources }))
    }
}
