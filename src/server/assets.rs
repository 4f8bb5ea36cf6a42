//! Static files: the output of the build, and the files of `public/`.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use latchkey_types::paths;
use leptos::config::LeptosOptions;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::ServerState;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Maximum length of the path of a file in bytes. File names have at most 255, including `.br` or `.gz`.
const PATH_MAX: usize = 250;
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// URLs of the files that a document loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetNames {
    /// The script that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The stylesheet.
    pub css: String,
    /// Whether the names carry a hash of the content.
    is_hashed: bool,
}

impl AssetNames {
    /// Names without hashes, as in development builds.
    #[must_use]
    pub fn plain(options: &LeptosOptions) -> Self {
        Self::new(options, None)
    }

    /// Finds the file names of the build: with hashes if the hash file next to the executable names existing files
    /// (release builds), otherwise without (`cargo leptos watch`). Hashes of an earlier build are ignored.
    ///
    /// # Errors
    /// If neither files exist: without them, pages would never hydrate.
    pub fn load(options: &LeptosOptions) -> anyhow::Result<Self> {
        Self::find(options, &std::env::current_exe()?.with_file_name(options.hash_file.as_ref()))
    }

    fn find(options: &LeptosOptions, hash_file: &Path) -> anyhow::Result<Self> {
        let site = Path::new(options.site_root.as_ref());
        let hashed = match fs::read_to_string(hash_file) {
            Ok(hashes) => Some(Self::new(options, Some(&hashes))),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", hash_file.display())),
        };
        let candidates = [hashed, Some(Self::plain(options))];
        let mut candidates = candidates.into_iter().flatten().map(|names| (names.missing_file(site), names)).peekable();
        let missing = candidates.peek().and_then(|(missing, _)| missing.clone()).unwrap_or_default();
        let found = candidates.find(|(missing, _)| missing.is_none()).map(|(_, names)| names);
        found.with_context(|| format!("{missing} is missing in {}", site.display()))
    }

    fn new(options: &LeptosOptions, hashes: Option<&str>) -> Self {
        let hashes = hashes.unwrap_or_default().lines().filter_map(|line| line.split_once(':'));
        let hashes: HashMap<&str, &str> = hashes.map(|(kind, hash)| (kind.trim(), hash.trim())).collect();
        let name = |end: &str| {
            let hash = hashes.get(end).map(|hash| format!(".{hash}")).unwrap_or_default();
            format!("/{}/{}{hash}.{end}", options.site_pkg_dir, options.output_name)
        };
        Self { js: name("js"), wasm: name("wasm"), css: name("css"), is_hashed: !hashes.is_empty() }
    }

    fn all(&self) -> [&String; 3] {
        [&self.js, &self.wasm, &self.css]
    }

    fn missing_file(&self, site: &Path) -> Option<String> {
        self.all().into_iter().find(|name| !site.join(name.trim_start_matches('/')).is_file()).cloned()
    }

    /// Content under a hashed name never changes.
    fn cache_control(&self, path: &str) -> HeaderValue {
        if self.is_hashed && self.all().into_iter().any(|name| name == path) { IMMUTABLE } else { NO_CACHE }
    }
}

/// Serves the output of the build under [`paths::ASSETS`]. Files with a hash in their name can be cached forever.
pub fn built_files(state: &ServerState) -> Router<ServerState> {
    let folder = Path::new(state.leptos.site_root.as_ref()).join(state.leptos.site_pkg_dir.as_ref());
    Router::new().nest_service(paths::ASSETS, serve(&folder)).layer(from_fn_with_state(state.clone(), built_file))
}

async fn built_file(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    if !can_be_file(request.uri().path()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let cache_control = state.assets.cache_control(request.uri().path());
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, cache_control);
    }
    response
}

