//! What people do with their own account.

use leptos::prelude::*;

use crate::domain::{AccountOverview, Password};
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::visit::Notice;

/// Takes the password of who is logged in once more, and goes on to `next` if there is one.
///
/// # Errors
/// [`AppError::Refused`] when it is another password.
#[server(prefix = "/fn", endpoint = "reauthenticate")]
pub async fn reauthenticate(current_password: Password, #[server(default)] next: String) -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    let signed_in = door.services.session.reauthenticate(door.visitor()?, &current_password, &door.client).await?;
    door.keep(&signed_in);
    // Asked by the dialog, the page stays; the form on it is sent again by its script.
    if !next.is_empty() {
        door.resume();
        door.redirect(&next);
    }
    Ok(())
}

/// One's own account, where it is logged in, and what happened to it lately.
///
/// # Errors
/// [`AppError::NotLoggedIn`].
#[server(AccountFn, prefix = "/fn", endpoint = "account")]
pub async fn account() -> Result<AccountOverview, AppError> {
    let door = crate::server::context::door()?;
    Ok(door.services.own_account.overview(door.visitor()?).await?)
}

/// Changes the password. Every other session of the account ends; this one gets a new token.
///
/// # Errors
/// [`AppError::Refused`] with a reason for each field.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(current_password: Password, password: Password) -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    let own_account = &door.services.own_account;
    let signed_in = own_account.change_password(door.visitor()?, &current_password, &password, &door.client).await?;
    door.keep(&signed_in);
    door.done("change_password", Notice::PasswordChanged);
    Ok(())
}

/// Ends one session of one's own.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`]; [`AppError::NotFound`] for the session of somebody else as for none.
#[server(prefix = "/fn", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    door.services.session.end_one(door.visitor()?, &session, &door.client).await?;
    door.done("end_session", Notice::SessionEnded);
    Ok(())
}

/// Ends every session of one's own but the one that asks.
///
/// # Errors
/// [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    door.services.session.end_others(door.visitor()?, &door.client).await?;
    door.done("end_other_sessions", Notice::OtherSessionsEnded);
    Ok(())
}

/// Deletes one's own account, and clears the cookie.
///
/// # Errors
/// [`AppError::Refused`] when it is another password; [`AppError::LastAdmin`].
#[server(prefix = "/fn", endpoint = "delete_account")]
pub async fn delete_account(current_password: Password) -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    door.services.own_account.delete(door.visitor()?, &current_password, &door.client).await?;
    door.forget();
    // Where the outcome of a logout is told, since it is one.
    door.announce("logout", Notice::AccountDeleted);
    door.redirect(crate::routes::HOME);
    Ok(())
}
