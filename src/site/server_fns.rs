//! Server functions of the site: URL-encoded POSTs under `/fn/`. Each needs a row in [`super::routes`].

#![allow(missing_docs, reason = "the macro generates public structs whose fields are the arguments")]

use latchkey_types::{AppError, CurrentUser, JsonOutput};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::server::context::request_context;

/// Returns the message of the demo page, and the user as of now.
#[server(prefix = "/fn", endpoint = "secret", output = JsonOutput)]
pub async fn secret() -> Result<(String, CurrentUser), AppError> {
    let user = request_context::<Secret>().await?.session()?.current_user();
    Ok((super::texts::secret(&user.username), user))
}
