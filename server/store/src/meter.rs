//! What the calls of a store cost, in numbers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Store, StoreError, UpdateError};

/// Counts calls; nothing of what they ask.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    in_progress: AtomicU64,
    calls: AtomicU64,
    micros: AtomicU64,
    failures: Mutex<BTreeMap<&'static str, u64>>,
}

/// What was counted since the store was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreFigures {
    /// Calls that wait for a connection or run.
    pub in_progress: u64,
    /// Calls that have ended.
    pub calls: u64,
    /// How long they took together, waiting included.
    pub took: Duration,
    /// Those that ended with a trouble of the database, by [`StoreError::code`].
    pub failures: BTreeMap<&'static str, u64>,
}

/// The trouble behind an error of a call, if it is the store's.
pub(crate) trait Trouble {
    fn trouble(&self) -> Option<StoreError>;
}

impl Trouble for StoreError {
    /// That nothing is there, or something else is, is an answer.
    fn trouble(&self) -> Option<StoreError> {
        (!matches!(self, Self::NotFound | Self::Conflict)).then_some(*self)
    }
}

impl<E> Trouble for UpdateError<E> {
    fn trouble(&self) -> Option<StoreError> {
        match self {
            Self::Store(error) => error.trouble(),
            _ => None,
        }
    }
}

impl Meter {
    /// Runs a call and counts it.
    pub(crate) fn measure<T, E: Trouble>(&self, call: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let _running = Running::of(self);
        let outcome = call();
        if let Some(error) = outcome.as_ref().err().and_then(Trouble::trouble) {
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            *failures.entry(error.code()).or_default() += 1;
        }
        outcome
    }
}

/// A call that runs; it has ended when this is dropped, also by a panic.
struct Running<'a> {
    meter: &'a Meter,
    since: Instant,
}

impl<'a> Running<'a> {
    fn of(meter: &'a Meter) -> Self {
        meter.in_progress.fetch_add(1, Ordering::Relaxed);
        Self {
            meter,
            since: Instant::now(),
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let took = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.meter.micros.fetch_add(took, Ordering::Relaxed);
        self.meter.calls.fetch_add(1, Ordering::Relaxed);
        self.meter.in_progress.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Store {
    /// What its calls have cost since it was opened.
    pub fn figures(&self) -> StoreFigures {
        let meter = &self.db.meter;
        let failures = meter.failures.lock().unwrap_or_else(PoisonError::into_inner);
        StoreFigures {
            in_progress: meter.in_progress.load(Ordering::Relaxed),
            calls: meter.calls.load(Ordering::Relaxed),
            took: Duration::from_micros(meter.micros.load(Ordering::Relaxed)),
            failures: failures.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(outcome: Result<(), StoreError>) -> BTreeMap<&'static str, u64> {
        let meter = Meter::default();
        assert_eq!(meter.measure(|| outcome), outcome);
        assert_eq!(meter.calls.load(Ordering::Relaxed), 1);
        assert_eq!(meter.in_progress.load(Ordering::Relaxed), 0);
        meter.failures.into_inner().unwrap()
    }

    #[test]
    fn trouble_is_counted_by_its_code_and_answers_are_not_trouble() {
        assert_eq!(
            counted(Err(StoreError::Full)),
            BTreeMap::from([("store_full", 1)])
        );
        for fine in [Ok(()), Err(StoreError::NotFound), Err(StoreError::Conflict)] {
            assert!(counted(fine).is_empty(), "{fine:?}");
        }
    }
}
