//! What people do with their own account.

use leptos::prelude::*;

use crate::domain::Password;
use crate::error::AppError;

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
