//! The pages of the login, one per file.
//!
//! A page composes components and names the server functions that it uses. Access is checked before it renders.

// Public, because `#[component]` generates a public function in each.
pub mod account;
pub mod admin_events;
pub mod admin_user;
pub mod admin_users;
pub mod confirm;
pub mod finalize;
pub mod keep_email;
pub mod login;
pub mod login_link;
pub mod new_email;
pub mod new_password;
pub mod registration;
pub mod resend;
pub mod reset;
pub mod second_factor;
pub mod verify_login;

pub use account::AccountPage;
pub use admin_events::AdminEventsPage;
pub use admin_user::AdminUserPage;
pub use admin_users::AdminUsersPage;
pub use confirm::ConfirmPage;
pub use finalize::FinalizePage;
pub use keep_email::KeepEmailPage;
pub use login::LoginPage;
pub use login_link::{LoginEmailPage, LoginLinkPage};
pub use new_email::NewEmailPage;
pub use new_password::NewPasswordPage;
pub use registration::RegistrationPage;
pub use resend::ResendPage;
pub use reset::ResetPage;
pub use second_factor::SecondFactorPage;
pub use verify_login::VerifyLoginPage;

use latchkey_types::paths;

use super::routes::PAGES;
use super::{GuardedPage, guarded_page};
use crate::{document_page, lazy_page};

/// The routes of the login.
#[must_use]
pub fn page_routes() -> Vec<GuardedPage> {
    vec![
        guarded_page(PAGES, paths::REGISTRATION, lazy_page!(RegistrationPage)),
        guarded_page(PAGES, paths::LOGIN, LoginPage),
        guarded_page(PAGES, paths::ACCOUNT, lazy_page!(AccountPage)),
        guarded_page(PAGES, paths::CONFIRM, lazy_page!(ConfirmPage in confirmation)),
        guarded_page(PAGES, paths::LOGIN_VERIFY, lazy_page!(VerifyLoginPage in confirmation)),
        guarded_page(PAGES, paths::LOGIN_EMAIL, lazy_page!(LoginEmailPage in email_links)),
        guarded_page(PAGES, paths::LOGIN_LINK, lazy_page!(LoginLinkPage in email_links)),
        guarded_page(PAGES, paths::SECOND_FACTOR, lazy_page!(SecondFactorPage)),
        guarded_page(PAGES, paths::FINALIZE, lazy_page!(FinalizePage in email_links)),
        guarded_page(PAGES, paths::RESEND, lazy_page!(ResendPage in email_links)),
        guarded_page(PAGES, paths::RESET, lazy_page!(ResetPage in email_links)),
        guarded_page(PAGES, paths::NEW_PASSWORD, lazy_page!(NewPasswordPage in email_links)),
        guarded_page(PAGES, paths::NEW_EMAIL, lazy_page!(NewEmailPage in email_links)),
        guarded_page(PAGES, paths::KEEP_EMAIL, lazy_page!(KeepEmailPage in email_links)),
        guarded_page(PAGES, paths::ADMIN_USERS, document_page!(AdminUsersPage)),
        guarded_page(PAGES, paths::ADMIN_USER, document_page!(AdminUserPage)),
        guarded_page(PAGES, paths::ADMIN_EVENTS, document_page!(AdminEventsPage)),
    ]
}
