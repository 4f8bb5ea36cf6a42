//! The guard tables of the whole application: those of the login and of the site.

use latchkey_types::routes::{Page, ServerFunction, matches};

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

/// Returns the server function called `name`, the last segment of its path.
#[must_use]
pub fn server_function(name: &str) -> Option<&'static ServerFunction> {
    server_functions().find(|function| function.name == name)
}
