//! Texts of the theme switch.

#![expect(missing_docs, reason = "the texts are their own documentation")]

use latchkey_types::Theme;

pub const THEME: &str = "Theme";

/// The name of a theme.
#[must_use]
pub const fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}
