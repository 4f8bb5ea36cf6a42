//! The title of a page, for the browser tab.

use super::use_site;

/// Sets the title of the page: the headline and the name of the application. Call it where the page renders.
///
/// On the server, it goes into the head of the document. In the browser, it is set at once: the `Title` of `leptos_meta`
/// would be a large part of the download.
#[cfg(feature = "ssr")]
pub fn set_title(headline: &str) {
    use leptos_meta::{Title, TitleProps};

    // The title is set when this component is created; it has no content.
    let _ = Title(TitleProps::builder().text(use_site().title(headline)).build());
}

/// Sets the title of the page: the headline and the name of the application. Call it where the page renders.
#[cfg(not(feature = "ssr"))]
pub fn set_title(headline: &str) {
    leptos::prelude::document().set_title(&use_site().title(headline));
}
