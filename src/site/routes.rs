//! The guard tables of the site: its pages and server functions, and who may use them. Whatever is in no table is not served.

use latchkey_types::routes::{Page, ServerFunction};
use latchkey_types::{Access, paths};

/// The demo page.
pub const SECRET: &str = "/secret";
/// Where a login leads if nothing else was asked for.
pub const AFTER_LOGIN: &str = SECRET;

/// The pages.
pub const PAGES: &[Page] = &[Page::new(paths::HOME, Access::Everyone), Page::new(SECRET, Access::LoggedIn)];

/// The server functions.
pub const SERVER_FUNCTIONS: &[ServerFunction] = &[ServerFunction::new("secret", SECRET, Access::LoggedIn)];
