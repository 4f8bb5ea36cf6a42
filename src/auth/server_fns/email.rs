//! Server functions to change the email address.

use latchkey_types::{AppError, EmailLinkDetails, JsonOutput};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// Requests a change of the email address. It takes effect when the link sent to the new address is confirmed.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::Refused`] for an invalid or unchanged address;
/// [`AppError::TooManyRequests`]. Whether another account has the address is never told.
#[server(prefix = "/fn", endpoint = "change_email")]
pub async fn change_email(#[server(default)] email: String) -> Result<(), AppError> {
    let context = request_context::<ChangeEmail>().await?;
    context.services().email_change.request(context.session()?, &email, &context.client).await?;
    context.flash_without_scripts(Notice::AddressMailed);
    Ok(())
}

/// Returns the details of an email change link, without consuming it.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "email_link", output = JsonOutput)]
pub async fn email_link(#[server(default)] token: String) -> Result<EmailLinkDetails, AppError> {
    let context = request_context::<EmailLink>().await?;
    Ok(context.services().email_change.preview(&token).await?)
}

/// Confirms a new email address.
///
/// # Errors
/// [`AppError::LinkInvalid`]; [`AppError::Refused`] if another account took the address in the meantime.
#[server(prefix = "/fn", endpoint = "confirm_email")]
pub async fn confirm_email(#[server(default)] token: String) -> Result<(), AppError> {
    let context = request_context::<ConfirmEmail>().await?;
    let owner = context.services().email_change.confirm(&token, &context.client).await?;
    context.redirect_after_link(&owner, Notice::AddressChanged);
    Ok(())
}

/// Stops a change of the email address.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "keep_email")]
pub async fn keep_email(#[server(default)] token: String) -> Result<(), AppError> {
    let context = request_context::<KeepEmail>().await?;
    let owner = context.services().email_change.stop(&token, &context.client).await?;
    context.redirect_after_link(&owner, Notice::AddressKept);
    Ok(())
}
