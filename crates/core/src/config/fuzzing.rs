//! What the targets of `fuzz/` reach that is not public. Compiled by `cargo fuzz` only.

use super::{env_file, proxies};

/// Parses the content of a file `.env`.
///
/// # Panics
/// If a value has two lines or no name.
pub fn read_env_file(bytes: &[u8]) {
    if let Ok(lines) = env_file::parse(bytes) {
        for (name, value) in lines {
            assert!(!name.is_empty() && !value.contains('\n'), "{name:?}");
        }
    }
}

/// Parses the setting `TRUSTED_PROXIES`.
///
/// # Panics
/// If what was parsed is not parsed to the same again.
pub fn read_trusted_proxies(text: &str) {
    if let Ok(networks) = proxies::parse(text) {
        let again = networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        assert_eq!(proxies::parse(&again), Ok(networks));
    }
}
