//! Server functions for one's own account.

use latchkey_types::{AccountOverview, AppError, JsonOutput, Password};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::server::context::request_context,
    latchkey_types::{Notice, paths},
};

/// Confirms the password again, and redirects to `next` if it is given.
///
/// # Errors
/// [`AppError::Refused`] if the password is wrong.
#[server(prefix = "/fn", endpoint = "reauthenticate")]
pub async fn reauthenticate(current_password: Password, #[server(default)] next: String) -> Result<(), AppError> {
    let context = request_context::<Reauthenticate>().await?;
    let issued =
        context.services().session.reauthenticate(context.session()?, &current_password, &context.client).await?;
    context.set_login_cookies(&issued)?;
    // The dialog sends no `next`: the page stays, and its script submits the form again.
    if !next.is_empty() {
        context.refill_pending_form();
        context.redirect_to_page(&next, &issued.user.roles);
    }
    Ok(())
}

/// Verifies the user by a code of the authenticator app or a recovery code, in place of the password, and redirects to
/// `next`.
///
/// # Errors
/// [`AppError::Refused`] if the code is wrong, or there is no app.
#[server(prefix = "/fn", endpoint = "reauthenticate_by_code")]
pub async fn reauthenticate_by_code(
    #[server(default)] code: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let context = request_context::<ReauthenticateByCode>().await?;
    let session = &context.services().session;
    let issued = session.reauthenticate_by_code(context.session()?, &code, &context.client).await?;
    context.set_login_cookies(&issued)?;
    context.refill_pending_form();
    context.redirect_to_page(&next, &issued.user.roles);
    Ok(())
}

/// Returns the account with its sessions and recent events.
#[server(AccountFn, prefix = "/fn", endpoint = "account", output = JsonOutput)]
pub async fn account() -> Result<AccountOverview, AppError> {
    let context = request_context::<AccountFn>().await?;
    Ok(context.services().own_account.overview(context.session()?).await?)
}

/// Changes the password. All other sessions of the account end; this one gets a new token.
///
/// # Errors
/// [`AppError::Refused`] with a reason for each field.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(current_password: Password, password: Password) -> Result<(), AppError> {
    let context = request_context::<ChangePassword>().await?;
    let own_account = &context.services().own_account;
    let issued = own_account.change_password(context.session()?, &current_password, &password, &context.client).await?;
    context.set_login_cookies(&issued)?;
    context.flash_without_scripts(Notice::PasswordChanged);
    Ok(())
}

/// Ends one session of the account.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::NotFound`] for sessions of other accounts, as for unknown ones.
#[server(prefix = "/fn", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), AppError> {
    let context = request_context::<EndSession>().await?;
    context.services().session.revoke_one(context.session()?, &session, &context.client).await?;
    context.flash_without_scripts(Notice::SessionEnded);
    Ok(())
}

/// Ends all other sessions of the account.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    let context = request_context::<EndOtherSessions>().await?;
    context.services().session.revoke_others(context.session()?, &context.client).await?;
    context.flash_without_scripts(Notice::OtherSessionsEnded);
    Ok(())
}

/// Deletes the account and clears the cookie.
///
/// # Errors
/// [`AppError::Refused`] if the password is wrong; [`AppError::LastAdmin`].
#[server(prefix = "/fn", endpoint = "delete_account")]
pub async fn delete_account(current_password: Password) -> Result<(), AppError> {
    let context = request_context::<DeleteAccount>().await?;
    context.services().own_account.delete(context.session()?, &current_password, &context.client).await?;
    context.clear_session_cookie();
    context.flash(paths::HOME, Notice::AccountDeleted);
    context.redirect(paths::HOME);
    Ok(())
}
