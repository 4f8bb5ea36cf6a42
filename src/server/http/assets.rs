//! Scripts, WASM, styles and pictures, served from memory with what the build precompressed.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use sha2::{Digest, Sha256};

use crate::app::AssetNames;
use crate::server::state::AppState;

const NAMED_BY_CONTENT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const MAY_CHANGE: HeaderValue = HeaderValue::from_static("no-cache");

/// Every file of the site, by path.
#[derive(Debug, Default)]
pub struct Assets {
    files: HashMap<String, File>,
    names: Option<AssetNames>,
}

#[derive(Debug)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    /// Of the content, without quotes.
    tag: String,
    mime: &'static str,
    is_named_by_content: bool,
}

impl Assets {
    /// Reads the site that the build left.
    ///
    /// # Errors
    /// When there is none: a server without it would show pages that never come alive.
    pub fn load(options: &LeptosOptions) -> anyhow::Result<Self> {
        let root = Path::new(options.site_root.as_ref());
        let mut files = HashMap::new();
        read_folder(root, root, &mut files).with_context(|| format!("cannot read the site in {}", root.display()))?;
        let names = names(options)?;
        for name in [&names.js, &names.wasm, &names.css] {
            let file = files.get_mut(name).with_context(|| format!("{name} is missing in {}", root.display()))?;
            file.is_named_by_content = options.hash_files;
        }
        Ok(Self { files, names: Some(names) })
    }

    /// What the page asks for.
    #[must_use]
    pub fn names(&self) -> AssetNames {
        self.names.clone().unwrap_or_else(|| AssetNames {
            js: "/pkg/latchkey.js".to_owned(),
            wasm: "/pkg/latchkey.wasm".to_owned(),
            css: "/pkg/latchkey.css".to_owned(),
        })
    }
}

/// Answers with a file of the site where there is one of that path.
pub async fn serve(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // `cargo leptos watch` changes the site under the running server.
    let fresh = std::env::var_os("LEPTOS_WATCH").and_then(|_| Assets::load(&state.leptos).ok()).map(Arc::new);
    let assets = fresh.unwrap_or_else(|| Arc::clone(&state.assets));
    match assets.files.get(request.uri().path()) {
        Some(file) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            answer(file, request.method(), request.headers())
        }
        Some(_) => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET,HEAD")]).into_response(),
        None => next.run(request).await,
    }
}

fn answer(file: &File, method: &Method, asked: &HeaderMap) -> Response {
    let (bytes, encoding) = match (&file.brotli, &file.gzip) {
        (Some(brotli), _) if accepts(asked, "br") => (brotli, Some("br")),
        (_, Some(gzip)) if accepts(asked, "gzip") => (gzip, Some("gzip")),
        _ => (&file.plain, None),
    };
    let tag = format!("\"{}{}\"", file.tag, encoding.unwrap_or_default());
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|tags| {
        tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag || known.trim() == "*")
    });
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(bytes.clone()).into_response() };
    let headers = response.headers_mut();
    if !is_known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.mime));
        headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, if file.is_named_by_content { NAMED_BY_CONTENT } else { MAY_CHANGE });
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn accepts(asked: &HeaderMap, coding: &str) -> bool {
    let listed = asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    listed.map(str::trim).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next() == Some(coding)
            && parts.all(|part| part.strip_prefix("q=").is_none_or(|q| !q.trim_matches(['0', '.']).is_empty()))
    })
}

fn read_folder(root: &Path, folder: &Path, files: &mut HashMap<String, File>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
            continue;
        }
        let is_precompressed = path.extension().is_some_and(|end| end == "br" || end == "gz");
        let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
        if is_precompressed || name.split('/').any(|part| part.starts_with('.')) {
            continue;
        }
        let beside = |end: &str| fs::read(format!("{}.{end}", path.display())).ok().map(Bytes::from);
        let plain = Bytes::from(fs::read(&path)?);
        let tag = Sha256::digest(&plain).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let mime = mime_guess::from_path(&path).first_raw().unwrap_or("application/octet-stream");
        let mime = if mime == "text/plain" { "text/plain; charset=utf-8" } else { mime };
        files.insert(
            format!("/{name}"),
            File { brotli: beside("br"), gzip: beside("gz"), plain, tag, mime, is_named_by_content: false },
        );
    }
    Ok(())
}

/// The names with the hashes that the build wrote beside the program.
fn names(options: &LeptosOptions) -> anyhow::Result<AssetNames> {
    let mut hashes = HashMap::new();
    if options.hash_files {
        let beside = std::env::current_exe()?.with_file_name(options.hash_file.as_ref());
        let text = fs::read_to_string(&beside).with_context(|| format!("cannot read {}", beside.display()))?;
        for (kind, hash) in text.lines().filter_map(|line| line.split_once(':')) {
            hashes.insert(kind.trim().to_owned(), format!(".{}", hash.trim()));
        }
    }
    let name = |end: &str| {
        format!("/{}/{}{}.{end}", options.site_pkg_dir, options.output_name, hashes.get(end).map_or("", String::as_str))
    };
    Ok(AssetNames { js: name("js"), wasm: name("wasm"), css: name("css") })
}
