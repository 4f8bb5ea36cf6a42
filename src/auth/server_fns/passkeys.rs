//! Server functions for passkeys. `src/server/passkeys.js` calls those that begin something, and posts the forms of the
//! others once the browser has asked the user.

use latchkey_types::AppError;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// Begins a login, or a fresh proof in place of the password. Returns the options for the browser and the state that comes
/// back with the response, as JSON.
///
/// # Errors
/// [`AppError::NotFound`] if passkeys do not work here.
#[server(prefix = "/fn", endpoint = "begin_passkey_login")]
pub async fn begin_passkey_login() -> Result<String, AppError> {
    let login = request_context::<BeginPasskeyLogin>().await?.services().passkeys.begin_login()?;
    Ok(format!(r#"{{"options":{},"state":"{}"}}"#, login.options, login.state))
}

/// Logs in by a passkey and redirects to `next`, if it is a page that the user may see.
///
/// # Errors
/// [`AppError::PasskeyRefused`]; [`AppError::Deactivated`].
#[server(prefix = "/fn", endpoint = "log_in_by_passkey")]
pub async fn log_in_by_passkey(
    #[server(default)] credential: String,
    #[server(default)] state: String,
    #[server(default)] remember: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let context = request_context::<LogInByPasskey>().await?;
    let channel = context.channel((!remember.is_empty()).into());
    let issued = context.services().passkeys.log_in(&state, &credential, channel, &context.client).await?;
    context.set_login_cookies(&issued)?;
    context.redirect_to_page(&next, &issued.user.roles);
    Ok(())
}

/// Verifies the user by a passkey, in place of the password, and redirects to `next`.
///
/// # Errors
/// [`AppError::PasskeyRefused`].
#[server(prefix = "/fn", endpoint = "reauthenticate_by_passkey")]
pub async fn reauthenticate_by_passkey(
    #[server(default)] credential: String,
    #[server(default)] state: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let context = request_context::<ReauthenticateByPasskey>().await?;
    let passkeys = &context.services().passkeys;
    let issued = passkeys.reauthenticate(context.session()?, &state, &credential, &context.client).await?;
    context.set_login_cookies(&issued)?;
    context.refill_pending_form();
    context.redirect_to_page(&next, &issued.user.roles);
    Ok(())
}

/// Begins to register a passkey. Returns the options for the browser, as JSON.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::Malformed`] if the account has as many as it can have.
#[server(prefix = "/fn", endpoint = "begin_passkey")]
pub async fn begin_passkey() -> Result<String, AppError> {
    let context = request_context::<BeginPasskey>().await?;
    let options = context.services().passkeys.begin_registration(context.session()?).await?;
    Ok(format!(r#"{{"options":{options}}}"#))
}

/// Registers the passkey that the browser has created.
///
/// # Errors
/// [`AppError::PasskeyRefused`], [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "add_passkey")]
pub async fn add_passkey(
    #[server(default)] credential: String,
    #[server(default)] name: String,
) -> Result<(), AppError> {
    let context = request_context::<AddPasskey>().await?;
    context.services().passkeys.register(context.session()?, &name, &credential, &context.client).await?;
    context.flash_without_scripts(Notice::PasskeyAdded);
    Ok(())
}

/// Removes a passkey.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "remove_passkey")]
pub async fn remove_passkey(id: String) -> Result<(), AppError> {
    let context = request_context::<RemovePasskey>().await?;
    context.services().passkeys.remove(context.session()?, &id, &context.client).await?;
    context.flash_without_scripts(Notice::PasskeyRemoved);
    Ok(())
}
