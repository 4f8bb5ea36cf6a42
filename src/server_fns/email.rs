//! An account gets another address.

use leptos::prelude::*;

use crate::domain::Link;
use crate::error::AppError;

/// Asks for another address: it takes the place of the old one when a link sent there is confirmed.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::Refused`] when it is no address or the one that the account has;
/// never that another account has it.
#[server(prefix = "/fn", endpoint = "change_email")]
pub async fn change_email(#[server(default)] email: String) -> Result<(), AppError> {
    let door = crate::server::context::door()?;
    door.services.email_change.request(door.visitor()?, &email, &door.client).await?;
    door.done("change_email", crate::visit::Notice::AddressMailed);
    Ok(())
}

/// What the link of a mail about a change of address is about; uses nothing up.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "email_link")]
pub async fn email_link(#[server(default)] token: String) -> Result<Link, AppError> {
    let door = crate::server::context::door()?;
    Ok(door.services.email_change.look_at(&token).await?)
}

/// Gives the account its new address.
///
/// # Errors
/// [`AppError::LinkInvalid`]; [`AppError::Refused`] where another account got the address meanwhile.
#[server(prefix = "/fn", endpoint = "confirm_email")]
pub async fn confirm_email(#[server(default)] token: String) -> Result<(), AppError> {
    let door = crate::server::context::door()?;
    door.services.email_change.confirm(&token, &door.client).await?;
    door.report(crate::visit::Notice::AddressChanged);
    Ok(())
}

/// Keeps the old address.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "keep_email")]
pub async fn keep_email(#[server(default)] token: String) -> Result<(), AppError> {
    let door = crate::server::context::door()?;
    door.services.email_change.stop(&token, &door.client).await?;
    door.report(crate::visit::Notice::AddressKept);
    Ok(())
}
