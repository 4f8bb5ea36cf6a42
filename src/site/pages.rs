//! The pages of the site.

// Public, because `#[component]` leaves a public function behind in each.
pub mod home;
pub mod secret;

pub use home::HomePage;
pub use secret::SecretPage;
