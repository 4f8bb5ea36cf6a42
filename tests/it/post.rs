//! Mail, from "it is due" to "it is delivered".

mod throttle;
