//! An account gets another address.

use latchkey_types::{AppError, EmailLinkDetails};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// Asks for another address: it takes the place of the old one when a link sent there is confirmed.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::Refused`] when it is no address or the one that the account has;
/// never that another account has it.
#[server(prefix = "/fn", endpoint = "change_email")]
pub async fn change_email(#[server(default)] email: String) -> Result<(), AppError> {
    let context = request_context::<ChangeEmail>().await?;
    context.services().email_change.request(context.session()?, &email, &context.client).await?;
    context.flash_without_scripts(Notice::AddressMailed);
    Ok(())
}

/// What the link of a mail about a change of address is about; uses nothing up.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "email_link")]
pub async fn email_link(#[server(default)] token: String) -> Result<EmailLinkDetails, AppError> {
    let context = request_context::<EmailLink>().await?;
    Ok(context.services().email_change.preview(&token).await?)
}

/// Gives the account its new address.
///
/// # Errors
/// [`AppError::LinkInvalid`]; [`AppError::Refused`] where another account got the address meanwhile.
#[server(prefix = "/fn", endpoint = "confirm_email")]
pub async fn confirm_email(#[server(default)] token: String) -> Result<(), AppError> {
    let context = request_context::<ConfirmEmail>().await?;
    context.services().email_change.confirm(&token, &context.client).await?;
    context.redirect_with_flash(Notice::AddressChanged);
    Ok(())
}

/// Keeps the old address.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "keep_email")]
pub async fn keep_email(#[server(default)] token: String) -> Result<(), AppError> {
    let context = request_context::<KeepEmail>().await?;
    context.services().email_change.stop(&token, &context.client).await?;
    context.redirect_with_flash(Notice::AddressKept);
    Ok(())
}
