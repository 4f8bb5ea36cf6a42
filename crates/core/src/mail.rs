//! From a row of the outbox to a mail that was handed over.
//!
//! [`courier`] claims rows, [`content`] finds out whom a mail goes to and what it says, [`layout`] makes a message of
//! it, [`transport`] hands it over. Use cases put rows in through [`crate::service::post`] and know nothing of this.

pub mod content;
pub mod courier;
pub mod eml;
pub mod layout;
pub mod texts;
pub mod transport;
