//! What people type and what the server knows of them, parsed once and kept as types.
//!
//! Invariant: `serde` and `std` only; everything here compiles to WASM and knows nothing of HTTP or of a database.

mod account;
mod email_address;
mod event;
mod link;
mod own_account;
mod password;
mod roles;
mod user;
mod username;

pub use account::ListedUser;
pub use email_address::EmailAddress;
pub use event::{ListedEvent, Party};
pub use link::Link;
pub use own_account::{AccountOverview, EventKind, SecurityEvent, SessionSummary};
pub use password::Password;
pub use roles::{Role, Roles};
pub use user::CurrentUser;
pub use username::Username;
