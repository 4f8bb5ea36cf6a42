//! Argon2id, off the async threads, as many at once as there are processors and a bounded number waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::legacy_hash::LegacyHash;
use super::{password_rule, random};
use latchkey_types::FieldError;
use latchkey_types::Password;

/// How many may wait for a processor; at some 20 ms a hash the last of them waits under a second on two processors.
const QUEUE: usize = 64;
/// Largest memory that a stored hash may ask for, in KiB: a poisoned row must not take the server down.
const MEMORY_MAX_KIB: u32 = 128 * 1024;
/// Most passes that a stored hash may ask for.
const PASSES_MAX: u32 = 16;
/// Most lanes that a stored hash may ask for.
const LANES_MAX: u32 = 16;

/// Stands where a hash would, in an account whose password nobody can know: it has to be reset first.
pub const UNUSABLE: &str = "!";

/// Why nothing was hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// More are waiting than should.
    #[error("too many passwords are being hashed")]
    Busy,
    /// A fault of ours.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// What a comparison found.
#[derive(Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    /// The password is another one.
    Mismatch,
    /// The password is right.
    Match {
        /// The hash to store instead, if the stored one is weaker than today's.
        replacement: Option<String>,
    },
}

/// Hashes and compares.
#[derive(Clone, Debug)]
pub struct Hasher {
    application: &'static str,
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// Compared with where there is no account, so that an unknown name costs what a wrong password costs.
    dummy: Arc<str>,
}

impl Hasher {
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn new(application: &'static str) -> anyhow::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            application,
            permits: Arc::new(Semaphore::new(processors)),
            waiting: Arc::default(),
            dummy: hash(&random::id()?)?.into(),
        })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn hash(&self, password: &Password) -> Result<String, HashError> {
        let password = password.clone();
        Ok(self.run(move || hash(password.expose())).await??)
    }

    /// Judges a new password by [`password_rule`], among the hashes because it takes as much of a processor.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn validate(
        &self,
        password: &Password,
        mut personal: Vec<String>,
    ) -> Result<Result<(), FieldError>, HashError> {
        let password = password.clone();
        personal.push(self.application.to_owned());
        self.run(move || password_rule::validate(&password, &personal.iter().map(String::as_str).collect::<Vec<_>>()))
            .await
    }

    /// Compares with a stored hash, or with a dummy that takes as long.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<PasswordCheck, HashError> {
        let password = password.clone();
        let account = stored.is_some();
        let dummy = Arc::clone(&self.dummy);
        let stored: Arc<str> = stored.map_or_else(|| Arc::clone(&dummy), Arc::from);
        self.run(move || {
            let (right, weak) = compare(password.expose(), &stored).unwrap_or_else(|| {
                // Costs what a hash costs: an account without a usable password must not show by its haste.
                let _ = compare(password.expose(), &dummy);
                (false, false)
            });
            if !(right && account) {
                return Ok(PasswordCheck::Mismatch);
            }
            let replacement = if weak { Some(hash(password.expose())?) } else { None };
            Ok(PasswordCheck::Match { replacement })
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        let Some(_slot) = QueueSlot::acquire(&self.waiting) else { return Err(HashError::Busy) };
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(anyhow::Error::from)?;
        // The permit goes with the work: if it stayed here, a request that is given up would free it while its hash
        // still runs, and a flood of given up requests would run without bound.
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        Ok(done.await.map_err(anyhow::Error::from)?)
    }
}

/// A slot in the queue, given back when dropped.
struct QueueSlot<'a>(&'a AtomicUsize);

impl<'a> QueueSlot<'a> {
    fn acquire(waiting: &'a AtomicUsize) -> Option<Self> {
        let slot = Self(waiting);
        // Counted first: two that look before they count could both take the last slot.
        if waiting.fetch_add(1, Ordering::SeqCst) < QUEUE { Some(slot) } else { None }
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// OWASP's and ASVS 5.0's (appendix C) minimum: 19 MiB, two passes, one lane.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

fn hash(password: &str) -> anyhow::Result<String> {
    let salt = random::bytes::<16>()?;
    let hash = argon2id().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|error| anyhow::anyhow!("hashing failed: {error}"))?.to_string())
}

/// Whether a stored hash is of a scheme that passwords can be compared with here.
#[must_use]
pub fn is_usable(stored: &str) -> bool {
    LegacyHash::parse(stored).is_some() || argon2_params(stored).is_some()
}

/// Whether the password is right, and whether the stored hash is weaker than today's; `None` for what is no usable hash.
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

    /// The test vector of RFC 9106's reference program with small parameters, made with another implementation's format.
    fn weak_hash(password: &str) -> String {
        let small = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        small.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap().to_string()
    }

    #[tokio::test]
    async fn a_weak_hash_verifies_and_is_to_be_replaced() {
        let hasher = Hasher::new("Latchkey").unwrap();
        let check = hasher.verify(&"tin wolf".into(), Some(&weak_hash("tin wolf"))).await.unwrap();
        let PasswordCheck::Match { replacement: Some(strong) } = check else { unreachable!("{check:?}") };
        assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
        let again = hasher.verify(&"tin wolf".into(), Some(&strong)).await.unwrap();
        assert_eq!(again, PasswordCheck::Match { replacement: None });
    }

    #[tokio::test]
    async fn the_dummy_is_never_right() {
        let hasher = Hasher::new("Latchkey").unwrap();
        assert_eq!(hasher.verify(&"tin wolf".into(), None).await.unwrap(), PasswordCheck::Mismatch);
    }

    #[tokio::test]
    async fn a_poisoned_row_fails_without_taking_the_memory_it_asks_for() {
        let hasher = Hasher::new("Latchkey").unwrap();
        let salt_and_hash = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for row in [&format!("$argon2id$v=19$m=4194304,t=2,p=1${salt_and_hash}"), "", "plain text", "$argon2id$"] {
            assert_eq!(hasher.verify(&"tin wolf".into(), Some(row)).await.unwrap(), PasswordCheck::Mismatch, "{row}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn past_the_queue_it_says_busy() {
        let hasher = Hasher::new("Latchkey").unwrap();
        let held =
            hasher.permits.clone().acquire_many_owned(u32::try_from(hasher.permits.available_permits()).unwrap()).await;
        let waiting = (0..QUEUE).map(|_| {
            tokio::spawn({
                let hasher = hasher.clone();
                async move { hasher.hash(&"tin wolf".into()).await }
            })
        });
        let waiting = waiting.collect::<Vec<_>>();
        while hasher.waiting.load(Ordering::SeqCst) < QUEUE {
            tokio::task::yield_now().await;
        }
        assert!(matches!(hasher.hash(&"tin wolf".into()).await, Err(HashError::Busy)));
        drop(held);
        for task in waiting {
            assert!(task.await.unwrap().is_ok());
        }
    }
}
