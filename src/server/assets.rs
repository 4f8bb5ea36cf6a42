//! Static files: the output of the build, and the files of `public/`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use latchkey_types::paths;
use leptos::config::LeptosOptions;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::ServerState;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// URLs of the files that a document loads.
#[derive(Clone, Debug)]
pub struct AssetNames {
    /// The script that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The stylesheet.
    pub css: String,
}

impl AssetNames {
    /// Names without hashes, as in development builds.
    #[must_use]
    pub fn plain(options: &LeptosOptions) -> Self {
        Self::new(options, &HashMap::new())
    }

    /// Reads the file names of the build and checks that the files exist.
    ///
    /// # Errors
    /// If a file is missing: without it, pages would never hydrate.
    pub fn load(options: &LeptosOptions) -> anyhow::Result<Self> {
        let mut hashes = HashMap::new();
        if options.hash_files {
            let file = std::env::current_exe()?.with_file_name(options.hash_file.as_ref());
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            for (kind, hash) in text.lines().filter_map(|line| line.split_once(':')) {
                hashes.insert(kind.trim().to_owned(), format!(".{}", hash.trim()));
            }
        }
        let names = Self::new(options, &hashes);
        let root = Path::new(options.site_root.as_ref());
        for name in [&names.js, &names.wasm, &names.css] {
            if !root.join(name.trim_start_matches('/')).is_file() {
                anyhow::bail!("{name} is missing in {}", root.display());
            }
        }
        Ok(names)
    }

    fn new(options: &LeptosOptions, hashes: &HashMap<String, String>) -> Self {
        let name = |end: &str| {
            let hash = hashes.get(end).map_or("", String::as_str);
            format!("/{}/{}{hash}.{end}", options.site_pkg_dir, options.output_name)
        };
        Self { js: name("js"), wasm: name("wasm"), css: name("css") }
    }
}

/// Serves the output of the build under [`paths::ASSETS`]. Files with a hash in their name can be cached forever.
pub fn built_files(state: &ServerState) -> Router<ServerState> {
    let hashed = state.leptos.hash_files;
    let cache_control = move |response: &Response<_>| {
        let is_file = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
        is_file.then_some(if hashed { IMMUTABLE } else { NO_CACHE })
    };
    let folder = Path::new(state.leptos.site_root.as_ref()).join(state.leptos.site_pkg_dir.as_ref());
    let files = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, cache_control))
        .service(serve(&folder));
    Router::new().nest_service(paths::ASSETS, files)
}

/// Serves the files of `public/`, and `not_found` for all other paths. Hidden files are not served.
pub fn public_files(state: &ServerState, not_found: Router) -> Router {
    let root = Path::new(state.leptos.site_root.as_ref());
    let files = serve(root).call_fallback_on_method_not_allowed(true).fallback(not_found.clone());
    Router::new().fallback(async move |request: Request| {
        if is_hidden(request.uri().path()) {
            not_found.oneshot(request).await.into_response()
        } else {
            files.oneshot(request).await.into_response()
        }
    })
}

fn is_hidden(path: &str) -> bool {
    path.to_ascii_lowercase().replace("%2e", ".").contains("/.")
}

fn serve(folder: &Path) -> ServeDir {
    ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .redirect_to_trailing_slash(false)
        .precompressed_br()
        .precompressed_gzip()
}
