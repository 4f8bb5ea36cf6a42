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
    use crate::server::service::session::Persistence;
    let door = context::door()?;
    let entry = door.entry(Persistence::UntilClosed);
    let signed_in = door.services.registration.register(&username, &email, &password, entry, &door.client).await?;
    door.keep(&signed_in);
    door.redirect(crate::routes::SECRET);
    Ok(())
}
