//! Server functions for the login by a link in an email.

use latchkey_types::{AppError, EmailLinkDetails, JsonOutput};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::server::context::request_context,
    latchkey_axum::core::service::session::{Login as LoginResult, RememberMe},
    latchkey_types::Notice,
};

/// Sends a link to log in if an account has the address. The response is the same for every address.
///
/// # Errors
/// [`AppError::Refused`] for an invalid address, [`AppError::TooManyRequests`] if no email may be sent to it now;
/// [`AppError::NotFound`] if the settings do not allow it.
#[server(prefix = "/fn", endpoint = "request_login_link")]
pub async fn request_login_link(#[server(default)] email: String) -> Result<(), AppError> {
    let context = request_context::<RequestLoginLink>().await?;
    context.services().login_link.request(&email, &context.client).await?;
    context.flash_without_scripts(Notice::LoginLinkMailed);
    Ok(())
}

/// Returns the details of a link, without consuming it.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "login_link", output = JsonOutput)]
pub async fn login_link(#[server(default)] token: String) -> Result<EmailLinkDetails, AppError> {
    let context = request_context::<LoginLink>().await?;
    Ok(context.services().login_link.preview(&token).await?)
}

/// Logs in by a link; an account with a second factor is asked for a code first.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "log_in_by_link")]
pub async fn log_in_by_link(#[server(default)] token: String) -> Result<(), AppError> {
    let context = request_context::<LogInByLink>().await?;
    let channel = context.channel(RememberMe::No);
    match context.services().login_link.log_in(&token, channel, &context.client).await? {
        LoginResult::Session(issued) => {
            context.set_login_cookies(&issued)?;
            context.redirect(context.after_login());
        }
        LoginResult::Challenge(challenge) => context.ask_for_second_factor(&challenge, context.after_login()),
    }
    Ok(())
}
