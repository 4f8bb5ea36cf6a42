//! The pages, one a file.
//!
//! A page composes parts and names the server functions that it uses. Whether it may be seen was decided before it renders.

// Public, because `#[component]` leaves a public function behind in each.
pub mod account;
pub mod admin_events;
pub mod admin_users;
pub mod confirm;
pub mod finalize;
pub mod home;
pub mod keep_email;
pub mod login;
pub mod new_email;
pub mod new_password;
pub mod registration;
pub mod resend;
pub mod reset;
pub mod secret;

pub use account::AccountPage;
pub use admin_events::AdminEventsPage;
pub use admin_users::AdminUsersPage;
pub use confirm::ConfirmPage;
pub use finalize::FinalizePage;
pub use home::HomePage;
pub use keep_email::KeepEmailPage;
pub use login::LoginPage;
pub use new_email::NewEmailPage;
pub use new_password::NewPasswordPage;
pub use registration::RegistrationPage;
pub use resend::ResendPage;
pub use reset::ResetPage;
pub use secret::SecretPage;
