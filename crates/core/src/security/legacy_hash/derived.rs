//! Hashes that are derived from a password with a salt: PBKDF2 and scrypt.

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq;

/// Maximum number of rounds of a stored hash: a manipulated row must not occupy a CPU for minutes.
pub(super) const ROUNDS_MAX: u32 = 2_000_000;
/// Maximum memory of a stored scrypt hash, in bytes; four times the default of werkzeug.
const SCRYPT_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Maximum parallelism of a stored scrypt hash; its lanes are computed one after the other.
pub(super) const SCRYPT_LANES_MAX: u32 = 4;
/// The alphabet of passlib's `ab64`: standard base64 with `.` instead of `+`, and no padding.
pub(super) const AB64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";

/// The parts of a PBKDF2 hash (RFC 8018, 5.2).
#[derive(Debug)]
pub(in crate::security) struct Pbkdf2 {
    pub(super) rounds: u32,
    salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

/// The parts of a scrypt hash.
#[derive(Debug)]
pub(in crate::security) struct Scrypt {
    pub(super) params: scrypt::Params,
    salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

impl Scrypt {
    /// `costs` are n, r and p.
    pub(super) fn new(costs: [&str; 3], salt: &str, hash: Vec<u8>) -> Option<Self> {
        let [n, r, p] = costs.map(|cost| cost.parse::<u32>().ok().filter(|cost| *cost > 0));
        let (n, r, p) = (n?, r?, p?);
        let bytes = u64::from(n).checked_mul(u64::from(r))?.checked_mul(128)?;
        let is_bounded = n.is_power_of_two() && bytes <= SCRYPT_BYTES_MAX && p <= SCRYPT_LANES_MAX && hash.len() == 64;
        // Checked before: `Params` multiplies r by p without a check.
        let params = is_bounded.then(|| scrypt::Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()).flatten()?;
        Some(Self { params, salt: salt.as_bytes().to_vec(), hash })
    }

    pub(super) fn is_derived(&self, password: &str) -> bool {
        let mut derived = vec![0; self.hash.len()];
        let done = scrypt::scrypt(password.as_bytes(), &self.salt, &self.params, &mut derived);
        done.is_ok() && derived.ct_eq(&self.hash).into()
    }
}

impl Pbkdf2 {
    pub(super) fn parse(text: &str, length: usize) -> Option<Self> {
        let parts = text.split('$').collect::<Vec<_>>();
        let [rounds, salt, hash] = parts.as_slice() else { return None };
        Self::new(rounds, decode(salt)?, decode(hash)?, length)
    }

    pub(super) fn new(rounds: &str, salt: Vec<u8>, hash: Vec<u8>, length: usize) -> Option<Self> {
        let rounds = rounds.parse().ok().filter(|rounds| (1..=ROUNDS_MAX).contains(rounds))?;
        (hash.len() == length).then_some(Self { rounds, salt, hash })
    }

    pub(super) fn is_derived(&self, derive: impl FnOnce(&[u8], u32, &mut [u8])) -> bool {
        let mut derived = vec![0; self.hash.len()];
        derive(&self.salt, self.rounds, &mut derived);
        derived.ct_eq(&self.hash).into()
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
    GeneralPurpose::new(&Alphabet::new(AB64).ok()?, config).decode(text).ok()
}
