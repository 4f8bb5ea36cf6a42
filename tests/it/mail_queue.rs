//! Mail, from "it is due" to "it is delivered".

mod delivery;
mod dev_mail;
mod notices;
mod process;
mod smtp;
mod throttle;
