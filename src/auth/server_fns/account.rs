//! What people do with their own account.

use latchkey_types::{AccountOverview, AppError, Password};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::server::context::request_context,
    latchkey_types::{Notice, paths},
};

/// Takes the password of who is logged in once more, and goes on to `next` if there is one.
///
/// # Errors
/// [`AppError::Refused`] when it is another password.
#[server(prefix = "/fn", endpoint = "reauthenticate")]
pub async fn reauthenticate(current_password: Password, #[server(default)] next: String) -> Result<(), AppError> {
    let context = request_context::<Reauthenticate>().await?;
    let issued =
        context.services().session.reauthenticate(context.session()?, &current_password, &context.client).await?;
    context.set_session_cookie(&issued);
    // Asked by the dialog, the page stays; the form on it is sent again by its script.
    if !next.is_empty() {
        context.refill_pending_form();
        context.redirect(&next);
    }
    Ok(())
}

/// One's own account, where it is logged in, and what happened to it lately.
///
/// # Errors
/// [`AppError::NotLoggedIn`].
#[server(AccountFn, prefix = "/fn", endpoint = "account")]
pub async fn account() -> Result<AccountOverview, AppError> {
    let context = request_context::<AccountFn>().await?;
    Ok(context.services().own_account.overview(context.session()?).await?)
}

/// Changes the password. Every other session of the account ends; this one gets a new token.
///
/// # Errors
/// [`AppError::Refused`] with a reason for each field.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(current_password: Password, password: Password) -> Result<(), AppError> {
    let context = request_context::<ChangePassword>().await?;
    let own_account = &context.services().own_account;
    let issued = own_account.change_password(context.session()?, &current_password, &password, &context.client).await?;
    context.set_session_cookie(&issued);
    context.flash_without_scripts(Notice::PasswordChanged);
    Ok(())
}

/// Ends one session of one's own.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::NotFound`] for the session of somebody else as for none.
#[server(prefix = "/fn", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), AppError> {
    let context = request_context::<EndSession>().await?;
    context.services().session.revoke_one(context.session()?, &session, &context.client).await?;
    context.flash_without_scripts(Notice::SessionEnded);
    Ok(())
}

/// Ends every session of one's own but the one that asks.
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

/// Deletes one's own account, and clears the cookie.
///
/// # Errors
/// [`AppError::Refused`] when it is another password; [`AppError::LastAdmin`].
#[server(prefix = "/fn", endpoint = "delete_account")]
pub async fn delete_account(current_password: Password) -> Result<(), AppError> {
    let context = request_context::<DeleteAccount>().await?;
    context.services().own_account.delete(context.session()?, &current_password, &context.client).await?;
    context.clear_session_cookie();
    context.flash(paths::HOME, Notice::AccountDeleted);
    context.redirect(paths::HOME);
    Ok(())
}
