//! What the application tells the login about itself.
//!
//! The application pushes it into context; the login's own modules never name the application's.

use latchkey_types::{Access, CurrentUser, FieldError, Notice, Product, SiteCode};
use leptos::prelude::*;

/// Names, paths and texts of the application.
#[derive(Clone, Copy, Debug)]
pub struct SiteConfig {
    /// What it is called.
    pub product: Product,
    /// Its logo, beside the name in the header.
    pub logo: fn() -> AnyView,
    /// The path that a login leads to where nothing else was asked for.
    pub after_login: &'static str,
    /// Its entries in the header.
    pub navigation: &'static [NavigationItem],
    /// The text of a [`Notice::Site`].
    pub notice_text: fn(&SiteCode) -> Option<&'static str>,
    /// The text of a [`FieldError::Site`].
    pub field_error_text: fn(&SiteCode) -> Option<&'static str>,
}

/// An entry in the header.
#[derive(Clone, Copy, Debug)]
pub struct NavigationItem {
    /// Where it leads.
    pub path: &'static str,
    /// What it says.
    pub label: &'static str,
    /// Who sees it.
    pub access: Access,
}

impl SiteConfig {
    /// The entries that a user sees; `None` means nobody is logged in.
    pub fn navigation_for(self, user: Option<&CurrentUser>) -> impl Iterator<Item = &'static NavigationItem> {
        self.navigation.iter().filter(move |item| item.access.allows(user.map(|user| &user.roles)))
    }

    /// What is said after something was done; empty for a code that the application does not know.
    #[must_use]
    pub fn notice(self, notice: &Notice) -> &'static str {
        match notice {
            Notice::Site(code) => (self.notice_text)(code).unwrap_or_default(),
            notice => super::texts::of_notice(notice),
        }
    }

    /// What is wrong with one field.
    #[must_use]
    pub fn field_error(self, error: &FieldError) -> &'static str {
        let own = match error {
            FieldError::Site { code, .. } => (self.field_error_text)(code),
            _ => None,
        };
        own.unwrap_or_else(|| latchkey_types::texts::field_error(error))
    }

    /// The title of a page in the browser's tab.
    #[must_use]
    pub fn title(self, page: &str) -> String {
        format!("{page} · {}", self.product.name)
    }
}

/// An application without a name: what stands in where none was provided.
impl Default for SiteConfig {
    fn default() -> Self {
        let product = Product { name: "", tagline: "", slug: "", version: "", brand_colour: "" };
        Self {
            product,
            logo: || ().into_any(),
            after_login: "/",
            navigation: &[],
            notice_text: |_| None,
            field_error_text: |_| None,
        }
    }
}

/// What the application provided.
#[must_use]
pub fn use_site() -> SiteConfig {
    use_context().unwrap_or_default()
}

/// The title of a page in the browser's tab.
#[must_use]
pub fn title(page: &str) -> String {
    use_site().title(page)
}
