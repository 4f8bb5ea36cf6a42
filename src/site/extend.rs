//! Extensions of the server by the site: migrations, emails and hooks.

use latchkey_axum::core::extension::Extension;

/// Returns the extensions; none yet.
#[must_use]
pub fn extend() -> Extension {
    Extension::default()
}
