//! The clock: system time, or a fixed time in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock in Unix seconds.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stays at `seconds` until [`Self::advance`] is called.
    #[must_use]
    pub fn fixed(seconds: i64) -> Self {
        Self(Some(Arc::new(AtomicI64::new(seconds))))
    }

    /// The current Unix time in seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        match &self.0 {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_secs()).ok())
                .unwrap_or(0),
        }
    }

    /// Moves a fixed clock forward, or back if negative. Does nothing to the system clock.
    pub fn advance(&self, seconds: i64) {
        if let Some(fixed) = &self.0 {
            fixed.fetch_add(seconds, Ordering::SeqCst);
        }
    }
}
