//! Entities: one module per table, with its columns.
//!
//! Columns that end in `_at` contain Unix time in seconds. Queries join by hand, so no entity declares relations.

#![expect(missing_docs, reason = "a column is documented where its name does not say everything")]

pub mod attempt;
pub mod audit_event;
pub mod email_change;
pub mod form_draft;
pub mod login_challenge;
pub mod mail_throttle;
pub mod mail_token;
pub mod outbox;
pub mod passkey;
pub mod passkey_ceremony;
pub mod recovery_code;
pub mod registration;
pub mod session;
pub mod totp;
pub mod trusted_device;
pub mod user;
