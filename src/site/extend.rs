//! Extensions of the server by the site: migrations, hooks, emails and audit kinds.

use latchkey_axum::core::extension::Extension;

/// Returns the extensions; none yet.
#[must_use]
pub fn extend() -> Extension {
    Extension::default()
}
