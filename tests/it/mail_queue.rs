//! Emails, from the outbox to their delivery.

mod delivery;
mod dev_mail;
mod dialogue;
mod notices;
mod process;
mod scripted;
mod smtp;
mod throttle;
