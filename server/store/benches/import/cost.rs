use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What some work took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// Of all threads.
    pub(crate) processor: Duration,
}

pub(crate) fn of(work: impl FnOnce()) -> Cost {
    let (start, before) = (Instant::now(), processor());
    work();
    Cost {
        time: start.elapsed(),
        processor: processor() - before,
    }
}

/// The least of each.
pub(crate) fn best<'a>(costs: impl Iterator<Item = &'a Cost> + Clone) -> Cost {
    Cost {
        time: costs.clone().map(|cost| cost.time).min().unwrap(),
        processor: costs.map(|cost| cost.processor).min().unwrap(),
    }
}

fn processor() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
