//! Routes in the browser that check access.

use std::borrow::Cow;
use std::sync::Arc;

use latchkey_types::Access;
use latchkey_types::routes::{Page, matches, parameter};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::{ChooseView, GeneratedRouteData, MatchInterface, MatchNestedRoutes, MatchParams, RouteMatchId};

use super::components::browser;
use super::page_content::{PageContent, report_wasm};
use crate::page_context::use_page_context;

/// A page with its route and its access rule.
#[derive(Clone)]
pub struct GuardedPage {
    id: RouteMatchId,
    pattern: &'static str,
    access: Option<Access>,
    content: PageContent,
}

/// Creates the route of the page at `pattern`, with the access rule from `table`. The content is a component, or
/// [`lazy_page!`](crate::lazy_page) for one that is loaded when the page is opened, or
/// [`document_page!`](crate::document_page) for one without WASM.
///
/// The server checks access before rendering. In the browser the user may be out of date, after a login or logout in
/// another tab. So a page without access is requested from the server, which redirects.
pub fn guarded_page(table: &'static [Page], pattern: &'static str, content: impl Into<PageContent>) -> GuardedPage {
    let access = table.iter().find(|row| row.pattern == pattern).map(|row| row.access);
    let content = content.into();
    report_wasm(pattern, &content);
    GuardedPage { id: RouteMatchId::new_from_route_id(), pattern, access, content }
}

impl ChooseView for GuardedPage {
    async fn choose(self) -> AnyView {
        let user = use_page_context().user;
        if !self.access.is_some_and(|access| access.allows(user.as_ref().map(|user| &user.roles))) {
            return load_document();
        }
        match self.content {
            PageContent::Main(page) => page(),
            PageContent::Document(page) => page(),
            // The part is missing after a deployment of another version, or there is no connection.
            PageContent::Lazy(page) => (page.render)().await.unwrap_or_else(|_| load_document()),
        }
    }

    async fn preload(&self) {}
}

/// Requests the page from the server, for example one that the router does not know.
#[must_use]
pub fn load_document() -> AnyView {
    let location = use_location();
    Effect::new(move |_| {
        let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
        browser::load(&if query.is_empty() { path } else { format!("{path}?{query}") });
    });
    ().into_any()
}

/// The pages of the application, as routes. Patterns are read as by the server.
#[derive(Clone)]
pub struct PageRoutes(Arc<[GuardedPage]>);

impl PageRoutes {
    /// Joins the pages of several modules.
    #[must_use]
    pub fn new(pages: impl IntoIterator<Item = GuardedPage>) -> Self {
        Self(pages.into_iter().collect())
    }

    /// Loads the part of the WASM that the page at `path` needs. Afterwards, the page can be hydrated at once. If this
    /// fails, the page stays plain HTML.
    pub async fn load_part(&self, path: &str) {
        if let Some(PageContent::Lazy(page)) = self.find(path).map(|page| &page.content)
            && (page.load)().await.is_err()
        {
            browser::give_up("the part of the WASM for this page can't be loaded");
        }
    }

    fn find(&self, path: &str) -> Option<&GuardedPage> {
        self.0.iter().find(|page| matches(page.pattern, path))
    }
}

impl MatchNestedRoutes for PageRoutes {
    type Data = ();
    type Match = PageMatch;

    fn match_nested<'a>(&'a self, path: &'a str) -> (Option<(RouteMatchId, PageMatch)>, &'a str) {
        match self.find(path) {
            Some(page) => (Some((page.id, PageMatch { page: page.clone(), path: path.to_owned() })), ""),
            None => (None, path),
        }
    }

    #[cfg(feature = "ssr")]
    fn generate_routes(&self) -> impl IntoIterator<Item = GeneratedRouteData> + '_ {
        self.0.iter().map(|page| GeneratedRouteData {
            segments: segments(page.pattern),
            methods: [leptos_router::Method::Get].into(),
            ..GeneratedRouteData::default()
        })
    }

    #[cfg(not(feature = "ssr"))]
    fn generate_routes(&self) -> impl IntoIterator<Item = GeneratedRouteData> + '_ {
        None
    }

    fn optional(&self) -> bool {
        false
    }
}

#[cfg(feature = "ssr")]
fn segments(pattern: &'static str) -> Vec<leptos_router::PathSegment> {
    use leptos_router::PathSegment;

    let segments = pattern.trim_start_matches('/').split('/').map(|segment| match parameter(segment) {
        Some(name) => PathSegment::Param(name.into()),
        None => PathSegment::Static(segment.into()),
    });
    if pattern == "/" { vec![PathSegment::Static("/".into())] } else { segments.collect() }
}

/// A page, and the path that it matches.
pub struct PageMatch {
    page: GuardedPage,
    path: String,
}

impl MatchInterface for PageMatch {
    type Child = ();

    fn as_id(&self) -> RouteMatchId {
        self.page.id
    }

    fn as_matched(&self) -> &str {
        &self.path
    }

    fn into_view_and_child(self) -> (impl ChooseView, Option<()>) {
        (self.page, None)
    }
}

impl MatchParams for PageMatch {
    fn to_params(&self) -> Vec<(Cow<'static, str>, String)> {
        let segments = self.page.pattern.split('/').zip(self.path.split('/'));
        segments.filter_map(|(segment, value)| Some((parameter(segment)?.into(), value.to_owned()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_page_with_its_parameters() {
        const PAGES: &[Page] = &[];
        let patterns = ["/", "/notes", "/notes/{id}", "/account/confirm"];
        let routes = PageRoutes::new(patterns.map(|pattern| guarded_page(PAGES, pattern, || ())));
        let found = |path: &str| routes.match_nested(path).0.map(|(_, found)| (found.page.pattern, found.to_params()));
        assert_eq!(found("/"), Some(("/", Vec::new())));
        assert_eq!(found("/notes"), Some(("/notes", Vec::new())));
        assert_eq!(found("/notes/7"), Some(("/notes/{id}", vec![("id".into(), "7".to_owned())])));
        for path in ["/notes/", "/notes/7/x", "/account", "/notesx"] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
