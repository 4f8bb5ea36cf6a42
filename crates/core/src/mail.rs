//! Rendering and delivery of queued emails.
//!
//! [`worker`] claims rows of `outbox`, [`render`] looks up recipient and text, [`layout`] builds the MIME message,
//! [`transport`] sends it. Use cases queue emails with [`crate::service::mail_queue`] and know nothing of this module.

pub mod eml;
pub mod layout;
pub mod render;
pub mod texts;
pub mod transport;
pub mod worker;
