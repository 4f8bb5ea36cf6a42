//! Server functions to reset a forgotten password.

use latchkey_types::{AppError, EmailLinkDetails, JsonOutput, Password};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// Sends a reset link if an account has the address. The response is the same for every address.
///
/// # Errors
/// [`AppError::Refused`] for an invalid address, [`AppError::TooManyRequests`] if no email may be sent to it now.
#[server(prefix = "/fn", endpoint = "request_reset")]
pub async fn request_reset(#[server(default)] email: String) -> Result<(), AppError> {
    let context = request_context::<RequestReset>().await?;
    context.services().password_reset.request(&email, &context.client).await?;
    context.flash_without_scripts(Notice::ResetMailed);
    Ok(())
}

/// Returns the details of a reset link, without consuming it.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "reset_link", output = JsonOutput)]
pub async fn reset_link(#[server(default)] token: String) -> Result<EmailLinkDetails, AppError> {
    let context = request_context::<ResetLink>().await?;
    Ok(context.services().password_reset.preview(&token).await?)
}

/// Sets a new password, ends all sessions of the account and redirects to the login, or, if another account is logged in,
/// to its start.
///
/// # Errors
/// [`AppError::Refused`] with the reason, [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "reset_password")]
pub async fn reset_password(
    #[server(default)] token: String,
    password: Password,
    password_confirmation: Password,
) -> Result<(), AppError> {
    let context = request_context::<ResetPassword>().await?;
    password.repeated_as(&password_confirmation)?;
    let set = context.services().password_reset.set_password(&token, &password, &context.client).await?;
    context.set_device_cookie(&set.device);
    context.redirect_after_link(&set.username, Notice::PasswordSet);
    Ok(())
}
