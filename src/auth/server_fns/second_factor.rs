//! Server functions for the second factor: the second step of a login, and the settings of one's own account.

use latchkey_types::{AppError, JsonOutput, SecondFactor};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::server::context::request_context,
    latchkey_axum::core::service::second_factor::ShowCodes,
    latchkey_axum::core::service::session::{RememberMe, Trust, VerifiedLogin},
    latchkey_types::{Notice, paths},
};

/// Finishes a login with a code of the app, or with a recovery code, and redirects to `next`, if it is a page that the user
/// may see.
///
/// # Errors
/// [`AppError::Refused`] for a wrong code; [`AppError::LoginExpired`] if the login has to begin again.
#[server(prefix = "/fn", endpoint = "verify_login")]
pub async fn verify_login(
    #[server(default)] code: String,
    #[server(default)] recovery_code: String,
    #[server(default)] trust: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let context = request_context::<VerifyLogin>().await?;
    let code = if code.trim().is_empty() { recovery_code } else { code };
    let (challenge, channel) = (context.challenge_cookie().unwrap_or_default(), context.channel(RememberMe::No));
    let trust = if trust.is_empty() { Trust::No } else { Trust::ThirtyDays };
    let session = &context.services().session;
    let VerifiedLogin { issued, device } =
        session.verify_login(&challenge, &code, trust, channel, &context.client).await?;
    context.clear_challenge_cookie();
    context.set_login_cookies(&issued)?;
    if let Some(device) = &device {
        context.set_device_cookie(device);
    }
    context.redirect_to_page(&next, &issued.user.roles);
    Ok(())
}

/// Returns the second factor and the passkeys of the account. Secrets are among it only if the password was entered recently.
#[server(SecondFactorFn, prefix = "/fn", endpoint = "second_factor", output = JsonOutput)]
pub async fn second_factor() -> Result<SecondFactor, AppError> {
    let context = request_context::<SecondFactorFn>().await?;
    let (services, session) = (context.services(), context.session()?);
    let overview = services.second_factor.overview(session).await?;
    let passkeys = if services.passkeys.is_available() { Some(services.passkeys.list(session).await?) } else { None };
    Ok(SecondFactor { passkeys, ..overview })
}

/// Begins to set up an authenticator app.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::NotFound`] if there is a second factor already.
#[server(prefix = "/fn", endpoint = "set_up_totp")]
pub async fn set_up_totp() -> Result<(), AppError> {
    let context = request_context::<SetUpTotp>().await?;
    context.services().second_factor.set_up(context.session()?).await?;
    context.redirect(paths::SECOND_FACTOR);
    Ok(())
}

/// Turns the second factor on. The page shows the recovery codes then.
///
/// # Errors
/// [`AppError::Refused`] for a wrong code; [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "confirm_totp")]
pub async fn confirm_totp(#[server(default)] code: String) -> Result<(), AppError> {
    let context = request_context::<ConfirmTotp>().await?;
    let second_factor = &context.services().second_factor;
    second_factor.confirm(context.session()?, &code, ShowCodes::OnPage, &context.client).await?;
    context.redirect(paths::SECOND_FACTOR);
    Ok(())
}

/// Stops to trust a device: the next login on it asks for a code.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/fn", endpoint = "distrust_device")]
pub async fn distrust_device(id: String) -> Result<(), AppError> {
    let context = request_context::<DistrustDevice>().await?;
    context.services().second_factor.distrust(context.session()?, &id).await?;
    context.flash_without_scripts(Notice::DeviceDistrusted);
    Ok(())
}

/// Turns the second factor off.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::NotFound`] if it is not on.
#[server(prefix = "/fn", endpoint = "remove_totp")]
pub async fn remove_totp() -> Result<(), AppError> {
    let context = request_context::<RemoveTotp>().await?;
    context.services().second_factor.remove(context.session()?, &context.client).await?;
    context.flash_without_scripts(Notice::SecondFactorRemoved);
    Ok(())
}

/// Replaces the recovery codes. The page shows the new ones then.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::NotFound`] if there is no second factor.
#[server(prefix = "/fn", endpoint = "renew_recovery_codes")]
pub async fn renew_recovery_codes() -> Result<(), AppError> {
    let context = request_context::<RenewRecoveryCodes>().await?;
    let second_factor = &context.services().second_factor;
    second_factor.renew_codes(context.session()?, ShowCodes::OnPage, &context.client).await?;
    context.redirect(paths::SECOND_FACTOR);
    Ok(())
}

/// Stops to show the new recovery codes.
#[server(prefix = "/fn", endpoint = "hide_recovery_codes")]
pub async fn hide_recovery_codes() -> Result<(), AppError> {
    let context = request_context::<HideRecoveryCodes>().await?;
    context.services().second_factor.hide_codes(context.session()?).await?;
    context.redirect(paths::SECOND_FACTOR);
    Ok(())
}
