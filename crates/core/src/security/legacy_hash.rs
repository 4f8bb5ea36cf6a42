//! Password hashes of other applications, created by passlib. The next login verifies them and replaces them by
//! Argon2id.

use std::str::FromStr;

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

/// Maximum number of rounds of a stored hash: a manipulated row must not occupy a CPU for minutes.
const ROUNDS_MAX: u32 = 2_000_000;
/// Maximum bcrypt cost of a stored hash; computing it takes a few seconds.
const BCRYPT_COST_MAX: u32 = 15;
/// The alphabet of passlib's `ab64`: standard base64 with `.` instead of `+`, and no padding.
const AB64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";

/// A password hash of another application.
#[derive(Debug)]
pub(super) enum LegacyHash<'a> {
    /// `$pbkdf2-sha512$rounds$salt$hash`, the format of flask-praetorian.
    Pbkdf2Sha512(Pbkdf2),
    /// `$pbkdf2-sha256$rounds$salt$hash`.
    Pbkdf2Sha256(Pbkdf2),
    /// `$2b$cost$…`, or `$2a$`, `$2y$`.
    Bcrypt(&'a str),
}

/// The parts of a PBKDF2 hash (RFC 8018, 5.2).
#[derive(Debug)]
pub(super) struct Pbkdf2 {
    rounds: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl<'a> LegacyHash<'a> {
    /// Parses a stored hash; `None` for other schemes, and for hashes that are too expensive to verify.
    pub(super) fn parse(stored: &'a str) -> Option<Self> {
        let (scheme, rest) = stored.strip_prefix('$')?.split_once('$')?;
        match scheme {
            "pbkdf2-sha512" => Some(Self::Pbkdf2Sha512(Pbkdf2::parse(rest, 64)?)),
            "pbkdf2-sha256" => Some(Self::Pbkdf2Sha256(Pbkdf2::parse(rest, 32)?)),
            "2a" | "2b" | "2y" => {
                let parts = bcrypt::HashParts::from_str(stored).ok()?;
                (parts.get_cost() <= BCRYPT_COST_MAX).then_some(Self::Bcrypt(stored))
            }
            _ => None,
        }
    }

    /// Whether the hash is that of `password`.
    pub(super) fn is_of(&self, password: &str) -> bool {
        match self {
            Self::Pbkdf2Sha512(parts) => parts.is_derived(|salt, rounds, out| {
                pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), salt, rounds, out);
            }),
            Self::Pbkdf2Sha256(parts) => parts.is_derived(|salt, rounds, out| {
                pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, rounds, out);
            }),
            // bcrypt only uses the first 72 bytes, here and where the hash was created.
            Self::Bcrypt(stored) => bcrypt::verify(password, stored).unwrap_or(false),
        }
    }
}

impl Pbkdf2 {
    fn parse(text: &str, length: usize) -> Option<Self> {
        let mut parts = text.split('$');
        let rounds = parts.next()?.parse().ok().filter(|rounds| (1..=ROUNDS_MAX).contains(rounds))?;
        let (salt, hash) = (decode(parts.next()?)?, decode(parts.next()?)?);
        (parts.next().is_none() && hash.len() == length).then_some(Self { rounds, salt, hash })
    }

    fn is_derived(&self, derive: impl FnOnce(&[u8], u32, &mut [u8])) -> bool {
        let mut derived = vec![0; self.hash.len()];
        derive(&self.salt, self.rounds, &mut derived);
        derived.ct_eq(&self.hash).into()
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
    GeneralPurpose::new(&Alphabet::new(AB64).ok()?, config).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Created with passlib 1.7.4 and bcrypt 4.0.
    const VECTORS: [(&str, &str); 4] = [
        (
            "tin wolf orbit cave",
            "$pbkdf2-sha512$25000$bGF0Y2hrZXktdmVjdG9yIQ$KiIvWcMbweAKOqQLx8Nc87NGKldsc9tF5cD130P1BHvepnocbP/qJ4YokS8YPsN.ZQH.J9BFt4jN7wvQYFf2GQ",
        ),
        (
            "pässwörd 🙂",
            "$pbkdf2-sha512$1000$//vvviBsYXRjaGtleQ$3YfV26/mqiPbwA5G5tsnKuYATE3ADElSEbVVtuWd1A.dhJ8KMNP/U5kIHJoCwvZHflv8m1XOncHo6eTAoujHow",
        ),
        (
            "tin wolf orbit cave",
            "$pbkdf2-sha256$29000$bGF0Y2hrZXktdmVjdG9yIQ$n2FcwaFaMQAFzb5GzZjjU5gUwY.4kyv4ThD/MTD/uY4",
        ),
        ("tin wolf orbit cave", "$2b$10$QuHfmGe3moNMPySvPxd.O.N1Dlz1HFwC.Stv/S8/ozVVpGvogN7VW"),
    ];

    #[test]
    fn passlibs_hashes_verify_and_only_with_their_password() {
        for (password, stored) in VECTORS {
            let is_of = |typed: &str| LegacyHash::parse(stored).map(|hash| hash.is_of(typed));
            assert_eq!(is_of(password), Some(true), "{stored}");
            assert_eq!(is_of(&format!("{password} ")), Some(false), "{stored}");
            assert_eq!(is_of(""), Some(false), "{stored}");
        }
    }

    #[test]
    fn what_is_no_hash_or_asks_for_too_much_is_not_computed() {
        let [(_, pbkdf2), _, _, (_, bcrypt)] = VECTORS;
        for stored in [
            "",
            "plain text",
            "$",
            "$pbkdf2-sha512$",
            "$pbkdf2-sha512$25000$$",
            "$argon2id$v=19$x",
            "$1$salt$hash",
            &pbkdf2.replace("$25000$", "$0$"),
            &pbkdf2.replace("$25000$", "$99999999$"),
            &pbkdf2.replace("$25000$", "$-1$"),
            &format!("{pbkdf2}$"),
            &pbkdf2.replace('.', "+"),
            &pbkdf2.replace("-sha512", "-sha256"),
            &bcrypt.replace("$10$", "$31$"),
            "$2b$10$short",
        ] {
            assert!(LegacyHash::parse(stored).is_none(), "{stored}");
        }
    }
}
