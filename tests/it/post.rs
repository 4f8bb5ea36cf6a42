//! Mail, from "it is due" to "it is delivered".

mod delivery;
mod notices;
mod throttle;
