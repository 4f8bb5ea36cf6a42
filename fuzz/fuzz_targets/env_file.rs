//! The file `.env`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| latchkey_core::config::fuzzing::read_env_file(bytes));
