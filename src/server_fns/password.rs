//! A forgotten password is replaced.

use leptos::prelude::*;

use crate::domain::{Link, Password};
use crate::error::AppError;

/// Has a link sent to the address, if an account has it; the answer is the same for every address.
///
/// # Errors
/// [`AppError::Refused`] when it is no address.
#[server(prefix = "/fn", endpoint = "request_reset")]
pub async fn request_reset(#[server(default)] email: String) -> Result<(), AppError> {
    let door = crate::server::context::door()?;
    door.services.password_reset.request(&email, &door.client).await?;
    door.done("request_reset", crate::visit::Notice::ResetMailed);
    Ok(())
}

/// Whose password a link sets; uses nothing up.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "reset_link")]
pub async fn reset_link(#[server(default)] token: String) -> Result<Link, AppError> {
    let door = crate::server::context::door()?;
    Ok(door.services.password_reset.look_at(&token).await?)
}

/// Sets the password, ends every session, and leads to the login.
///
/// # Errors
/// [`AppError::Refused`] with the reason, [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "reset_password")]
pub async fn reset_password(
    #[server(default)] token: String,
    password: Password,
    password_confirmation: Password,
) -> Result<(), AppError> {
    let door = crate::server::context::door()?;
    password.repeated_as(&password_confirmation)?;
    door.services.password_reset.set_password(&token, &password, &door.client).await?;
    door.announce("login", crate::visit::Notice::PasswordSet);
    door.redirect(crate::routes::LOGIN);
    Ok(())
}
