//! A session begins, goes on and ends.

use latchkey_types::{AppError, CurrentUser, Password};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::server::context::request_context,
    latchkey_types::{Notice, paths},
};

/// Logs in and goes to `next`, if that is a path of ours. `username` may be the e-mail address.
///
/// # Errors
/// [`AppError::LoginRejected`] whatever of it is wrong; [`AppError::Deactivated`] to who knows the password.
#[server(prefix = "/fn", endpoint = "login")]
pub async fn login(
    username: String,
    password: Password,
    #[server(default)] remember: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let context = request_context::<Login>().await?;
    let channel = context.channel((!remember.is_empty()).into());
    let issued = context.services().session.log_in(&username, &password, channel, &context.client).await?;
    context.set_session_cookie(&issued);
    context.redirect(&next);
    Ok(())
}

/// Ends the session whose cookie came along, and clears the cookie.
///
/// # Errors
/// [`AppError::Unavailable`] when the database can't be asked: then the session lives on, and so does the cookie.
#[server(prefix = "/fn", endpoint = "logout")]
pub async fn logout() -> Result<(), AppError> {
    let context = request_context::<Logout>().await?;
    context.services().session.log_out(context.session_cookie(), &context.client).await?;
    context.clear_session_cookie();
    context.redirect(paths::HOME);
    Ok(())
}

/// Exchanges the token for a new one before its time, unless this request did so already.
///
/// # Errors
/// [`AppError::NotLoggedIn`].
#[server(prefix = "/fn", endpoint = "refresh")]
pub async fn refresh() -> Result<CurrentUser, AppError> {
    let context = request_context::<Refresh>().await?;
    let (user, renewed) = context.services().session.refresh_early(context.session()?, &context.client).await?;
    if let Some(issued) = renewed {
        context.set_session_cookie(&issued);
    }
    context.flash_without_scripts(Notice::Refreshed);
    Ok(user)
}

/// Who is logged in, if anybody.
///
/// # Errors
/// None of its own.
#[server(CurrentUserFn, prefix = "/fn", endpoint = "current_user")]
pub async fn current_user() -> Result<Option<CurrentUser>, AppError> {
    Ok(request_context::<CurrentUserFn>().await?.session().ok().map(|session| session.current_user()))
}
