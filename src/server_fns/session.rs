//! A session begins, goes on and ends.

use leptos::prelude::*;

use crate::domain::{CurrentUser, Password};
use crate::error::AppError;

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
    use crate::server::context;
    let door = context::door()?;
    let entry = door.entry((!remember.is_empty()).into());
    let signed_in = door.services.session.log_in(&username, &password, entry, &door.client).await?;
    door.keep(&signed_in);
    door.redirect(crate::routes::safe_return_to(&next));
    Ok(())
}

/// Ends the session whose cookie came along, and clears the cookie.
///
/// # Errors
/// [`AppError::Unavailable`] when the database can't be asked: then the session lives on, and so does the cookie.
#[server(prefix = "/fn", endpoint = "logout")]
pub async fn logout() -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    door.services.session.log_out(door.presented(), &door.client).await?;
    door.forget();
    door.redirect(crate::routes::HOME);
    Ok(())
}

/// Exchanges the token for a new one before its time, unless this request did so already.
///
/// # Errors
/// [`AppError::NotLoggedIn`].
#[server(prefix = "/fn", endpoint = "refresh")]
pub async fn refresh() -> Result<CurrentUser, AppError> {
    use crate::server::context;
    let door = context::door()?;
    let (user, renewed) = door.services.session.refresh_early(door.visitor()?, &door.client).await?;
    if let Some(signed_in) = renewed {
        door.keep(&signed_in);
    }
    door.done("refresh", crate::visit::Notice::Refreshed);
    Ok(user)
}

/// Who is logged in, if anybody.
///
/// # Errors
/// None of its own.
#[server(CurrentUserFn, prefix = "/fn", endpoint = "current_user")]
pub async fn current_user() -> Result<Option<CurrentUser>, AppError> {
    Ok(crate::server::context::door()?.visitor().ok().map(|visitor| visitor.current_user()))
}

/// What only who is logged in may read.
///
/// # Errors
/// [`AppError::NotLoggedIn`].
#[server(prefix = "/fn", endpoint = "secret")]
pub async fn secret() -> Result<String, AppError> {
    let door = crate::server::context::door()?;
    Ok(crate::texts::secret(&door.visitor()?.current_user().username))
}
