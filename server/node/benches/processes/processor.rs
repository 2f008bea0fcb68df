use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that this process has used, of all its threads.
pub(crate) fn used() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
