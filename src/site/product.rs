//! Name and brand of the application, for pages, emails, tokens and cookies.
//!
//! `script/rename` changes the names. The brand is in four places: the colour for emails here, the colours of pages in
//! `style/brand.css`, the logo in `logo.rs`, the icon of the browser tab in `public/favicon.svg`. A test checks that
//! the colours agree.

use latchkey_types::Product;

/// Names and colour for emails.
pub const PRODUCT: Product = Product {
    name: "Latchkey",
    tagline: "The login that a Leptos application starts from",
    slug: "latchkey",
    version: env!("CARGO_PKG_VERSION"),
    brand_colour: "#3d4fd7",
};
