//! An account begins.

use leptos::prelude::*;

use crate::domain::{Link, Password};
use crate::error::AppError;

/// Makes an account and logs it in, or has a mail sent to confirm it by.
///
/// # Errors
/// [`AppError::Refused`] with a reason for each field.
#[server(prefix = "/fn", endpoint = "register")]
pub async fn register(username: String, #[server(default)] email: String, password: Password) -> Result<(), AppError> {
    use crate::server::context;
    use crate::server::service::registration::Registered;
    use crate::server::service::session::Persistence;
    let door = context::door()?;
    let entry = door.entry(Persistence::UntilClosed);
    match door.services.registration.register(&username, &email, &password, entry, &door.client).await? {
        Registered::Begun(signed_in) => {
            door.keep(&signed_in);
            door.redirect(crate::routes::SECRET);
        }
        Registered::MailSent => door.done("register", crate::visit::Notice::ConfirmationMailed),
    }
    Ok(())
}

/// Which account a link confirms; uses nothing up.
///
/// # Errors
/// [`AppError::LinkInvalid`].
#[server(prefix = "/fn", endpoint = "registration_link")]
pub async fn registration_link(#[server(default)] token: String) -> Result<Link, AppError> {
    let door = crate::server::context::door()?;
    Ok(door.services.registration.look_at(&token).await?)
}

/// Makes the account of a registration and logs it in, for who has its link and its password.
///
/// # Errors
/// [`AppError::LinkInvalid`]; [`AppError::Refused`] when the password is another one, or the name was taken meanwhile.
#[server(prefix = "/fn", endpoint = "finalize")]
pub async fn finalize(#[server(default)] token: String, password: Password) -> Result<(), AppError> {
    use crate::server::context;
    use crate::server::service::session::Persistence;
    let door = context::door()?;
    let entry = door.entry(Persistence::UntilClosed);
    let signed_in = door.services.registration.finalize(&token, &password, entry, &door.client).await?;
    door.keep(&signed_in);
    door.announce("secret", crate::visit::Notice::Welcome);
    door.redirect(crate::routes::SECRET);
    Ok(())
}

/// Has the mail of a registration sent again; the answer is the same for every address.
///
/// # Errors
/// [`AppError::Refused`] when it is no address.
#[server(prefix = "/fn", endpoint = "resend")]
pub async fn resend(#[server(default)] email: String) -> Result<(), AppError> {
    let door = crate::server::context::door()?;
    door.services.registration.resend(&email).await?;
    door.done("resend", crate::visit::Notice::ConfirmationResent);
    Ok(())
}
