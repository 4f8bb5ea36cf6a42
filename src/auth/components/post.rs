//! Posts the fields of a form to a server function, as the generated client of the function would.
//!
//! One function for all forms: the client that Leptos generates for each function would be a large part of the download.

use latchkey_types::AppError;
use leptos::serde_json;
use leptos::server_fn::client::{Client, browser::BrowserClient};
use leptos::server_fn::redirect::call_redirect_hook;
use leptos::server_fn::request::{ClientReq, browser::BrowserRequest};
use leptos::server_fn::response::ClientRes;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Posts URL-encoded `fields` to the server function at `path` and passes the answer to `accept`, which returns whether
/// it can read it. Follows the redirect of an accepted form.
pub(super) async fn post(
    path: &str,
    fields: String,
    accept: &(dyn Fn(&str) -> bool + Send + Sync),
) -> Result<(), AppError> {
    let (text, location) = send(path, fields).await?;
    // Not an answer of this server, for example the page of a proxy.
    if !accept(&text) {
        return Err(AppError::Unavailable);
    }
    if let Some(location) = location {
        call_redirect_hook(&location);
    }
    Ok(())
}

/// Posts URL-encoded `fields` to the server function at `path` and returns the JSON of its value.
#[cfg(not(feature = "ssr"))]
pub(super) async fn fetch(path: &'static str, fields: String) -> Result<String, AppError> {
    send(path, fields).await.map(|(text, _)| text)
}

/// Returns the body of the answer, and where it redirects to.
async fn send(path: &str, fields: String) -> Result<(String, Option<String>), AppError> {
    let request = <BrowserRequest as ClientReq<AppError>>::try_new_post(path, FORM, JSON, fields)?;
    let response = <BrowserClient as Client<AppError>>::send(request).await?;
    let status = ClientRes::<AppError>::status(&response);
    let has_redirect = (300..=399).contains(&status) || ClientRes::<AppError>::has_redirect(&response);
    let location = has_redirect.then(|| ClientRes::<AppError>::location(&response));
    let text: String = ClientRes::<AppError>::try_into_string(response).await?;
    if (400..=599).contains(&status) {
        return Err(serde_json::from_str(&text).unwrap_or(AppError::Unavailable));
    }
    Ok((text, location))
}
