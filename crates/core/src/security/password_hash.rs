//! Password hashing with Argon2id. Hashes run on blocking threads, one per CPU at a time, with a bounded queue.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

pub use super::hash_queue::HashError;
use super::hash_queue::HashQueue;
use super::legacy_hash::LegacyHash;
use super::pwned_passwords::PwnedPasswords;
use super::{password_rule, random};
use crate::client::Client;
use latchkey_types::FieldError;
use latchkey_types::Password;

/// Maximum memory cost of a stored hash in KiB: a manipulated row must not exhaust the server's memory.
const MEMORY_MAX_KIB: u32 = 128 * 1024;
/// Maximum time cost of a stored hash.
const PASSES_MAX: u32 = 16;
/// Maximum parallelism of a stored hash.
const LANES_MAX: u32 = 16;

/// Stored instead of a hash if an account has no password. The password has to be reset first.
pub const UNUSABLE: &str = "!";

/// The result of verifying a password.
#[derive(Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    /// The password is wrong.
    Mismatch,
    /// The password is correct.
    Match {
        /// A new hash to store, if the stored one is weaker than the current parameters.
        replacement: Option<String>,
    },
}

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Hasher {
    application: &'static str,
    queue: HashQueue,
    /// Estimating the strength of new passwords must not hold up logins.
    estimates: HashQueue,
    pwned: Option<PwnedPasswords>,
    /// Verified if there is no account, so that an unknown username takes as long as a wrong password.
    dummy: Arc<str>,
}

impl Hasher {
    /// Creates a hasher. New passwords must not contain `application`, the name of the application, nor be in `pwned`.
    pub fn new(application: &'static str, pwned: Option<PwnedPasswords>) -> anyhow::Result<Self> {
        let (queue, estimates) = (HashQueue::for_all_processors(), HashQueue::new(1));
        Ok(Self { application, queue, estimates, pwned, dummy: hash(&random::id()?)?.into() })
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &Password, client: &Client) -> Result<String, HashError> {
        let password = password.clone();
        Ok(self.queue.run(client, move || hash(password.expose())).await??)
    }

    /// Checks what costs nothing: the length of a new password, personal words, and the most common passwords.
    /// [`Self::validate`] does it, too.
    ///
    /// # Errors
    /// The first reason to refuse the password.
    pub fn check(&self, password: &Password, personal: &[String]) -> Result<(), FieldError> {
        let application = std::iter::once(self.application);
        password_rule::check(password, &personal.iter().map(String::as_str).chain(application).collect::<Vec<_>>())
    }

    /// Validates a new password with [`password_rule`], and asks the service of leaked passwords if there is one. Call it
    /// only if nothing else is wrong.
    pub async fn validate(
        &self,
        password: &Password,
        mut personal: Vec<String>,
        client: &Client,
    ) -> Result<Result<(), FieldError>, HashError> {
        if let Err(refusal) = self.check(password, &personal) {
            return Ok(Err(refusal));
        }
        personal.push(self.application.to_owned());
        let estimated = password.clone();
        let rule =
            move || password_rule::estimate(&estimated, &personal.iter().map(String::as_str).collect::<Vec<_>>());
        if let Err(refusal) = self.estimates.run(client, rule).await? {
            return Ok(Err(refusal));
        }
        let is_leaked = match &self.pwned {
            Some(pwned) => pwned.contains(password).await,
            None => false,
        };
        Ok(if is_leaked { Err(FieldError::PasswordEasy) } else { Ok(()) })
    }

    /// Verifies a password against a stored hash, or against a dummy that takes as long.
    pub async fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
        client: &Client,
    ) -> Result<PasswordCheck, HashError> {
        let password = password.clone();
        let account = stored.is_some();
        let dummy = Arc::clone(&self.dummy);
        let stored: Arc<str> = stored.map_or_else(|| Arc::clone(&dummy), Arc::from);
        let comparison = move || {
            let (right, weak) = compare(password.expose(), &stored).unwrap_or_else(|| {
                // A fast response would reveal an account without a usable password.
                let _ = compare(password.expose(), &dummy);
                (false, false)
            });
            if !(right && account) {
                return Ok(PasswordCheck::Mismatch);
            }
            let replacement = if weak { Some(hash(password.expose())?) } else { None };
            Ok(PasswordCheck::Match { replacement })
        };
        self.queue.run(client, comparison).await?
    }
}

