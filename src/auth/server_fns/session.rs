//! Server functions for login, token refresh and logout.

use latchkey_types::{AppError, CurrentUser, JsonOutput, Password};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::server::context::request_context,
    latchkey_axum::core::service::session::Login as LoginResult,
    latchkey_types::{Notice, paths},
};

/// Logs in and redirects to `next`, if it is a page that the user may see; an account with a second factor is asked for a
/// code first. `username` may be the email address.
///
/// # Errors
/// [`AppError::LoginRejected`] whatever is wrong; [`AppError::Deactivated`] only if the password is right.
#[server(prefix = "/fn", endpoint = "login")]
pub async fn login(
    username: String,
    password: Password,
    #[server(default)] remember: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let context = request_context::<Login>().await?;
    let channel = context.channel((!remember.is_empty()).into());
    match context.services().session.log_in(&username, &password, channel, &context.client).await? {
        LoginResult::Session(issued) => {
            context.set_login_cookies(&issued)?;
            context.redirect_to_page(&next, &issued.user.roles);
        }
        LoginResult::Challenge(challenge) => context.ask_for_second_factor(&challenge, &next),
    }
    Ok(())
}

/// Ends the session of the cookie, and clears the cookie.
///
/// # Errors
/// [`AppError::Unavailable`] if the database is down: then session and cookie stay.
#[server(prefix = "/fn", endpoint = "logout")]
pub async fn logout() -> Result<(), AppError> {
    let context = request_context::<Logout>().await?;
    context.services().session.log_out(context.session_cookie(), &context.client).await?;
    context.clear_session_cookie();
    context.redirect(paths::HOME);
    Ok(())
}

/// Refreshes the token early, unless this request has rotated it already.
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

/// Returns the authenticated user, if there is one.
#[server(CurrentUserFn, prefix = "/fn", endpoint = "current_user", output = JsonOutput)]
pub async fn current_user() -> Result<Option<CurrentUser>, AppError> {
    Ok(request_context::<CurrentUserFn>().await?.session().ok().map(|session| session.current_user()))
}
