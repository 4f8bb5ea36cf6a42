//! The rows, column by column.

pub mod audit_event;
pub mod email_change;
pub mod form_draft;
pub mod mail_throttle;
pub mod mail_token;
pub mod outbox;
pub mod registration;
pub mod session;
pub mod user;
