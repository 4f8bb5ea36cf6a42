//! Components of pages.
//!
//! Invariant: a component knows no use case. The page passes what it shows or sends.

// Public, because `#[component]` generates a public function in each.
pub mod admin_navigation;
pub mod browser;
pub mod confirmation;
pub mod dev_mail_hint;
pub mod email_link_page;
pub mod error_page;
pub mod field;
mod flash;
pub mod form;
pub mod form_or_notice;
pub mod header;
mod load;
pub mod load_error;
mod loaded;
pub mod logout_form;
pub mod notice;
pub mod passkey_form;
mod post;
pub mod request_email_page;
pub mod submit;
pub mod tabs;
pub mod timestamp;

pub use admin_navigation::{AdminNavigation, Paging};
pub use confirmation::{ConfirmationDialog, CurrentPasswordField, UsernameForPasswordManagers, provide_confirmation};
pub use dev_mail_hint::DevMailHint;
pub use email_link_page::{EmailLinkPage, email_link_details, email_link_page};
pub use error_page::ErrorPage;
pub use field::{Field, TextArea};
pub use flash::{provide_flash, use_flash, use_page_flash};
pub use form::{FormError, FormState, PostForm, use_form, use_form_with_answer};
pub use form_or_notice::FormOrNotice;
pub use header::Header;
pub use load::{Loaded, Loading, load};
pub use load_error::LoadError;
pub use loaded::{loaded, loaded_or, rendered};
pub use logout_form::LogoutForm;
pub use notice::{Alert, Notices, PageNotice};
pub use passkey_form::{Or, PasskeyForm};
pub use request_email_page::request_email_page;
pub use submit::Submit;
pub use timestamp::Time;
