//! Your application: its pages, server functions, texts and tables. Updates of the login never touch this folder.
//!
//! | file | what goes there |
//! |---|---|
//! | `routes.rs` | a row a page, a row a server function: who may use it |
//! | `pages/` | the pages; each has a route in [`SiteRoutes`] |
//! | `server_fns.rs` | what pages call on the server |
//! | `texts.rs` | what pages say, notices and field errors included |
//! | `product.rs`, `logo.rs` | the name, the colour and the logo of the application |
//! | `extend.rs` | server only: migrations, emails, hooks |

use latchkey_types::paths;
use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;

use crate::auth::{NavigationItem, SiteConfig, guarded_page};

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

/// What the login needs to know of this application.
pub const CONFIG: SiteConfig = SiteConfig {
    product: product::PRODUCT,
    logo: || Logo().into_any(),
    after_login: routes::AFTER_LOGIN,
    navigation: NAVIGATION,
    notice_text: texts::notice,
    field_error_text: texts::field_error,
};

/// The entries in the header.
const NAVIGATION: &[NavigationItem] = &[];

/// The pages of the site.
#[component(transparent)]
pub fn SiteRoutes() -> impl MatchNestedRoutes + Clone {
    (guarded_page(routes::PAGES, paths::HOME, HomePage), guarded_page(routes::PAGES, routes::SECRET, SecretPage))
}
