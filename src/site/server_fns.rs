//! Server functions of the site: URL-encoded POSTs under `/fn/`. Each needs a row in [`super::routes`].

#![allow(missing_docs, reason = "the macro generates public structs whose fields are the arguments")]

use latchkey_types::{AppError, JsonOutput};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::server::context::request_context;

/// Returns the message of the demo page.
#[server(prefix = "/fn", endpoint = "secret", output = JsonOutput)]
pub async fn secret() -> Result<String, AppError> {
    let context = request_context::<Secret>().await?;
    Ok(super::texts::secret(&context.session()?.current_user().username))
}
