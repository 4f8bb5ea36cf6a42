//! The pages, one a file.
//!
//! A page composes parts and names the server functions that it uses. Whether it may be seen was decided before it renders.

// Public, because `#[component]` leaves a public function behind in each.
pub mod account;
pub mod admin_events;
pub mod admin_users;
pub mod confirm;
pub mod home;
pub mod login;
pub mod registration;
pub mod secret;

pub use account::AccountPage;
pub use admin_events::AdminEventsPage;
pub use admin_users::AdminUsersPage;
pub use confirm::ConfirmPage;
pub use home::HomePage;
pub use login::LoginPage;
pub use registration::RegistrationPage;
pub use secret::SecretPage;
