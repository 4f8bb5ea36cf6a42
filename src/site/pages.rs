//! The pages of the site.

// Public, because `#[component]` generates a public function in each.
pub mod home;
pub mod secret;

pub use home::HomePage;
pub use secret::SecretPage;
