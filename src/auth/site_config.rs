//! Configuration of the login by the application.
//!
//! The application provides it as context; the modules of the login never name those of the application.

use latchkey_types::{Access, CurrentUser, FieldError, Notice, Product, SiteCode};
use leptos::prelude::*;

/// Names, paths and texts of the application.
#[derive(Clone, Copy, Debug)]
pub struct SiteConfig {
    /// Names and colour of the application.
    pub product: Product,
    /// The logo, next to the name in the header.
    pub logo: fn() -> AnyView,
    /// Path to redirect to after a login without `next`.
    pub after_login: &'static str,
    /// Links of the application in the header.
    pub navigation: &'static [NavigationItem],
    /// The text of a [`Notice::Site`].
    pub notice_text: fn(&SiteCode) -> Option<&'static str>,
    /// The text of a [`FieldError::Site`].
    pub field_error_text: fn(&SiteCode) -> Option<&'static str>,
}

/// A link in the header.
#[derive(Clone, Copy, Debug)]
pub struct NavigationItem {
    /// Path of its page.
    pub path: &'static str,
    /// Label.
    pub label: &'static str,
    /// Who sees it.
    pub access: Access,
}

impl SiteConfig {
    /// Returns the links that a user sees; `None` is an anonymous user.
    pub fn navigation_for(self, user: Option<&CurrentUser>) -> impl Iterator<Item = &'static NavigationItem> {
        self.navigation.iter().filter(move |item| item.access.allows(user.map(|user| &user.roles)))
    }

    /// The text of a notice; empty for an unknown code of the application.
    #[must_use]
    pub fn notice(self, notice: &Notice) -> &'static str {
        match notice {
            Notice::Site(code) => (self.notice_text)(code).unwrap_or_default(),
            notice => super::texts::of_notice(notice),
        }
    }

    /// The text of a field error.
    #[must_use]
    pub fn field_error(self, error: &FieldError) -> &'static str {
        let own = match error {
            FieldError::Site { code, .. } => (self.field_error_text)(code),
            _ => None,
        };
        own.unwrap_or_else(|| latchkey_types::texts::field_error(error))
    }

    /// The title of a page, for the browser tab.
    #[must_use]
    pub fn title(self, page: &str) -> String {
        format!("{page} · {}", self.product.name)
    }
}

/// Used if no configuration is provided: an application without a name.
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

/// Returns the configuration of the application.
#[must_use]
pub fn use_site() -> SiteConfig {
    use_context().unwrap_or_default()
}

/// The title of a page, for the browser tab.
#[must_use]
pub fn title(page: &str) -> String {
    use_site().title(page)
}
