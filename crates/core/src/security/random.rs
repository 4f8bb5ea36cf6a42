//! Randomness from the operating system.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A random id: 128 bits in base64url, 22 characters. For `sub`, `sid` and `jti` (ASVS 11.5.1: at least 128 bits).
pub fn id() -> anyhow::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<16>()?))
}

/// Returns `N` random bytes.
pub fn bytes<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the operating system returned no random bytes: {error}"))?;
    Ok(bytes)
}

/// Whether a text has the format of an [`id`]: exactly 16 bytes in strict base64url.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 22 && URL_SAFE_NO_PAD.decode(text).is_ok()
}
