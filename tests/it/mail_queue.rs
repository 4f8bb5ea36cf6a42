//! Emails, from the outbox to their delivery.

mod delivery;
mod dev_mail;
mod notices;
mod process;
mod smtp;
mod throttle;
