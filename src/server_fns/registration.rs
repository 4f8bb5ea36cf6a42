//! An account begins.

use leptos::prelude::*;

use crate::domain::Password;
use crate::error::AppError;

/// Makes an account and logs it in.
///
/// # Errors
/// [`AppError::Refused`] with a reason for each field.
#[server(prefix = "/fn", endpoint = "register")]
pub async fn register(username: String, #[server(default)] email: String, password: Password) -> Result<(), AppError> {
    use crate::server::context;
    let door = context::door()?;
    let signed_in =
        door.services.registration.register(&username, &email, &password, door.presented(), &door.client).await?;
    door.keep(&signed_in);
    door.redirect(crate::routes::SECRET);
    Ok(())
}
