//! Rendering and delivery of queued emails.
//!
//! [`worker`] claims rows of `outbox`, [`render`] looks up recipient and text, [`layout`] builds the MIME message,
//! [`transport`] sends it, `delivery` records the result. Use cases queue emails with [`crate::service::mail_queue`] and know nothing of this module.

mod delivery;
pub mod eml;
pub mod layout;
pub mod render;
mod smtp;
pub mod test_email;
pub mod texts;
pub mod transport;
pub mod worker;
