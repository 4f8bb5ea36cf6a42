//! The guard tables of the whole application: those of the login and of the site.

use latchkey_types::routes::{Page, ServerFunction, matches, path_of};
use latchkey_types::{Roles, paths};

use crate::{auth, site};

/// All pages.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    auth::routes::PAGES.iter().chain(site::routes::PAGES)
}

/// All server functions.
pub fn server_functions() -> impl Iterator<Item = &'static ServerFunction> {
    auth::routes::SERVER_FUNCTIONS.iter().chain(site::routes::SERVER_FUNCTIONS)
}

/// Returns the page at a path.
#[must_use]
pub fn page_at(path: &str) -> Option<&'static Page> {
    pages().find(|page| matches(page.pattern, path))
}

/// Returns the path and query in `next`, if they lead to a page that a user with these roles may see.
#[must_use]
pub fn return_to<'a>(next: &'a str, roles: &Roles) -> Option<&'a str> {
    let next = paths::safe_return_to(next)?;
    let path = path_of(next);
    // Browsers resolve `.` and `..`, also percent-encoded, so the page would be another one.
    let is_resolved = !path.contains("/.") && !path.to_ascii_lowercase().contains("/%2e");
    let page = page_at(path).filter(|page| is_resolved && page.access.allows(Some(roles)));
    page.map(|_| next)
}

/// Returns the server function at a path.
#[must_use]
pub fn server_function_at(path: &str) -> Option<&'static ServerFunction> {
    paths::below(path, paths::SERVER_FNS).and_then(server_function)
}

/// Returns the server function called `name`, the last segment of its path.
#[must_use]
pub fn server_function(name: &str) -> Option<&'static ServerFunction> {
    server_functions().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use latchkey_types::Role;

    use super::*;

    #[test]
    fn next_leads_only_to_pages_that_the_user_may_see() {
        let user = Roles::default();
        let admin = Roles::parse(Role::ADMIN).unwrap_or_default();
        for next in ["/", "/secret?a=b#c", "/account", "/reset"] {
            assert_eq!((return_to(next, &user), return_to(next, &admin)), (Some(next), Some(next)));
        }
        for next in ["/admin/users?q=x", "/admin/events"] {
            assert_eq!((return_to(next, &user), return_to(next, &admin)), (None, Some(next)));
        }
        for next in [
            "/login", "/registration?x", "/fn/logout", "/api/me", "/pkg/latchkey.js", "/nowhere", "/secret/",
            "//secret", "/login/../secret", "/%2e%2e/secret", "/.", "https://evil.example/secret", "",
        ] {
            assert_eq!(return_to(next, &admin), None, "{next}");
        }
    }
}
