//! The content of a page, in the main part of the WASM or in a part that is loaded when the page is opened.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// The content of a page: a component, a [`LazyPage`], or a document.
#[derive(Clone)]
pub enum PageContent {
    /// A component of the main part.
    Main(Arc<dyn Fn() -> AnyView + Send + Sync>),
    /// A component of another part.
    Lazy(LazyPage),
    /// A component that is rendered on the server only, see [`document_page!`](crate::document_page). In the browser, this
    /// function loads the document.
    Document(fn() -> AnyView),
}

/// A page in a part of its own, see [`lazy_page!`](crate::lazy_page).
#[derive(Clone, Copy, Debug)]
pub struct LazyPage {
    /// Name of the part.
    pub part: &'static str,
    /// Loads the part, unless it is loaded.
    pub load: fn() -> Loading<()>,
    /// Renders the page.
    pub render: fn() -> Loading<AnyView>,
}

impl PageContent {
    /// Loads the part of the WASM, unless it is loaded.
    ///
    /// # Errors
    /// The part is missing after a deployment of another version, or there is no connection.
    pub async fn load(&self) -> Result<(), SplitLoaderError> {
        match self {
            Self::Main(_) | Self::Document(_) => Ok(()),
            Self::Lazy(page) => (page.load)().await,
        }
    }

    /// Renders the content after [`Self::load`]; nothing if it is not loaded.
    #[must_use]
    pub fn render_loaded(&self) -> AnyView {
        match self {
            Self::Main(page) => page(),
            Self::Document(page) => page(),
            Self::Lazy(page) => {
                let mut context = Context::from_waker(Waker::noop());
                match (page.render)().as_mut().poll(&mut context) {
                    Poll::Ready(Ok(view)) => view,
                    _ => ().into_any(),
                }
            }
        }
    }
}

impl<F, V> From<F> for PageContent
where
    F: Fn() -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    fn from(page: F) -> Self {
        Self::Main(Arc::new(move || page().into_any()))
    }
}

impl From<LazyPage> for PageContent {
    fn from(page: LazyPage) -> Self {
        Self::Lazy(page)
    }
}

/// Puts a page, such as `lazy_page!(SecretPage)`, into a part of the WASM that is loaded when the page is opened. Pages
/// that share a part are written `lazy_page!(UsersPage in admin)`.
///
/// Needs the feature `split` and `cargo leptos build --split`. Without them, the WASM has one part.
#[cfg(any(feature = "split", feature = "ssr"))]
#[macro_export]
macro_rules! lazy_page {
    ($page:ident) => {
        $crate::lazy_page!($page in $page)
    };
    ($page:ident in $part:ident) => {{
        #[::leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, preload(load), fallible)]
        fn render() -> Result<::leptos::prelude::AnyView, ::leptos::wasm_split::SplitLoaderError> {
            Ok(::leptos::prelude::IntoAny::into_any($page()))
        }
        $crate::auth::LazyPage { part: stringify!($part), load: || Box::pin(load()), render: || Box::pin(render()) }
    }};
}

/// A page of the one part of a WASM that is not split.
#[cfg(not(any(feature = "split", feature = "ssr")))]
#[macro_export]
macro_rules! lazy_page {
    ($page:ident) => {
        $page
    };
    ($page:ident in $part:ident) => {
        $page
    };
}

/// A page that the browser shows as the server has rendered it, without WASM: `document_page!(UsersPage)`. For pages with
/// links and plain forms only.
#[cfg(feature = "ssr")]
#[macro_export]
macro_rules! document_page {
    ($page:ident) => {
        $crate::auth::PageContent::Document(|| ::leptos::prelude::IntoAny::into_any($page()))
    };
}

/// In the browser, a page without WASM is loaded from the server. Its component is not compiled.
#[cfg(not(feature = "ssr"))]
#[macro_export]
macro_rules! document_page {
    ($page:ident) => {
        $crate::auth::PageContent::Document($crate::auth::load_document)
    };
}

/// What of the WASM a page needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageWasm {
    /// The main part.
    #[default]
    Main,
    /// The main part and another one.
    Part(&'static str),
    /// Nothing.
    None,
}

/// Tells the server what of the WASM a page needs. Provided on the server only.
#[derive(Clone)]
pub struct PageWasmReport(Arc<Report>);

/// Is called with the pattern of a page.
type Report = dyn Fn(&str, PageWasm) + Send + Sync;

impl PageWasmReport {
    /// `report` is called with the pattern of each page.
    #[must_use]
    pub fn new(report: impl Fn(&str, PageWasm) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }
}

impl fmt::Debug for PageWasmReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageWasmReport")
    }
}

/// Reports what the page at `pattern` needs.
pub(super) fn report_wasm(pattern: &str, content: &PageContent) {
    let Some(PageWasmReport(report)) = use_context() else { return };
    match content {
        PageContent::Main(_) => {}
        PageContent::Lazy(page) => report(pattern, PageWasm::Part(page.part)),
        PageContent::Document(_) => report(pattern, PageWasm::None),
    }
}
