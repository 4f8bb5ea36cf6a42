//! Routes in the browser that check access.

use latchkey_types::Access;
use latchkey_types::routes::{Page, parameter};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::hooks::use_location;
use leptos_router::{NestedRoute, PartialPathMatch, PathSegment, PossibleRouteMatch};

use super::components::browser;
use crate::page_context::use_page_context;

/// Creates the route of the page at `pattern`, with the access rule from `table`.
///
/// The server checks access before rendering. In the browser the user may be out of date, after a login or logout in
/// another tab. So a page without access is requested from the server, which redirects.
pub fn guarded_page<V>(table: &'static [Page], pattern: &'static str, page: fn() -> V) -> AnyNestedRoute
where
    V: IntoView + 'static,
{
    let access = table.iter().find(|row| row.pattern == pattern).map(|row| row.access);
    let view = move || {
        if is_allowed(access) {
            return Either::Left(page());
        }
        let location = use_location();
        Effect::new(move |_| {
            let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
            browser::load(&if query.is_empty() { path } else { format!("{path}?{query}") });
        });
        Either::Right(())
    };
    NestedRoute::new(Pattern(pattern), view).into_any_nested_route()
}

fn is_allowed(access: Option<Access>) -> bool {
    let user = use_page_context().user;
    access.is_some_and(|access| access.allows(user.as_ref().map(|user| &user.roles)))
}

/// A path pattern as in the guard tables, such as `/notes/{id}`.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(pub &'static str);

impl Pattern {
    fn segments(self) -> impl Iterator<Item = &'static str> {
        self.0.trim_start_matches('/').split('/')
    }
}

impl PossibleRouteMatch for Pattern {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        if self.0 == "/" {
            return matches!(path, "" | "/").then(|| PartialPathMatch::new("", Vec::new(), path));
        }
        let (mut rest, mut parameters) = (path, Vec::new());
        for wanted in self.segments() {
            let segment = rest.strip_prefix('/')?;
            let (found, after) = segment.split_at(segment.find('/').unwrap_or(segment.len()));
            match parameter(wanted) {
                Some(name) if !found.is_empty() => parameters.push((name.into(), found.to_owned())),
                None if found == wanted => {}
                _ => return None,
            }
            rest = after;
        }
        Some(PartialPathMatch::new(rest, parameters, path.strip_suffix(rest).unwrap_or(path)))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        if self.0 == "/" {
            return path.push(PathSegment::Static("/".into()));
        }
        path.extend(self.segments().map(|segment| match parameter(segment) {
            Some(name) => PathSegment::Param(name.into()),
            None => PathSegment::Static(segment.into()),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_router_in_the_browser_reads_patterns_as_the_server_does() {
        let patterns = ["/", "/notes", "/notes/{id}", "/account/confirm"];
        for path in ["/", "/notes", "/notes/", "/notes/7", "/notes/7/x", "/account/confirm", "/account", "/notesx", ""]
        {
            for pattern in patterns {
                let in_browser = Pattern(pattern).test(path).is_some_and(|found| found.remaining().is_empty());
                let on_server = latchkey_types::routes::matches(pattern, path);
                assert!(in_browser == on_server || path.is_empty(), "{pattern} {path}");
            }
        }
    }
}
