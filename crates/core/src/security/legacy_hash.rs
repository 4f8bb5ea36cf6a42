//! Password hashes of other applications, created by passlib, Django, werkzeug or bcrypt. The next login verifies them and
//! replaces them by Argon2id.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};

mod derived;

use derived::{Pbkdf2, Scrypt};

/// Maximum bcrypt cost of a stored hash; computing it takes a few seconds.
const BCRYPT_COST_MAX: u32 = 15;

/// A password hash of another application.
#[derive(Debug)]
pub(super) enum LegacyHash<'a> {
    /// PBKDF2 with HMAC-SHA-512, the default of flask-praetorian.
    Pbkdf2Sha512(Pbkdf2),
    /// PBKDF2 with HMAC-SHA-256.
    Pbkdf2Sha256(Pbkdf2),
    /// scrypt (RFC 7914).
    Scrypt(Scrypt),
    /// `$2b$cost$…`, or `$2a$`, `$2y$`.
    Bcrypt(&'a str),
    /// bcrypt of the hexadecimal SHA-256 of the password.
    BcryptSha256(&'a str),
}

impl<'a> LegacyHash<'a> {
    /// Parses a stored hash; `None` for other schemes, and for hashes that are too expensive to verify.
    pub(super) fn parse(stored: &'a str) -> Option<Self> {
        match stored.strip_prefix('$') {
            Some(_) => Self::of_passlib(stored),
            None => Self::of_django(stored).or_else(|| Self::of_werkzeug(stored)),
        }
    }

    /// `$scheme$…`, the modular crypt format.
    fn of_passlib(stored: &'a str) -> Option<Self> {
        let (scheme, rest) = stored.strip_prefix('$')?.split_once('$')?;
        match scheme {
            "pbkdf2-sha512" => Some(Self::Pbkdf2Sha512(Pbkdf2::parse(rest, 64)?)),
            "pbkdf2-sha256" => Some(Self::Pbkdf2Sha256(Pbkdf2::parse(rest, 32)?)),
            "2a" | "2b" | "2y" => bounded_bcrypt(stored).map(Self::Bcrypt),
            _ => None,
        }
    }

    /// `scheme$…`.
    fn of_django(stored: &'a str) -> Option<Self> {
        let (scheme, rest) = stored.split_once('$')?;
        let parts = rest.split('$').collect::<Vec<_>>();
        match (scheme, parts.as_slice()) {
            ("pbkdf2_sha256", [rounds, salt, hash]) => {
                let hash = STANDARD.decode(hash).ok()?;
                Some(Self::Pbkdf2Sha256(Pbkdf2::new(rounds, salt.as_bytes().to_vec(), hash, 32)?))
            }
            ("scrypt", [n, salt, r, p, hash]) => {
                Some(Self::Scrypt(Scrypt::new([n, r, p], salt, STANDARD.decode(hash).ok()?)?))
            }
            ("bcrypt", _) => bounded_bcrypt(rest).map(Self::Bcrypt),
            ("bcrypt_sha256", _) => bounded_bcrypt(rest).map(Self::BcryptSha256),
            _ => None,
        }
    }

    /// `method:parameters$salt$hash`.
    fn of_werkzeug(stored: &'a str) -> Option<Self> {
        let parts = stored.split('$').collect::<Vec<_>>();
        let [method, salt, hash] = parts.as_slice() else { return None };
        let hash = hex::decode(hash).ok()?;
        match method.split(':').collect::<Vec<_>>().as_slice() {
            ["pbkdf2", "sha256", rounds] => {
                Some(Self::Pbkdf2Sha256(Pbkdf2::new(rounds, salt.as_bytes().to_vec(), hash, 32)?))
            }
            ["pbkdf2", "sha512", rounds] => {
                Some(Self::Pbkdf2Sha512(Pbkdf2::new(rounds, salt.as_bytes().to_vec(), hash, 64)?))
            }
            ["scrypt", n, r, p] => Some(Self::Scrypt(Scrypt::new([n, r, p], salt, hash)?)),
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
            Self::BcryptSha256(stored) => {
                bcrypt::verify(hex::encode(Sha256::digest(password)), stored).unwrap_or(false)
            }
            Self::Scrypt(parts) => parts.is_derived(password),
        }
    }
}

/// A bcrypt hash, unless it is too expensive to verify.
fn bounded_bcrypt(stored: &str) -> Option<&str> {
    let parts = bcrypt::HashParts::from_str(stored).ok()?;
    (parts.get_cost() <= BCRYPT_COST_MAX).then_some(stored)
}

#[cfg(test)]
mod tests {
    use base64::alphabet::Alphabet;
    use base64::engine::GeneralPurpose;
    use proptest::prelude::*;

    use super::derived::{AB64, ROUNDS_MAX, SCRYPT_LANES_MAX};
    use super::*;

    /// Created with passlib 1.7.4, bcrypt 4.0, and Python's hashlib in the formats of Django and werkzeug.
    const VECTORS: [(&str, &str); 10] = [
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
        ("tin wolf orbit cave", "bcrypt$$2b$10$QuHfmGe3moNMPySvPxd.O.N1Dlz1HFwC.Stv/S8/ozVVpGvogN7VW"),
        ("tin wolf orbit cave", "pbkdf2_sha256$1000$c2FsdHk$gcFe1sRLVyzphNxZuKkvzcblwOMWAtWkOwyhb57ZhnM="),
        (
            "tin wolf orbit cave",
            "pbkdf2:sha256:1000$c2FsdHk$81c15ed6c44b572ce984dc59b8a92fcdc6e5c0e31602d5a43b0ca16f9ed98673",
        ),
        (
            "tin wolf orbit cave",
            "pbkdf2:sha512:1000$c2FsdHk$05251d5212f2f5649865adf48ac45938b61dbdd376f8e08c8b2b4e0fd332e3ceb8581fbe0dbc46601a2c1e6df0ed863bc6cf9341fd7cdb364b7fb9a18e541e04",
        ),
        (
            "tin wolf orbit cave",
            "scrypt:1024:8:1$c2FsdHk$986731381e4426226ae145429c4cfc73daaf2d385e710838f9e1c97df09b5c322f0dbc07eea33e489ab70d96d94bf4db8c444c34feab797cf26dd14e10cd94e3",
        ),
        (
            "tin wolf orbit cave",
            "scrypt$1024$c2FsdHk$8$1$mGcxOB5EJiJq4UVCnEz8c9qvLThecQg4+eHJffCbXDIvDbwH7qM+SJq3DZbZS/TbjERMNP6reXzybdFOEM2U4w==",
        ),
    ];

    #[test]
    fn hashes_verify_and_only_with_their_password() {
        for (password, stored) in VECTORS {
            let is_of = |typed: &str| LegacyHash::parse(stored).map(|hash| hash.is_of(typed));
            assert_eq!(is_of(password), Some(true), "{stored}");
            assert_eq!(is_of(&format!("{password} ")), Some(false), "{stored}");
            assert_eq!(is_of(""), Some(false), "{stored}");
        }
    }

    #[test]
    fn djangos_bcrypt_of_a_digest_verifies() {
        let digest = "11db69ae0f4980a9b5e9486af804638ea90fa09b410c70c54eb7aad16107600e";
        let inner = bcrypt::hash(digest, 4).unwrap_or_default();
        for (prefix, expected) in [("bcrypt_sha256$", Some(true)), ("bcrypt$", Some(false))] {
            let stored = format!("{prefix}{inner}");
            assert_eq!(LegacyHash::parse(&stored).map(|hash| hash.is_of("tin wolf orbit cave")), expected, "{stored}");
        }
    }

    #[test]
    fn what_is_no_hash_or_asks_for_too_much_is_not_computed() {
        let [(_, pbkdf2), _, _, (_, bcrypt), _, (_, django), (_, werkzeug), _, (_, scrypt), _] = VECTORS;
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
            "bcrypt$plain text",
            "bcrypt$pbkdf2_sha256$1000$c2FsdHk$gcFe1sRLVyzphNxZuKkvzcblwOMWAtWkOwyhb57ZhnM=",
            &"bcrypt$".repeat(200_000),
            &"bcrypt_sha256$".repeat(200_000),
            "bcrypt_sha256$",
            &django.replace("$1000$", "$99999999$"),
            &django.replace('=', ""),
            &django.replace("_sha256", "_md5"),
            &werkzeug.replace(":1000$", "$"),
            &werkzeug.replace("81c1", "\u{fc}1c"),
            &werkzeug.replace(":sha256:", ":sha512:"),
            &scrypt.replace(":1024:", ":1000:"),
            &scrypt.replace(":1024:", ":1048576:"),
            &scrypt.replace(":8:1$", ":8:64$"),
            &scrypt.replace(":8:1$", ":0:1$"),
            // Their product is no u32; `scrypt` multiplies them.
            &scrypt.replace(":1024:8:1$", ":2:33:633666676$"),
        ] {
            assert!(LegacyHash::parse(stored).is_none(), "{stored}");
        }
    }

    /// Texts of the pieces that hashes consist of, so that many of them are almost hashes.
    fn almost_hash() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(
                &[
                    "$", "$", ":", "pbkdf2", "pbkdf2-sha512", "pbkdf2_sha256", "sha256", "scrypt", "bcrypt",
                    "bcrypt_sha256", "2b", "10", "1000", "8", "1", "0", "-1", "4294967296", "=", "\u{fc}", "\0",
                ][..]
            )
            .prop_map(str::to_owned),
            "[A-Za-z0-9./]{0,64}",
            any::<String>(),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    /// A real hash with one character replaced.
    fn damaged() -> impl Strategy<Value = String> {
        let stored = prop::sample::select(&VECTORS[..]).prop_map(|(_, stored)| stored);
        (stored, any::<prop::sample::Index>(), any::<char>()).prop_map(|(stored, at, char)| {
            let at = at.index(stored.len());
            format!("{}{char}{}", &stored[..at], &stored[at + 1..])
        })
    }

    fn is_bounded(hash: &LegacyHash<'_>) -> bool {
        match hash {
            LegacyHash::Pbkdf2Sha512(parts) => parts.rounds <= ROUNDS_MAX && parts.hash.len() == 64,
            LegacyHash::Pbkdf2Sha256(parts) => parts.rounds <= ROUNDS_MAX && parts.hash.len() == 32,
            LegacyHash::Scrypt(parts) => parts.hash.len() == 64 && parts.params.p() <= SCRYPT_LANES_MAX,
            LegacyHash::Bcrypt(stored) | LegacyHash::BcryptSha256(stored) => stored.len() == 60,
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(stored in prop_oneof![almost_hash(), damaged(), any::<String>()]) {
            prop_assert!(LegacyHash::parse(&stored).is_none_or(|hash| is_bounded(&hash)));
        }

        #[test]
        fn a_hash_of_passlib_is_of_its_password_and_no_other(
            password: String,
            other: String,
            salt in prop::collection::vec(any::<u8>(), 0..24),
            rounds in 1..4_u32,
        ) {
            let alphabet = Alphabet::new(AB64).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let ab64 = GeneralPurpose::new(&alphabet, base64::engine::general_purpose::NO_PAD);
            let mut hash = [0; 64];
            pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), &salt, rounds, &mut hash);
            let stored = format!("$pbkdf2-sha512${rounds}${}${}", ab64.encode(&salt), ab64.encode(hash));
            let is_of = |typed: &str| LegacyHash::parse(&stored).map(|hash| hash.is_of(typed));
            prop_assert_eq!(is_of(&password), Some(true));
            // HMAC pads short keys with zeros.
            let is_same = other.trim_end_matches('\0') == password.trim_end_matches('\0');
            prop_assert!(is_same || is_of(&other) == Some(false));
        }
    }
}
