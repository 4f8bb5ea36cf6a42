//! The guard tables of the login: its pages and server functions, with their access rules.

use latchkey_types::routes::{Feature, Page, ServerFunction};
use latchkey_types::{Access, Role, paths};

const ADMIN: Access = Access::HasRole(Role::ADMIN);

/// Pages of the login.
pub const PAGES: &[Page] = &[
    Page::new(paths::REGISTRATION, Access::Anonymous).needs(Feature::Registration),
    Page::new(paths::LOGIN, Access::Anonymous),
    Page::new(paths::LOGIN_VERIFY, Access::Anonymous),
    Page::new(paths::LOGIN_EMAIL, Access::Anonymous).needs(Feature::LoginByEmail),
    Page::new(paths::LOGIN_LINK, Access::Everyone).needs(Feature::LoginByEmail),
    Page::new(paths::ACCOUNT, Access::LoggedIn),
    Page::new(paths::CONFIRM, Access::FirstFactor),
    Page::new(paths::SECOND_FACTOR, Access::FirstFactor),
    Page::new(paths::FINALIZE, Access::Everyone).needs(Feature::Registration),
    Page::new(paths::RESEND, Access::Everyone).needs(Feature::Registration),
    Page::new(paths::RESET, Access::Everyone),
    Page::new(paths::NEW_PASSWORD, Access::Everyone),
    Page::new(paths::NEW_EMAIL, Access::Everyone),
    Page::new(paths::KEEP_EMAIL, Access::Everyone),
    Page::new(paths::ADMIN_USERS, ADMIN),
    Page::new(paths::ADMIN_USER, ADMIN),
    Page::new(paths::ADMIN_EVENTS, ADMIN),
];

/// Server functions of the login.
pub const SERVER_FUNCTIONS: &[ServerFunction] = &[
    ServerFunction::new("login", paths::LOGIN, Access::Everyone).refill(&["username", "remember"]),
    ServerFunction::new("verify_login", paths::LOGIN_VERIFY, Access::Everyone),
    ServerFunction::new("request_login_link", paths::LOGIN_EMAIL, Access::Everyone).refill(&["email"]),
    ServerFunction::new("login_link", paths::LOGIN_LINK, Access::Everyone).query(TOKEN),
    ServerFunction::new("log_in_by_link", paths::LOGIN_LINK, Access::Everyone).query(TOKEN),
    ServerFunction::new("register", paths::REGISTRATION, Access::Everyone).refill(&["username", "email"]),
    ServerFunction::new("logout", paths::HOME, Access::Everyone),
    ServerFunction::on_any_page("refresh", Access::FirstFactor),
    ServerFunction::on_any_page("set_theme", Access::Everyone),
    ServerFunction::on_any_page("current_user", Access::Everyone),
    ServerFunction::new("reauthenticate", paths::CONFIRM, Access::FirstFactor),
    ServerFunction::new("list_users", paths::ADMIN_USERS, ADMIN),
    ServerFunction::new("show_user", paths::ADMIN_USER, ADMIN),
    ServerFunction::new("set_active", paths::ADMIN_USERS, ADMIN).refill(&["id"]),
    ServerFunction::new("set_roles", paths::ADMIN_USERS, ADMIN).refill(&["id", "checked[]", "roles"]),
    ServerFunction::new("end_user_sessions", paths::ADMIN_USERS, ADMIN).refill(&["id"]),
    ServerFunction::new("remove_user_second_factor", paths::ADMIN_USERS, ADMIN).refill(&["id"]),
    ServerFunction::new("list_events", paths::ADMIN_EVENTS, ADMIN),
    ServerFunction::new("account", paths::ACCOUNT, Access::LoggedIn),
    ServerFunction::new("change_password", paths::ACCOUNT, Access::LoggedIn),
    ServerFunction::new("end_session", paths::ACCOUNT, Access::LoggedIn),
    ServerFunction::new("end_other_sessions", paths::ACCOUNT, Access::LoggedIn),
    ServerFunction::new("delete_account", paths::ACCOUNT, Access::LoggedIn),
    ServerFunction::new("second_factor", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("set_up_totp", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("confirm_totp", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("remove_totp", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("renew_recovery_codes", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("hide_recovery_codes", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("begin_passkey_login", paths::LOGIN, Access::Everyone),
    ServerFunction::new("log_in_by_passkey", paths::LOGIN, Access::Everyone).body_max(PASSKEY_MAX).errors_at("login"),
    ServerFunction::new("reauthenticate_by_code", paths::CONFIRM, Access::FirstFactor),
    ServerFunction::new("distrust_device", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("reauthenticate_by_passkey", paths::CONFIRM, Access::FirstFactor)
        .body_max(PASSKEY_MAX)
        .errors_at("reauthenticate"),
    ServerFunction::new("begin_passkey", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("add_passkey", paths::SECOND_FACTOR, Access::FirstFactor).body_max(PASSKEY_MAX),
    ServerFunction::new("remove_passkey", paths::SECOND_FACTOR, Access::FirstFactor),
    ServerFunction::new("finalize", paths::FINALIZE, Access::Everyone).query(TOKEN),
    ServerFunction::new("registration_link", paths::FINALIZE, Access::Everyone).query(TOKEN),
    ServerFunction::new("resend", paths::RESEND, Access::Everyone).refill(&["email"]),
    ServerFunction::new("request_reset", paths::RESET, Access::Everyone).refill(&["email"]),
    ServerFunction::new("reset_password", paths::NEW_PASSWORD, Access::Everyone).query(TOKEN),
    ServerFunction::new("reset_link", paths::NEW_PASSWORD, Access::Everyone).query(TOKEN),
    ServerFunction::new("change_email", paths::ACCOUNT, Access::LoggedIn).refill(&["email"]),
    ServerFunction::new("confirm_email", paths::NEW_EMAIL, Access::Everyone).query(TOKEN),
    ServerFunction::new("email_link", paths::NEW_EMAIL, Access::Everyone).query(TOKEN),
    ServerFunction::new("keep_email", paths::KEEP_EMAIL, Access::Everyone).query(TOKEN),
];

/// Maximum size of a form with the answer of a passkey, in bytes: JSON, encoded for a form.
const PASSKEY_MAX: usize = 32 * 1024;

/// A rejected form of an email link keeps the token in its URL.
const TOKEN: &[&str] = &["token"];
