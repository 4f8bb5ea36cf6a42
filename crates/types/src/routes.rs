//! The rows of the guard tables: pages and server functions, and who may use them.
//!
//! Deny by default: a page or a server function that is in no table is not served.

use crate::{Access, paths};

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its path; `{name}` stands for one segment, as in axum: `/notes/{id}`.
    pub pattern: &'static str,
    /// Who may see it.
    pub access: Access,
    /// Whether it is there only while anybody may register.
    pub needs_open_registration: bool,
}

impl Page {
    /// A row of the table.
    #[must_use]
    pub const fn new(pattern: &'static str, access: Access) -> Self {
        Self { pattern, access, needs_open_registration: false }
    }

    /// Takes the page away where registration is closed.
    #[must_use]
    pub const fn needs_open_registration(self) -> Self {
        Self { needs_open_registration: true, ..self }
    }
}

/// A server function.
#[derive(Clone, Copy, Debug)]
pub struct ServerFunction {
    /// The last segment of its path: `login` for `/fn/login`.
    pub name: &'static str,
    /// The pattern of the page that has its form; `None` for a form on many pages, which sends its own path as `next`.
    pub page: Option<&'static str>,
    /// Who may call it, posted or while a page renders.
    pub access: Access,
    /// The fields that a rejected form shows again. A list of what may, so that a new secret field is never among them.
    pub refill: &'static [&'static str],
    /// The fields that belong into the query of the form's page, such as the token of an email link.
    pub query: &'static [&'static str],
    /// Largest body, in bytes.
    pub body_max: usize,
}

impl ServerFunction {
    /// Largest body where nothing else is said, in bytes.
    pub const BODY_MAX: usize = 8 * 1024;

    /// The row of a function whose form is on `page`.
    #[must_use]
    pub const fn new(name: &'static str, page: &'static str, access: Access) -> Self {
        Self { page: Some(page), ..Self::on_any_page(name, access) }
    }

    /// The row of a function whose form is on many pages.
    #[must_use]
    pub const fn on_any_page(name: &'static str, access: Access) -> Self {
        Self { name, page: None, access, refill: &[], query: &[], body_max: Self::BODY_MAX }
    }

    /// Shows these fields again when the form is rejected.
    #[must_use]
    pub const fn refill(self, refill: &'static [&'static str]) -> Self {
        Self { refill, ..self }
    }

    /// Keeps these fields in the query of the form's page.
    #[must_use]
    pub const fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    /// Accepts a body of so many bytes.
    #[must_use]
    pub const fn body_max(self, body_max: usize) -> Self {
        Self { body_max, ..self }
    }

    /// The path of the page that has the form which sent these fields, with its query. In this order: the field `next`, if
    /// it is such a page; the pattern, its parameters filled from the fields of the same names; `fallback`.
    #[must_use]
    pub fn form_url<'a>(&self, field: impl Fn(&str) -> Option<&'a str>, fallback: &str) -> String {
        let next = field("next").and_then(paths::safe_return_to);
        let Some(pattern) = self.page else { return next.unwrap_or(fallback).to_owned() };
        if let Some(next) = next.filter(|next| matches(pattern, path_of(next))) {
            return next.to_owned();
        }
        let Some(path) = fill(pattern, &field) else { return fallback.to_owned() };
        // Whatever else a field holds does not get into a URL.
        let is_word = |value: &&str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let query =
            self.query.iter().filter_map(|name| Some((*name, field(name).filter(is_word)?))).collect::<Vec<_>>();
        let url = paths::with_query(&path, &query);
        if paths::safe_return_to(&url).is_some() { url } else { fallback.to_owned() }
    }
}

/// A path without query and fragment.
#[must_use]
pub fn path_of(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a path is one of a pattern.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found || (parameter(wanted).is_some() && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The pattern with its parameters filled in; `None` if one is missing.
fn fill<'a>(pattern: &str, field: &impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let segments = pattern.split('/').map(|segment| match parameter(segment) {
        Some(name) => field(name).filter(|value| !value.is_empty()).map(paths::encode_segment),
        None => Some(segment.to_owned()),
    });
    Some(segments.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The name of a parameter: `id` of `{id}`.
#[must_use]
pub fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_stands_for_one_segment_that_is_not_empty() {
        assert!(matches("/notes/{id}", "/notes/7") && matches("/", "/") && matches("/a/{b}/c", "/a/x/c"));
        for path in ["/notes", "/notes/", "/notes/7/edit", "/note/7", "notes/7"] {
            assert!(!matches("/notes/{id}", path), "{path}");
        }
    }

    #[test]
    fn the_page_of_a_form_is_found_from_its_fields() {
        let edit = ServerFunction::new("edit_note", "/notes/{id}", Access::LoggedIn);
        let url = |fields: &[(&str, &'static str)]| {
            edit.form_url(|name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value), "/home")
        };
        assert_eq!(url(&[("id", "7")]), "/notes/7");
        assert_eq!(url(&[("id", "7"), ("next", "/notes/8?page=2")]), "/notes/8?page=2");
        assert_eq!(url(&[("id", "a/../b")]), "/notes/a%2F..%2Fb");
        assert_eq!(url(&[("id", "7"), ("next", "//evil.example")]), "/notes/7");
        assert_eq!(url(&[]), "/home");
        let linked = ServerFunction::new("finalize", "/finalize", Access::Everyone).query(&["token"]);
        assert_eq!(
            linked.form_url(|name| (name == "token").then_some("lk_reg_x-1"), "/"),
            "/finalize?token=lk_reg_x-1"
        );
        assert_eq!(linked.form_url(|name| (name == "token").then_some("a&b"), "/"), "/finalize");
    }
}
