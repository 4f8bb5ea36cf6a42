//! Static files: the output of the build, and the files of `public/`.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

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
    /// The WASM; its main part, if it is split.
    pub wasm: String,
    /// The stylesheet.
    pub css: String,
    /// The folder of scripts and WASM.
    folder: String,
    /// The other parts of the WASM.
    parts: Option<Parts>,
    /// Whether the names carry a hash of the content.
    is_hashed: bool,
}

/// The parts of a split WASM.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    /// The script that loads parts.
    loader: String,
    /// The file that lists the files of each part.
    manifest: String,
    /// The files of each part.
    files: HashMap<String, Vec<String>>,
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
        found.with_context(|| format!("{missing} is missing in {}", site.display()))?.with_files_of_parts(site)
    }

    fn new(options: &LeptosOptions, hashes: Option<&str>) -> Self {
        let hashes = hashes.unwrap_or_default().lines().filter_map(|line| line.split_once(':'));
        let hashes: HashMap<&str, &str> = hashes.map(|(kind, hash)| (kind.trim(), hash.trim())).collect();
        let root = format!("/{}/", options.site_pkg_dir);
        let split = hashes.get("split").zip(hashes.get("manifest"));
        let folder = split.map_or_else(|| root.clone(), |(split, _)| format!("{root}{split}/"));
        let name = |folder: &str, end: &str| {
            let hash = hashes.get(end).map(|hash| format!(".{hash}")).unwrap_or_default();
            format!("{folder}{}{hash}.{end}", options.output_name)
        };
        let parts = split.map(|(split, manifest)| Parts {
            loader: format!("{folder}__wasm_split.{split}.js"),
            manifest: format!("{folder}__wasm_split_manifest.{manifest}.json"),
            files: HashMap::new(),
        });
        Self {
            js: name(&folder, "js"),
            wasm: name(&folder, "wasm"),
            css: name(&root, "css"),
            is_hashed: !hashes.is_empty(),
            folder,
            parts,
        }
    }

    fn with_files_of_parts(mut self, site: &Path) -> anyhow::Result<Self> {
        if let Some(mut parts) = self.parts.take() {
            let path = site.join(self.file(&parts.manifest));
            let manifest = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            parts.files =
                serde_json::from_slice(&manifest).with_context(|| format!("cannot read {}", path.display()))?;
            self.parts = Some(parts);
        }
        Ok(self)
    }

    /// The script that loads parts, unless the WASM has one part.
    pub fn loader(&self) -> Option<&str> {
        self.parts.as_ref().map(|parts| parts.loader.as_str())
    }

    /// The WASM files of a part.
    pub fn files_of_part(&self, part: &str) -> impl Iterator<Item = String> {
        let files = self.parts.iter().filter_map(|parts| parts.files.get(part)).flatten();
        files.map(|file| format!("{}{file}.wasm", self.folder))
    }

    /// The path of a file in the site folder.
    fn file(&self, name: &str) -> PathBuf {
        let folder = Path::new(paths::ASSETS.trim_start_matches('/'));
        name.strip_prefix(&self.folder).map_or_else(|| name.trim_start_matches('/').into(), |name| folder.join(name))
    }

    fn missing_file(&self, site: &Path) -> Option<String> {
        let parts = self.parts.iter().flat_map(|parts| [&parts.loader, &parts.manifest]);
        let mut names = [&self.js, &self.wasm, &self.css].into_iter().chain(parts);
        names.find(|name| !site.join(self.file(name)).is_file()).cloned()
    }

    /// The folder of a split WASM in URLs. In the file system, its files are in [`paths::ASSETS`].
    ///
    /// The files refer to each other, and cargo-leptos inserts these references after it has computed the hashes. So a
    /// name can stay the same although the content changes. The hash of the loader covers all names, so content under
    /// this folder never changes.
    fn folder_of_parts(&self) -> Option<&str> {
        self.parts.as_ref().map(|_| self.folder.trim_end_matches('/'))
    }

    /// Content under a hashed name never changes.
    fn cache_control(&self, path: &str) -> HeaderValue {
        let is_part = self.folder_of_parts().is_some_and(|folder| path.starts_with(folder));
        let is_file = [&self.js, &self.wasm, &self.css].into_iter().any(|name| name == path);
        if self.is_hashed && (is_part || is_file) { IMMUTABLE } else { NO_CACHE }
    }
}

/// Serves the output of the build under [`paths::ASSETS`]. Files with a hash in their name can be cached forever.
pub fn built_files(state: &ServerState) -> Router<ServerState> {
    let folder = Path::new(state.leptos.site_root.as_ref()).join(state.leptos.site_pkg_dir.as_ref());
    let mut files = Router::new().nest_service(paths::ASSETS, serve(&folder));
    if let Some(url) = state.assets.folder_of_parts() {
        files = files.nest_service(url, serve(&folder));
    }
    files.layer(from_fn_with_state(state.clone(), built_file))
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
    const SPLIT: [&str; 2] = ["__wasm_split.ee.js", "__wasm_split_manifest.dd.json"];
    const SPLIT_HASHES: &str = "js: aa\nwasm: bb\ncss: cc\nmanifest: dd\nsplit: ee\n";
    const MANIFEST: &str = r#"{"admin":["chunk_1.ff","split_admin.gg"]}"#;

    /// The names, or the error, for a site of such files with such a file of hashes next to the executable.
    fn find(files: &[&str], hashes: Option<&str>) -> Result<AssetNames, String> {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("pkg")).unwrap();
        for file in files {
            let content = if file.ends_with(".json") { MANIFEST } else { "" };
            fs::write(folder.path().join("pkg").join(file), content).unwrap();
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

    #[test]
    fn the_files_of_a_split_build_are_in_a_folder_of_that_build() {
        let names = find(&[&HASHED[..], &SPLIT].concat(), Some(SPLIT_HASHES)).unwrap();
        assert_eq!(
            [&names.js, &names.wasm, &names.css],
            ["/pkg/ee/latchkey.aa.js", "/pkg/ee/latchkey.bb.wasm", "/pkg/latchkey.cc.css"]
        );
        assert_eq!(names.loader(), Some("/pkg/ee/__wasm_split.ee.js"));
        let files = names.files_of_part("admin").collect::<Vec<_>>();
        assert_eq!(files, ["/pkg/ee/chunk_1.ff.wasm", "/pkg/ee/split_admin.gg.wasm"]);
        assert_eq!(names.files_of_part("other").count(), 0);
        assert_eq!(names.cache_control(&files[0]), IMMUTABLE);
        assert_eq!(names.cache_control("/pkg/chunk_1.ff.wasm"), NO_CACHE);
        let error = find(&[&HASHED[..], &SPLIT[1..]].concat(), Some(SPLIT_HASHES)).unwrap_err();
        assert!(error.starts_with("/pkg/ee/__wasm_split.ee.js is missing in "));
    }
}
