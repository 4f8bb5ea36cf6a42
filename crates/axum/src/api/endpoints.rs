//! The table of endpoints: every endpoint of the JSON API and who may call it.
//!
//! Deny by default: the guard rejects requests that are not in this table, even if the router has a route for them.

use latchkey_types::{Access, Role, paths};

pub(super) const ROOT: &str = "/api";
pub(super) const ROOT_SLASH: &str = "/api/";
pub(super) const REGISTRATION: &str = "/api/registration";
pub(super) const FINALIZE: &str = "/api/finalize";
pub(super) const LOGIN: &str = "/api/login";
pub(super) const LOGIN_VERIFY: &str = "/api/login/verify";
pub(super) const LOGIN_PASSKEY: &str = "/api/login/passkey";
pub(super) const LOGIN_PASSKEY_BEGIN: &str = "/api/login/passkey/begin";
pub(super) const REFRESH: &str = "/api/refresh";
pub(super) const LOGOUT: &str = "/api/logout";
pub(super) const RESET: &str = "/api/reset";
pub(super) const RESET_FINALIZE: &str = "/api/reset_finalize";
pub(super) const PROTECTED: &str = "/api/protected";
pub(super) const REAUTHENTICATE: &str = "/api/reauthenticate";
pub(super) const ME: &str = "/api/me";
pub(super) const TOTP: &str = "/api/me/totp";
pub(super) const TOTP_CONFIRM: &str = "/api/me/totp/confirm";
pub(super) const RECOVERY_CODES: &str = "/api/me/totp/recovery_codes";
pub(super) const PASSKEYS: &str = "/api/me/passkeys";
pub(super) const PASSKEYS_BEGIN: &str = "/api/me/passkeys/begin";
pub(super) const PASSKEY: &str = "/api/me/passkeys/{id}";
pub(super) const USERS: &str = "/api/admin/users";
pub(super) const USER: &str = "/api/admin/users/{id}";
pub(super) const USER_SESSIONS: &str = "/api/admin/users/{id}/sessions";
pub(super) const USER_SECOND_FACTOR: &str = "/api/admin/users/{id}/second_factor";
pub(super) const OPENAPI: &str = "/api/openapi.json";

pub(super) const DOCS: &str = "/api/docs";
pub(super) const DOCS_SCRIPT: &str = "/api/docs/try.js";
pub(super) const DOCS_STYLE: &str = "/api/docs/style.css";
/// All other paths under `/api/`, in router syntax. They are answered with 404 in JSON.
pub(super) const CATCH_ALL: &str = "/api/{*rest}";

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// HTTP method in upper case. GET includes HEAD, except where a GET changes state.
    pub method: &'static str,
    /// Path pattern as in the router and the `OpenAPI` document: `{id}` matches one segment.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

const fn endpoint(method: &'static str, path: &'static str, access: Access) -> Endpoint {
    Endpoint { method, path, access }
}

/// The endpoints of the API.
pub const ENDPOINTS: &[Endpoint] = &[
    endpoint("GET", ROOT, Access::Everyone),
    endpoint("GET", ROOT_SLASH, Access::Everyone),
    endpoint("POST", REGISTRATION, Access::Everyone),
    // The only GET that changes state: it requires a header, which links and email scanners do not send.
    endpoint("GET", FINALIZE, Access::HandlerChecksToken),
    endpoint("POST", FINALIZE, Access::HandlerChecksToken),
    endpoint("POST", LOGIN, Access::Everyone),
    endpoint("POST", LOGIN_VERIFY, Access::Everyone),
    endpoint("POST", LOGIN_PASSKEY_BEGIN, Access::Everyone),
    endpoint("POST", LOGIN_PASSKEY, Access::Everyone),
    endpoint("POST", REFRESH, Access::HandlerChecksToken),
    endpoint("POST", LOGOUT, Access::HandlerChecksToken),
    endpoint("GET", PROTECTED, Access::LoggedIn),
    endpoint("POST", RESET, Access::Everyone),
    endpoint("POST", RESET_FINALIZE, Access::HandlerChecksToken),
    endpoint("POST", REAUTHENTICATE, Access::FirstFactor),
    endpoint("GET", ME, Access::FirstFactor),
    endpoint("POST", TOTP, Access::FirstFactor),
    endpoint("DELETE", TOTP, Access::FirstFactor),
    endpoint("POST", TOTP_CONFIRM, Access::FirstFactor),
    endpoint("POST", RECOVERY_CODES, Access::FirstFactor),
    endpoint("GET", PASSKEYS, Access::FirstFactor),
    endpoint("POST", PASSKEYS, Access::FirstFactor),
    endpoint("POST", PASSKEYS_BEGIN, Access::FirstFactor),
    endpoint("DELETE", PASSKEY, Access::FirstFactor),
    endpoint("GET", USERS, Access::HasRole(Role::ADMIN)),
    endpoint("PATCH", USER, Access::HasRole(Role::ADMIN)),
    endpoint("DELETE", USER_SESSIONS, Access::HasRole(Role::ADMIN)),
    endpoint("DELETE", USER_SECOND_FACTOR, Access::HasRole(Role::ADMIN)),
    endpoint("GET", OPENAPI, Access::Everyone),
];

/// The routes of the documentation page, which are not part of the API.
pub const DOCUMENTATION: &[Endpoint] = &[
    endpoint("GET", DOCS, Access::Everyone),
    endpoint("GET", DOCS_SCRIPT, Access::Everyone),
    endpoint("GET", DOCS_STYLE, Access::Everyone),
];

/// Paths whose GET changes state, so HEAD is not allowed there.
const UNSAFE_GETS: &[&str] = &[FINALIZE];

/// Whether `path` is under `/api`, endpoint or not.
#[must_use]
pub fn is_api(path: &str) -> bool {
    paths::is_under(path, ROOT)
}

/// Whether `path` is the root of the API, with or without a slash.
#[must_use]
pub fn is_root(path: &str) -> bool {
    path == ROOT || path == ROOT_SLASH
}

/// The entry of a table that a request matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteMatch {
    /// An endpoint, with its access rule.
    Endpoint(Access),
    /// The path exists, but only with these methods.
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
