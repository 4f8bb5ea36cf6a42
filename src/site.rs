//! Your application: its pages, server functions, texts and tables. Updates of the login never change this folder.
//!
//! | file | what goes there |
//! |---|---|
//! | `routes.rs` | one row per page and server function, with its access rule |
//! | `pages/` | the pages; each has a route in [`page_routes`] |
//! | `server_fns.rs` | what pages call on the server |
//! | `texts.rs` | the texts of pages, notices and field errors |
//! | `product.rs`, `logo.rs` | the name, the colour and the logo of the application |
//! | `extend.rs` | server only: migrations, hooks, emails, audit kinds |

use latchkey_types::paths;
use leptos::prelude::IntoAny;

use crate::auth::{GuardedPage, NavigationItem, SiteConfig, guarded_page};
use crate::lazy_page;

#[cfg(feature = "ssr")]
pub mod extend;
pub mod logo;
pub mod pages;
pub mod product;
pub mod routes;
pub mod server_fns;
pub mod texts;

#[cfg(feature = "ssr")]
pub use extend::extend;

use logo::Logo;
use pages::{HomePage, SecretPage};

/// The configuration of the login.
pub const CONFIG: SiteConfig = SiteConfig {
    product: product::PRODUCT,
    logo: || Logo().into_any(),
    after_login: routes::AFTER_LOGIN,
    navigation: NAVIGATION,
    notice_text: texts::notice,
    field_error_text: texts::field_error,
};

/// Links in the header.
const NAVIGATION: &[NavigationItem] = &[];

/// The routes of the site.
#[must_use]
pub fn page_routes() -> Vec<GuardedPage> {
    vec![
        guarded_page(routes::PAGES, paths::HOME, lazy_page!(HomePage)),
        guarded_page(routes::PAGES, routes::SECRET, lazy_page!(SecretPage)),
    ]
}
