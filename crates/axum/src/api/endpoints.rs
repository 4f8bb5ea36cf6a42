//! Every endpoint of the JSON API and who may call it.
//!
//! Deny by default: the guard of the API asks this table, and what is not in it is not served, whatever the router knows.

use latchkey_types::{Access, Role};

pub(super) const ROOT: &str = "/api";
pub(super) const ROOT_SLASH: &str = "/api/";
pub(super) const REGISTRATION: &str = "/api/registration";
pub(super) const FINALIZE: &str = "/api/finalize";
pub(super) const LOGIN: &str = "/api/login";
pub(super) const REFRESH: &str = "/api/refresh";
pub(super) const LOGOUT: &str = "/api/logout";
pub(super) const RESET: &str = "/api/reset";
pub(super) const RESET_FINALIZE: &str = "/api/reset_finalize";
pub(super) const PROTECTED: &str = "/api/protected";
pub(super) const REAUTHENTICATE: &str = "/api/reauthenticate";
pub(super) const ME: &str = "/api/me";
pub(super) const USERS: &str = "/api/admin/users";
pub(super) const USER: &str = "/api/admin/users/{id}";
pub(super) const USER_SESSIONS: &str = "/api/admin/users/{id}/sessions";
pub(super) const OPENAPI: &str = "/api/openapi.json";

pub(super) const DOCS: &str = "/api/docs";
pub(super) const DOCS_SCRIPT: &str = "/api/docs/try.js";
pub(super) const DOCS_STYLE: &str = "/api/docs/style.css";
/// All other paths below `/api/`, in the syntax of the router: answered 404 in JSON.
pub(super) const CATCH_ALL: &str = "/api/{*rest}";

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// In upper case. HEAD is where GET is, but where a GET changes something.
    pub method: &'static str,
    /// As the router and the document write it: `{id}` stands for one segment.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

const fn endpoint(method: &'static str, path: &'static str, access: Access) -> Endpoint {
    Endpoint { method, path, access }
}

/// The endpoints.
pub const ENDPOINTS: &[Endpoint] = &[
    endpoint("GET", ROOT, Access::Everyone),
    endpoint("GET", ROOT_SLASH, Access::Everyone),
    endpoint("POST", REGISTRATION, Access::Everyone),
    // The one GET that changes something: it needs a header, which no link and no scanner of mails sends.
    endpoint("GET", FINALIZE, Access::HandlerChecksToken),
    endpoint("POST", FINALIZE, Access::HandlerChecksToken),
    endpoint("POST", LOGIN, Access::Everyone),
    endpoint("POST", REFRESH, Access::HandlerChecksToken),
    endpoint("POST", LOGOUT, Access::HandlerChecksToken),
    endpoint("GET", PROTECTED, Access::LoggedIn),
    endpoint("POST", RESET, Access::Everyone),
    endpoint("POST", RESET_FINALIZE, Access::HandlerChecksToken),
    endpoint("POST", REAUTHENTICATE, Access::LoggedIn),
    endpoint("GET", ME, Access::LoggedIn),
    endpoint("GET", USERS, Access::HasRole(Role::ADMIN)),
    endpoint("PATCH", USER, Access::HasRole(Role::ADMIN)),
    endpoint("DELETE", USER_SESSIONS, Access::HasRole(Role::ADMIN)),
    endpoint("GET", OPENAPI, Access::Everyone),
];

/// What is served to people that read about the API, and is no part of it.
pub const DOCUMENTATION: &[Endpoint] = &[
    endpoint("GET", DOCS, Access::Everyone),
    endpoint("GET", DOCS_SCRIPT, Access::Everyone),
    endpoint("GET", DOCS_STYLE, Access::Everyone),
];

/// Paths whose GET changes state, so HEAD is not allowed there.
const UNSAFE_GETS: &[&str] = &[FINALIZE];

/// Whether `path` lies under the API, endpoint or not.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The entry of a table that a request matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteMatch {
    /// An endpoint, with its access rule.
    Endpoint(Access),
    /// The path exists, with these methods only.
    MethodNotAllowed(Vec<&'static str>),
    /// No such path.
    NotFound,
}

/// Looks up a method and the path pattern that the router matched.
#[must_use]
pub fn find(table: &[Endpoint], method: &str, path: &str) -> RouteMatch {
    let mut allowed = Vec::new();
    for endpoint in table.iter().filter(|endpoint| endpoint.path == path) {
        let takes_head = endpoint.method == "GET" && !UNSAFE_GETS.contains(&path);
        if endpoint.method == method || takes_head && method == "HEAD" {
            return RouteMatch::Endpoint(endpoint.access);
        }
        allowed.push(endpoint.method);
        if takes_head {
            allowed.push("HEAD");
        }
    }
    if allowed.is_empty() { RouteMatch::NotFound } else { RouteMatch::MethodNotAllowed(allowed) }
}
