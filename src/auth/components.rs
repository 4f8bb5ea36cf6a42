//! The parts that pages are made of.
//!
//! Invariant: a part knows no use case; what it shows or sends comes from the page.

// Public, because `#[component]` leaves a public function behind in each.
pub mod admin_navigation;
pub mod browser;
pub mod confirmation;
pub mod dev_mail_hint;
pub mod email_link_page;
pub mod error_page;
pub mod field;
pub mod form;
pub mod header;
pub mod logout_form;
pub mod mail_form;
pub mod notice;
pub mod refused;
pub mod submit;
pub mod tabs;
pub mod timestamp;

pub use admin_navigation::{AdminNavigation, Paging};
pub use confirmation::{ConfirmationDialog, PasswordAgain, provide_confirmation};
pub use dev_mail_hint::DevMailHint;
pub use email_link_page::{AnotherLink, linked};
pub use error_page::ErrorPage;
pub use field::{Field, TextArea};
pub use form::{FormError, FormState, provide_flash, use_flash, use_form, use_page_flash};
pub use header::Header;
pub use logout_form::LogoutForm;
pub use mail_form::UntilDone;
pub use notice::{Alert, Notices, PageNotice};
pub use refused::Refused;
pub use submit::Submit;
pub use timestamp::Time;
