//! The guard tables of the site: its pages and server functions, with their access rules. Nothing else is served.

use latchkey_types::routes::{Page, ServerFunction};
use latchkey_types::{Access, paths};

/// Path of the demo page.
pub const SECRET: &str = "/secret";
/// Path to redirect to after a login without `next`.
pub const AFTER_LOGIN: &str = SECRET;

/// Pages of the site.
pub const PAGES: &[Page] = &[Page::new(paths::HOME, Access::Everyone), Page::new(SECRET, Access::LoggedIn)];

/// Server functions of the site.
pub const SERVER_FUNCTIONS: &[ServerFunction] = &[ServerFunction::new("secret", SECRET, Access::LoggedIn)];
