//! `Cookie` and `Accept-Encoding`: at most one session cookie is left, as the cookie library reads it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: &[u8]| assert!(latchkey_axum::fuzzing::clean_headers(lines) <= 1));