/// Serves the files of `public/`, and `not_found` for all other paths. Hidden files are not served.
pub fn public_files(state: &ServerState, not_found: Router) -> Router {
    let root = Path::new(state.leptos.site_root.as_ref());
    let files = serve(root).call_fallback_on_method_not_allowed(true).fallback(not_found.clone());
    Router::new().fallback(async move |request: Request| {
        if !can_be_file(request.uri().path()) {
            not_found.oneshot(request).await.into_response()
        } else {
            files.oneshot(request).await.into_response()
        }
    })
}

/// False for hidden files, and for paths that file systems refuse with an error other than "not found".
fn can_be_file(path: &str) -> bool {
    path.len() <= PATH_MAX && !path.to_ascii_lowercase().replace("%2e", ".").contains("/.")
}

fn serve(folder: &Path) -> ServeDir {
    ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .redirect_to_trailing_slash(false)
        .precompressed_br()
        .precompressed_gzip()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const PLAIN: [&str; 3] = ["latchkey.js", "latchkey.wasm", "latchkey.css"];
    const HASHED: [&str; 3] = ["latchkey.aa.js", "latchkey.bb.wasm", "latchkey.cc.css"];
    const HASHES: &str = "js: aa\nwasm: bb\ncss: cc\n";

    /// The names, or the error, for a site of such files with such a file of hashes next to the executable.
    fn find(files: &[&str], hashes: Option<&str>) -> Result<AssetNames, String> {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("pkg")).unwrap();
        for file in files {
            fs::write(folder.path().join("pkg").join(file), "").unwrap();
        }
        let hash_file = folder.path().join("hash.txt");
        if let Some(hashes) = hashes {
            fs::write(&hash_file, hashes).unwrap();
        }
        let options =
            LeptosOptions::builder().output_name("latchkey").site_root(folder.path().to_str().unwrap()).build();
        AssetNames::find(&options, &hash_file).map_err(|error| error.to_string())
    }

    #[test]
    fn names_have_hashes_where_the_build_left_such_files() {
        let names = find(&HASHED, Some(HASHES)).unwrap();
        assert_eq!(
            [&names.js, &names.wasm, &names.css],
            ["/pkg/latchkey.aa.js", "/pkg/latchkey.bb.wasm", "/pkg/latchkey.cc.css"]
        );
        let both = [HASHED, PLAIN].concat();
        assert_eq!(find(&both, Some(HASHES)).unwrap(), names);
    }

    #[test]
    fn names_are_plain_without_hashes_or_with_those_of_an_earlier_build() {
        let names = find(&PLAIN, None).unwrap();
        assert_eq!(
            [&names.js, &names.wasm, &names.css],
            ["/pkg/latchkey.js", "/pkg/latchkey.wasm", "/pkg/latchkey.css"]
        );
        assert_eq!(find(&PLAIN, Some(HASHES)).unwrap(), names);
    }

    #[test]
    fn a_file_that_is_missing_is_an_error_that_names_it() {
        assert!(find(&PLAIN[..2], None).unwrap_err().starts_with("/pkg/latchkey.css is missing in "));
        assert!(find(&HASHED[1..], Some(HASHES)).unwrap_err().starts_with("/pkg/latchkey.aa.js is missing in "));
        assert!(find(&[], Some("")).unwrap_err().starts_with("/pkg/latchkey.js is missing in "));
    }

    #[test]
    fn only_hashed_names_are_cached_for_good() {
        let hashed = find(&HASHED, Some(HASHES)).unwrap();
        assert_eq!(hashed.cache_control("/pkg/latchkey.bb.wasm"), IMMUTABLE);
        assert_eq!(hashed.cache_control("/pkg/latchkey.wasm"), NO_CACHE);
        assert_eq!(hashed.cache_control("/pkg/snippets/x.js"), NO_CACHE);
        let plain = find(&PLAIN, None).unwrap();
        assert_eq!(plain.cache_control("/pkg/latchkey.wasm"), NO_CACHE);
    }
}
