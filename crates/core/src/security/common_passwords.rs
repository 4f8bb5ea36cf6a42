//! The most common passwords, embedded as truncated hashes.
//!
//! `script/common-passwords` builds the file. Source: "10 million passwords" by Mark Burnett (2015), as in `SecLists`
//! (MIT License).

use sha2::{Digest, Sha256};

/// The first four bytes of each SHA-256, sorted.
const HASHES: &[u8] = include_bytes!("common_passwords.bin");
/// Bytes of a hash.
const WIDTH: usize = 4;

/// Whether this is one of the 500,000 most common passwords, regardless of case. One of 20,000 others is taken for one.
pub(super) fn contains(password: &str) -> bool {
    let digest = Sha256::digest(password.to_lowercase());
    let (hashes, _) = HASHES.as_chunks::<WIDTH>();
    digest.first_chunk().is_some_and(|hash| hashes.binary_search(hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_passwords_are_known_and_others_are_not() {
        for common in ["password", "PassWord1", "iloveyou", "1q2w3e4r5t", "zaq12wsx"] {
            assert!(contains(common), "{common}");
        }
        for other in ["tin wolf orbit cave", "8461937205518264", "żółć gęślą jaźń", ""] {
            assert!(!contains(other), "{other}");
        }
    }

    #[test]
    fn the_file_is_sorted_and_complete() {
        let (hashes, rest) = HASHES.as_chunks::<WIDTH>();
        assert!(rest.is_empty() && hashes.len() > 200_000 && hashes.is_sorted());
    }
}
