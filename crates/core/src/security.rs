//! Password hashes, JWTs, email tokens and randomness.
//!
//! Invariant: knows neither HTTP nor the database.

mod common_passwords;
pub mod device_token;
mod hash_queue;
pub mod jwt;
pub mod keyed_hash;
mod legacy_hash;
pub mod opaque_token;
pub mod password_hash;
pub mod password_rule;
pub mod pwned_passwords;
pub mod qr;
pub mod random;
pub mod recovery_code;
pub mod secret_box;
pub mod totp;
pub mod webauthn;
