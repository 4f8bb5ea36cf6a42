//! The rows, column by column; one file a table.

pub mod audit_event;
pub mod email_change;
pub mod mail_token;
pub mod registration;
pub mod session;
pub mod user;
