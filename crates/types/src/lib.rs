//! Types shared by Latchkey's server and its pages: parsed once, then trusted.
//!
//! | module | contents |
//! |---|---|
//! | [`Username`], [`EmailAddress`], [`Password`], [`Role`] | user input, parsed at the edge |
//! | [`CurrentUser`], [`AccountOverview`], [`UserSummary`], [`AuditEvent`] | account data that pages may show |
//! | [`AppError`], [`FieldError`] | error codes, as closed sets without text |
//! | [`flash`] | flash messages from one request to the next page |
//! | [`texts`] | user-visible texts of errors |
//! | [`paths`] | every path of the login, [`paths::safe_return_to`] |
//! | [`routes`], [`Access`] | rows of the guard tables: pages and server functions with their access rules |
//! | [`Theme`] | light or dark |
//! | [`Product`] | name and branding of an application |
//!
//! Invariant: `serde` and `std` only (and `server_fn`'s error trait with `serde_json` behind the feature `server-fn`). Everything
//! compiles to WASM and knows neither HTTP nor a database.

mod access;
mod audit_event;
mod email_address;
mod email_link;
mod error;
pub mod flash;
mod own_account;
mod password;
pub mod paths;
mod product;
mod rate_limited;
mod roles;
pub mod routes;
mod site_code;
pub mod texts;
mod theme;
mod timestamp;
mod trim;
mod user;
mod user_summary;
mod username;

pub use access::Access;
pub use audit_event::{AuditEvent, EventActor};
pub use email_address::EmailAddress;
pub use email_link::EmailLinkDetails;
#[cfg(feature = "server-fn")]
pub use error::JsonOutput;
pub use error::{AppError, FieldError};
pub use flash::{Flash, Notice, Outcome};
pub use own_account::{
    AccountOverview, EventKind, PasskeySummary, QrPath, SecondFactor, SecurityEvent, SessionSummary, TotpSetup,
    TrustedDevice,
};
pub use password::Password;
pub use product::Product;
pub use rate_limited::{RateLimit, RateLimited};
pub use roles::{Role, Roles};
pub use site_code::SiteCode;
pub use theme::Theme;
pub use timestamp::Timestamp;
pub use trim::{is_invisible, trim_invisible};
pub use user::CurrentUser;
pub use user_summary::UserSummary;
pub use username::Username;
