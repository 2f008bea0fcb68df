use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 5;
/// Long enough for the clock, short enough to find a quiet moment.
const ROUND: Duration = Duration::from_millis(25);

/// Microseconds for each of `count` units of work: the best of several rounds.
pub(crate) fn micros_per<T>(count: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut once = || {
        let start = on_processor();
        black_box(work());
        on_processor() - start
    };
    let rounds = (0..ROUNDS).map(|_| {
        let (mut total, mut runs) = (Duration::ZERO, 0u32);
        while total < ROUND {
            total += once();
            runs += 1;
        }
        total / runs
    });
    rounds.min().unwrap_or_default().as_secs_f64() * 1e6 / count as f64
}

/// Time that this thread has had a processor: what other processes do meanwhile doesn't count.
fn on_processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}
