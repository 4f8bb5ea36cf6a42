//! Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 s, which every app supports.

use std::fmt;

use anyhow::Context;
use data_encoding::BASE32_NOPAD;
use totp_rs::{Algorithm, Builder, Totp as Generator};

use super::random;

/// Number of random bytes in a secret: 160 bits (RFC 4226, 4).
const SECRET_BYTES: usize = 20;
const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
/// How many steps the clock of the app may be ahead or behind (RFC 6238, 5.2).
const DRIFT_STEPS: u16 = 1;

/// The secret that an app and the server share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Vec<u8>);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TotpSecret").finish_non_exhaustive()
    }
}

impl From<Vec<u8>> for TotpSecret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl TotpSecret {
    /// Generates a new secret.
    pub fn generate() -> anyhow::Result<Self> {
        Ok(Self(random::bytes::<SECRET_BYTES>()?.to_vec()))
    }

    /// The bytes, to be encrypted.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base32, for people to type.
    #[must_use]
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The URL that an app reads from a QR code.
    pub fn to_url(&self, product: &str, username: &str) -> anyhow::Result<String> {
        // A colon separates issuer and account in the URL.
        self.generator(&product.replace(':', " "), username)?.to_url().context("an account without a name")
    }

    /// The number of the time step whose code this is, if it is one of those that are accepted at `now`, Unix time in
    /// seconds. Compares in constant time.
    pub fn step_of(&self, code: &str, now: i64) -> anyhow::Result<Option<i64>> {
        let now = u64::try_from(now)?;
        let step = self.generator("issuer", "account")?.check(code, now);
        Ok(step.map(i64::try_from).transpose()?)
    }

    #[cfg(test)]
    fn code_at(&self, time: i64) -> anyhow::Result<String> {
        Ok(self.generator("issuer", "account")?.generate(u64::try_from(time)?).to_string())
    }

    fn generator(&self, issuer: &str, account: &str) -> anyhow::Result<Generator> {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_skew(DRIFT_STEPS);
        let builder = builder.with_step_duration(STEP_SECONDS).with_secret(self.0.clone());
        let built = builder.with_issuer(Some(issuer)).with_account_name(account).build();
        built.map_err(|error| anyhow::anyhow!("the secret is not valid: {error}"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of the eight digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = TotpSecret(b"12345678901234567890".to_vec());
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.step_of(code, time).unwrap(), Some(time / 30), "{time}");
            assert_eq!(secret.code_at(time).unwrap(), code);
        }
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn one_step_of_drift_is_accepted_either_way() {
        let secret = TotpSecret::generate().unwrap();
        let now = 1_795_521_600;
        for (drift, is_accepted) in [(-90, false), (-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let code = secret.code_at(now + drift).unwrap();
            let step = secret.step_of(&code, now).unwrap();
            assert_eq!(step, is_accepted.then_some((now + drift) / 30), "{drift}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let secret = TotpSecret(b"12345678901234567890".to_vec());
        for code in ["", "28708", "2870820", "287083", "28708a", " 287082", "+28708", "２８７０８２", "287 082"] {
            assert_eq!(secret.step_of(code, 59).unwrap(), None, "{code}");
        }
    }

    #[test]
    fn the_url_names_site_and_account() {
        let secret = TotpSecret(b"12345678901234567890".to_vec());
        let url = secret.to_url("My: Site", "ada").unwrap();
        assert!(url.starts_with("otpauth://totp/"), "{url}");
        assert!(url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && url.contains("ada"), "{url}");
        assert!(url.contains("issuer=My"), "{url}");
        assert!(!format!("{secret:?}").contains("123"));
    }
}
