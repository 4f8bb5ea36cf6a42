//! Stored password hashes: those of passlib, Django, werkzeug and bcrypt, and our own. Only parsed: hashing is slow on
//! purpose.

#![no_main]

use latchkey_core::security::password_hash;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|stored: &str| {
    let _ = password_hash::is_usable(stored);
});
