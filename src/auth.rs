//! The login: pages, components, server functions and texts. Restyle or replace them; the pages of the application are
//! in [`crate::site`].
//!
//! Invariant: does not depend on the application. What it needs to know comes from [`SiteConfig`].

pub mod components;
mod guarded_page;
mod page_content;
mod page_status;
mod page_title;
pub mod pages;
pub mod routes;
pub mod server_fns;
mod site_config;
pub mod texts;

pub use guarded_page::{GuardedPage, PageRoutes, guarded_page, load_document};
pub use page_content::{LazyPage, PageContent, PageWasm, PageWasmReport};
pub use page_status::{PageStatus, report_status};
pub use page_title::set_title;
pub use pages::page_routes;
pub use site_config::{NavigationItem, SiteConfig, title, use_site};
