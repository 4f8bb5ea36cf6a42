//! Server functions of the login: URL-encoded POSTs under `/fn/`, from plain forms or from the hydrated page.
//!
//! Invariant: each function gets its context, calls one use case and sets cookies. It contains no business rules.

#![allow(missing_docs, reason = "the macro generates public structs whose fields are the arguments")]

pub mod account;
pub mod admin;
pub mod email;
pub mod login_link;
pub mod passkeys;
pub mod password;
pub mod registration;
pub mod second_factor;
pub mod session;
pub mod theme;

pub use account::{
    AccountFn, ChangePassword, DeleteAccount, EndOtherSessions, EndSession, Reauthenticate, ReauthenticateByCode,
    account, change_password, delete_account, end_other_sessions, end_session, reauthenticate, reauthenticate_by_code,
};
pub use admin::{
    EndUserSessions, EventList, ListEvents, ListUsers, RemoveUserSecondFactor, SetActive, SetRoles, ShowUser,
    UserDetails, UserList, end_user_sessions, list_events, list_users, remove_user_second_factor, set_active,
    set_roles, show_user,
};
pub use email::{ChangeEmail, ConfirmEmail, EmailLink, KeepEmail, change_email, confirm_email, email_link, keep_email};
pub use login_link::{LogInByLink, LoginLink, RequestLoginLink, log_in_by_link, login_link, request_login_link};
pub use passkeys::{
    AddPasskey, BeginPasskey, BeginPasskeyLogin, LogInByPasskey, ReauthenticateByPasskey, RemovePasskey, add_passkey,
    begin_passkey, begin_passkey_login, log_in_by_passkey, reauthenticate_by_passkey, remove_passkey,
};
pub use password::{RequestReset, ResetLink, ResetPassword, request_reset, reset_link, reset_password};
pub use registration::{Finalize, Register, RegistrationLink, Resend, finalize, register, registration_link, resend};
pub use second_factor::{
    ConfirmTotp, DistrustDevice, HideRecoveryCodes, RemoveTotp, RenewRecoveryCodes, SecondFactorFn, SetUpTotp,
    VerifyLogin, confirm_totp, distrust_device, hide_recovery_codes, remove_totp, renew_recovery_codes, second_factor,
    set_up_totp, verify_login,
};
pub use session::{CurrentUserFn, Login, Logout, Refresh, current_user, login, logout, refresh};
pub use theme::{SetTheme, set_theme};
