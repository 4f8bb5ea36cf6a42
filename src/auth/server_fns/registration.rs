//! Server functions for registration.

use latchkey_types::{AppError, EmailLinkDetails, JsonOutput, Password};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// Creates an account and logs it in, or sends a confirmation email.
///
/// # Errors
/// [`AppError::Refused`] with a reason for each field.
#[server(prefix = "/fn", endpoint = "register")]
pub async fn register(username: String, #[server(default)] email: String, password: Password) -> Result<(), AppError> {
    use latchkey_axum::core::service::registration::Registered;
    use latchkey_axum::core::service::session::RememberMe;
    let context = request_context::<Register>().await?;
    let channel = context.channel(RememberMe::No);
    match context.services().registration.register(&username, &email, &password, channel, &context.client).await? {
        Registered::LoggedIn(issued) => {
            context.set_login_cookies(&issued)?;
            context.redirect(context.after_login());
        }
        Registered::MailSent => context.flash_without_scripts(Notice::ConfirmationMailed),
    }
    Ok(())
}

/// Returns the details of a registration link, without consuming it.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "registration_link", output = JsonOutput)]
pub async fn registration_link(#[server(default)] token: String) -> Result<EmailLinkDetails, AppError> {
    let context = request_context::<RegistrationLink>().await?;
    Ok(context.services().registration.preview(&token).await?)
}

/// Creates the account of a registration and logs it in. Requires its link and its password.
///
/// # Errors
/// [`AppError::LinkInvalid`]; [`AppError::Refused`] if the password is wrong, or the username was taken in the
/// meantime.
#[server(prefix = "/fn", endpoint = "finalize")]
pub async fn finalize(#[server(default)] token: String, password: Password) -> Result<(), AppError> {
    use latchkey_axum::core::service::session::RememberMe;
    let context = request_context::<Finalize>().await?;
    let channel = context.channel(RememberMe::No);
    let issued = context.services().registration.finalize(&token, &password, channel, &context.client).await?;
    context.set_login_cookies(&issued)?;
    let previous = context.other_user(&issued.user.username);
    let notice = previous.map_or(Notice::Welcome, |previous| Notice::WelcomeInstead { previous });
    context.flash(context.after_login(), notice);
    context.redirect(context.after_login());
    Ok(())
}

/// Sends the confirmation email again. The response is the same for every address.
///
/// # Errors
/// [`AppError::Refused`] for an invalid address, [`AppError::TooManyRequests`] if no email may be sent to it now.
#[server(prefix = "/fn", endpoint = "resend")]
pub async fn resend(#[server(default)] email: String) -> Result<(), AppError> {
    let context = request_context::<Resend>().await?;
    context.services().registration.resend(&email, &context.client).await?;
    context.flash_without_scripts(Notice::ConfirmationResent);
    Ok(())
}