/// The minimum parameters of OWASP and ASVS 5.0 (appendix C): 19 MiB, two passes, one lane.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

fn hash(password: &str) -> anyhow::Result<String> {
    let salt = random::bytes::<16>()?;
    let hash = argon2id().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|error| anyhow::anyhow!("hashing a password failed: {error}"))?.to_string())
}

/// Whether a stored hash has a supported scheme and acceptable costs.
#[must_use]
pub fn is_usable(stored: &str) -> bool {
    LegacyHash::parse(stored).is_some() || argon2_params(stored).is_some()
}

/// Whether the password is correct, and whether the hash is weaker than the current parameters. `None` if the hash is
/// not usable.
fn compare(password: &str, stored: &str) -> Option<(bool, bool)> {
    if let Some(legacy) = LegacyHash::parse(stored) {
        return Some((legacy.is_of(password), true));
    }
    let (parsed, params) = argon2_params(stored)?;
    let today = Params::DEFAULT;
    let weak = parsed.algorithm != Algorithm::Argon2id.ident()
        || params.m_cost() < today.m_cost()
        || params.t_cost() < today.t_cost();
    Some((argon2id().verify_password(password.as_bytes(), &parsed).is_ok(), weak))
}

fn argon2_params(stored: &str) -> Option<(PasswordHash, Params)> {
    // Django writes `argon2$argon2id$…`.
    let stored = stored.strip_prefix("argon2").filter(|rest| rest.starts_with('$')).unwrap_or(stored);
    let parsed = PasswordHash::new(stored).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    let is_bounded = params.m_cost() <= MEMORY_MAX_KIB && params.t_cost() <= PASSES_MAX && params.p_cost() <= LANES_MAX;
    let is_argon2 = Algorithm::new(parsed.algorithm.as_str()).is_ok();
    (is_bounded && is_argon2).then_some((parsed, params))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    /// A hash with weaker parameters than the current ones.
    fn weak_hash(password: &str) -> String {
        let small = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        small.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap().to_string()
    }

    #[tokio::test]
    async fn a_weak_hash_verifies_and_is_to_be_replaced() {
        let hasher = Hasher::new("Latchkey", None).unwrap();
        let check =
            hasher.verify(&"tin wolf".into(), Some(&weak_hash("tin wolf")), &Client::command_line()).await.unwrap();
        let PasswordCheck::Match { replacement: Some(strong) } = check else { unreachable!("{check:?}") };
        assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
        let again = hasher.verify(&"tin wolf".into(), Some(&strong), &Client::command_line()).await.unwrap();
        assert_eq!(again, PasswordCheck::Match { replacement: None });
    }

    #[tokio::test]
    async fn the_dummy_is_never_right() {
        let hasher = Hasher::new("Latchkey", None).unwrap();
        assert_eq!(
            hasher.verify(&"tin wolf".into(), None, &Client::command_line()).await.unwrap(),
            PasswordCheck::Mismatch
        );
    }

    #[tokio::test]
    async fn a_poisoned_row_fails_without_taking_the_memory_it_asks_for() {
        let hasher = Hasher::new("Latchkey", None).unwrap();
        let salt_and_hash = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for row in [&format!("$argon2id$v=19$m=4194304,t=2,p=1${salt_and_hash}"), "", "plain text", "$argon2id$"] {
            assert_eq!(
                hasher.verify(&"tin wolf".into(), Some(row), &Client::command_line()).await.unwrap(),
                PasswordCheck::Mismatch,
                "{row}"
            );
        }
    }
}
