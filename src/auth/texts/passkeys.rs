//! Texts of passkeys.

#![expect(missing_docs, reason = "the texts are their own documentation")]

pub const USE_PASSKEY: &str = "Use a passkey";
pub const OR: &str = "or";
pub const PASSKEYS: &str = "Passkeys";
pub const PASSKEYS_LEAD: &str =
    "A passkey logs you in with the fingerprint, face or PIN of a device, without a password and a code.";
pub const NO_PASSKEYS: &str = "You have no passkeys.";
pub const PASSKEY_NAME: &str = "Name of the passkey";
pub const ADD_PASSKEY: &str = "Add a passkey";
pub const ADDED: &str = "Added";
pub const NOT_USED_YET: &str = "not used yet";
pub const REMOVE: &str = "Remove";
