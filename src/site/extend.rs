//! What the site adds to the server: migrations, emails and hooks.

use latchkey_axum::core::extension::Extension;

/// Everything that the site adds; nothing yet.
#[must_use]
pub fn extend() -> Extension {
    Extension::default()
}
