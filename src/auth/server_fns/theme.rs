//! Server function of the theme switch.

use latchkey_types::{AppError, Theme};
use leptos::prelude::*;

/// Remembers the theme in a cookie of this browser.
#[server(prefix = "/fn", endpoint = "set_theme")]
pub async fn set_theme(theme: Theme) -> Result<(), AppError> {
    crate::server::context::request_context::<SetTheme>().await?.set_theme_cookie(theme);
    Ok(())
}
