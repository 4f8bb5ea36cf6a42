//! The pages of the login, one per file.
//!
//! A page composes components and names the server functions that it uses. Access is checked before it renders.

// Public, because `#[component]` generates a public function in each.
pub mod account;
pub mod admin_events;
pub mod admin_users;
pub mod confirm;
pub mod finalize;
pub mod keep_email;
pub mod login;
pub mod new_email;
pub mod new_password;
pub mod registration;
pub mod resend;
pub mod reset;

pub use account::AccountPage;
pub use admin_events::AdminEventsPage;
pub use admin_users::AdminUsersPage;
pub use confirm::ConfirmPage;
pub use finalize::FinalizePage;
pub use keep_email::KeepEmailPage;
pub use login::LoginPage;
pub use new_email::NewEmailPage;
pub use new_password::NewPasswordPage;
pub use registration::RegistrationPage;
pub use resend::ResendPage;
pub use reset::ResetPage;

use latchkey_types::paths;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};

use super::guarded_page;
use super::routes::PAGES;

/// The routes of the login.
#[component(transparent)]
pub fn AuthRoutes() -> AnyNestedRoute {
    (
        guarded_page(PAGES, paths::REGISTRATION, RegistrationPage),
        guarded_page(PAGES, paths::LOGIN, LoginPage),
        guarded_page(PAGES, paths::ACCOUNT, AccountPage),
        guarded_page(PAGES, paths::CONFIRM, ConfirmPage),
        guarded_page(PAGES, paths::FINALIZE, FinalizePage),
        guarded_page(PAGES, paths::RESEND, ResendPage),
        guarded_page(PAGES, paths::RESET, ResetPage),
        guarded_page(PAGES, paths::NEW_PASSWORD, NewPasswordPage),
        guarded_page(PAGES, paths::NEW_EMAIL, NewEmailPage),
        guarded_page(PAGES, paths::KEEP_EMAIL, KeepEmailPage),
        guarded_page(PAGES, paths::ADMIN_USERS, AdminUsersPage),
        guarded_page(PAGES, paths::ADMIN_EVENTS, AdminEventsPage),
    )
        .into_any_nested_route()
}
