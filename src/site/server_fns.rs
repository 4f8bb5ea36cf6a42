//! The server functions of the site: plain URL-encoded POSTs under `/fn/`. Each needs a row in [`super::routes`].

#![allow(missing_docs, reason = "the fields of the structs that the macro makes are the arguments of the functions")]

use latchkey_types::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::server::context::request_context;

/// The message of the demo page.
///
/// # Errors
/// [`AppError::NotLoggedIn`].
#[server(prefix = "/fn", endpoint = "secret")]
pub async fn secret() -> Result<String, AppError> {
    let context = request_context::<Secret>().await?;
    Ok(super::texts::secret(&context.session()?.current_user().username))
}
