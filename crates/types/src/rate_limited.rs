//! Rate limits that were exceeded.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What a rate limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RateLimit {
    /// Attempts, such as logins.
    Attempts,
    /// Attempts after so many failures that only another way leads in: a known device or a password reset.
    Locked,
    /// Emails to one address.
    Emails,
}

/// The JSON of a [`RateLimited`]: reading a list takes less WASM than reading an object.
type Json = (RateLimit, u32, Timestamp);

/// A rate limit was exceeded, until a moment that the user is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(from = "Json", into = "Json")]
#[error("too many {limit:?}; try again in {retry_after_seconds} seconds")]
pub struct RateLimited {
    /// What was counted.
    pub limit: RateLimit,
    /// Seconds to wait, at least 1.
    pub retry_after_seconds: u32,
    /// The moment from which the next one is allowed.
    pub until: Timestamp,
}

impl From<Json> for RateLimited {
    fn from((limit, retry_after_seconds, until): Json) -> Self {
        Self { limit, retry_after_seconds, until }
    }
}

impl From<RateLimited> for Json {
    fn from(limited: RateLimited) -> Self {
        (limited.limit, limited.retry_after_seconds, limited.until)
    }
}

impl RateLimited {
    /// A limit that was exceeded at `now` and allows the next one at `until`: Unix times in seconds.
    #[must_use]
    pub fn new(limit: RateLimit, now: i64, until: i64) -> Self {
        let retry_after_seconds = u32::try_from((until - now).max(1)).unwrap_or(u32::MAX);
        Self { limit, retry_after_seconds, until: Timestamp::new(until) }
    }
}
