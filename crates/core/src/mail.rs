//! From a row of the outbox to a mail that was handed over.
//!
//! [`worker`] claims rows, [`render`] finds out whom a mail goes to and what it says, [`layout`] makes a message of
//! it, [`transport`] hands it over. Use cases put rows in through [`crate::service::mail_queue`] and know nothing of this.

pub mod eml;
pub mod layout;
pub mod render;
pub mod texts;
pub mod transport;
pub mod worker;
