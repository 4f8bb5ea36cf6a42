//! Rows of the guard tables: pages and server functions, with their access rules.
//!
//! Deny by default: a page or a server function that is in no table is not served.

use crate::{Access, paths};

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The path pattern, as in axum: `/notes/{id}`.
    pub pattern: &'static str,
    /// The access rule.
    pub access: Access,
    /// The feature that must be on for the page to exist, if it depends on one.
    pub feature: Option<Feature>,
}

/// What the settings turn on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `REGISTRATION=open`.
    Registration,
    /// `LOGIN_BY_EMAIL=true`.
    LoginByEmail,
}

impl Page {
    /// A row of the page table.
    #[must_use]
    pub const fn new(pattern: &'static str, access: Access) -> Self {
        Self { pattern, access, feature: None }
    }

    /// Serves the page only while a feature is on.
    #[must_use]
    pub const fn needs(self, feature: Feature) -> Self {
        Self { feature: Some(feature), ..self }
    }
}

/// A server function.
#[derive(Clone, Copy, Debug)]
pub struct ServerFunction {
    /// The last segment of its path: `login` for `/fn/login`.
    pub name: &'static str,
    /// The pattern of the page with its form. `None` if the form is on several pages and sends its own path as `next`.
    pub page: Option<&'static str>,
    /// The access rule, for posts and for calls during rendering.
    pub access: Access,
    /// Fields that a rejected form shows again. An allowlist, so that a new secret field is never shown by default.
    pub refill: &'static [&'static str],
    /// Fields that belong to the query of the form's page, such as the token of an email link.
    pub query: &'static [&'static str],
    /// Maximum size of the request body, in bytes.
    pub body_max: usize,
    /// The function whose form on the same page shows the errors of this one.
    pub errors_at: Option<&'static str>,
}

impl ServerFunction {
    /// Default maximum size of the request body, in bytes.
    pub const BODY_MAX: usize = 8 * 1024;

    /// A row for a function whose form is on `page`.
    #[must_use]
    pub const fn new(name: &'static str, page: &'static str, access: Access) -> Self {
        Self { page: Some(page), ..Self::on_any_page(name, access) }
    }

    /// A row for a function whose form is on several pages.
    #[must_use]
    pub const fn on_any_page(name: &'static str, access: Access) -> Self {
        Self { name, page: None, access, refill: &[], query: &[], body_max: Self::BODY_MAX, errors_at: None }
    }

    /// Sets the fields that a rejected form shows again.
    #[must_use]
    pub const fn refill(self, refill: &'static [&'static str]) -> Self {
        Self { refill, ..self }
    }

    /// Sets the fields that belong to the query of the form's page.
    #[must_use]
    pub const fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    /// Lets another form of the page show its errors.
    #[must_use]
    pub const fn errors_at(self, form: &'static str) -> Self {
        Self { errors_at: Some(form), ..self }
    }

    /// Sets the maximum size of the request body, in bytes.
    #[must_use]
    pub const fn body_max(self, body_max: usize) -> Self {
        Self { body_max, ..self }
    }

    /// URL of the page with the form that sent these fields.
    ///
    /// It is, in this order: the field `next`, if it matches the pattern of the page or lies below it; the pattern, with its parameters
    /// filled from the fields of the same names; `fallback`.
    #[must_use]
    pub fn form_url<'a>(&self, field: impl Fn(&str) -> Option<&'a str>, fallback: &str) -> String {
        let next = field("next").and_then(paths::safe_return_to);
        let Some(pattern) = self.page else { return next.unwrap_or(fallback).to_owned() };
        if let Some(next) =
            next.filter(|next| matches(pattern, path_of(next)) || paths::is_under(path_of(next), pattern))
        {
            return next.to_owned();
        }
        let Some(path) = fill(pattern, &field) else { return fallback.to_owned() };
        // Fields with other characters are never put into a URL.
        let is_word = |value: &&str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let query =
            self.query.iter().filter_map(|name| Some((*name, field(name).filter(is_word)?))).collect::<Vec<_>>();
        let url = paths::with_query(&path, &query);
        if paths::safe_return_to(&url).is_some() { url } else { fallback.to_owned() }
    }
}

/// The path of a URL, without query and fragment.
#[must_use]
pub fn path_of(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a path matches a pattern.
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

/// Fills the parameters of a pattern; `None` if one is missing.
fn fill<'a>(pattern: &str, field: &impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let segments = pattern.split('/').map(|segment| match parameter(segment) {
        Some(name) => field(name).filter(|value| !value.is_empty()).map(paths::encode_segment),
        None => Some(segment.to_owned()),
    });
    Some(segments.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The parameter name in a segment: `id` for `{id}`.
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
        let end = ServerFunction::new("end_sessions", "/users", Access::LoggedIn);
        for (next, page) in
            [("/users/7", "/users/7"), ("/users?q=a", "/users?q=a"), ("/usersx", "/users"), ("/", "/users")]
        {
            assert_eq!(end.form_url(|name| (name == "next").then_some(next), "/home"), page);
        }
        let linked = ServerFunction::new("finalize", "/finalize", Access::Everyone).query(&["token"]);
        assert_eq!(
            linked.form_url(|name| (name == "token").then_some("lk_reg_x-1"), "/"),
            "/finalize?token=lk_reg_x-1"
        );
        assert_eq!(linked.form_url(|name| (name == "token").then_some("a&b"), "/"), "/finalize");
    }
}
