use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Keys kept before idle ones are dropped.
const KEYS: usize = 10_000;

/// How often each caller may ask, apart from every other caller.
pub struct RateLimit {
    limiter: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

/// The caller has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Whole seconds, at least 1.
    pub retry_after: u64,
}

impl RateLimit {
    /// `count` requests a minute, as a burst or spread.
    pub fn per_minute(count: NonZeroU32) -> Self {
        let clock = DefaultClock::default();
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(count)),
            clock,
        }
    }

    /// Counts one request of `key`.
    ///
    /// # Errors
    /// [`TooMany`] when the caller has used up its rate.
    pub fn check(&self, key: &str) -> Result<(), TooMany> {
        if self.limiter.len() > KEYS {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key.to_owned()).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            TooMany {
                retry_after: wait.as_secs() + 1,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_s_rate_leaves_the_others_alone() {
        let limit = RateLimit::per_minute(NonZeroU32::new(2).unwrap());
        assert!(limit.check("a").is_ok() && limit.check("a").is_ok());
        let refused = limit.check("a").unwrap_err();
        assert!((1..=31).contains(&refused.retry_after), "{refused:?}");
        assert!(limit.check("b").is_ok());
    }
}
