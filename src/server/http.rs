//! The HTTP door: layers in one order, cookies in one place, headers in one place.
//!
//! Invariant: no rule of a use case. Only [`cookies`] names a cookie, only [`layers`] the order of middleware.

pub mod api;
pub mod assets;
pub mod cookies;
pub mod csrf;
pub mod dev_mail;
pub mod door;
pub mod error_page;
pub mod guard;
pub mod headers;
pub mod health;
pub mod layers;
pub mod listen;
pub mod refusal;
pub mod renew;
pub mod request;
pub mod timed;
