//! Limits per network, in memory.

use moka::ops::compute::Op;
use moka::sync::Cache;

/// Maximum number of networks. Beyond it, those that were not seen for long are forgotten.
const CAPACITY: u64 = 100_000;

/// A limit per network: a burst, and one more after each interval (GCRA).
#[derive(Clone, Debug)]
pub(super) struct Budget {
    burst: i64,
    interval_seconds: i64,
    /// By network: when all of its attempts are available again, as Unix time in seconds.
    full_at: Cache<String, i64>,
}

impl Budget {
    pub(super) fn new(burst: i64, interval_seconds: i64) -> Self {
        Self { burst, interval_seconds, full_at: Cache::new(CAPACITY) }
    }

    /// Takes one. Otherwise fails with the time of the next one.
    pub(super) fn take(&self, network: &str, now: i64) -> Result<(), i64> {
        let mut refused = None;
        self.full_at.entry_by_ref(network).and_compute_with(|entry| {
            let full_at = entry.map_or(now, |entry| entry.into_value().max(now));
            let free_at = full_at - (self.burst - 1) * self.interval_seconds;
            if free_at > now {
                refused = Some(free_at);
                return Op::Nop;
            }
            Op::Put(full_at + self.interval_seconds)
        });
        refused.map_or(Ok(()), Err)
    }

    /// Gives one back.
    pub(super) fn give_back(&self, network: &str) {
        self.full_at.entry_by_ref(network).and_compute_with(|entry| match entry {
            Some(entry) => Op::Put(entry.into_value() - self.interval_seconds),
            None => Op::Nop,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_burst_one_is_left_after_each_interval() {
        let budget = Budget::new(3, 10);
        for taken in 0..3 {
            assert_eq!(budget.take("a", 100), Ok(()), "{taken}");
        }
        assert_eq!(budget.take("a", 100), Err(110));
        assert_eq!(budget.take("b", 100), Ok(()));
        assert_eq!(budget.take("a", 109), Err(110));
        assert_eq!(budget.take("a", 110), Ok(()));
        assert_eq!(budget.take("a", 110), Err(120));
        budget.give_back("a");
        assert_eq!(budget.take("a", 110), Ok(()));
        for taken in 0..3 {
            assert_eq!(budget.take("a", 1_000), Ok(()), "{taken}");
        }
        assert_eq!(budget.take("a", 1_000), Err(1_010));
    }
}
