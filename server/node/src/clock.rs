//! The clocks a node can go by.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lianfang_domain::Clock;
use lianfang_encoding::Timestamp;

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::default() + since_epoch(system_time())
    }
}

/// The clock of a test federation: a file with a time in RFC 3339, which runs on from the moment the file was
/// written. All nodes that read the file have the same time, and a jump is one `echo`.
#[derive(Debug, Clone)]
pub struct SharedFileClock {
    path: PathBuf,
}

/// The file doesn't hold a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} must hold a time in RFC 3339, for example 2026-11-21T08:00:00Z")]
pub struct ClockFileError(PathBuf);

impl SharedFileClock {
    /// # Errors
    /// [`ClockFileError`] when the file doesn't hold a time.
    pub fn open(path: &Path) -> Result<Self, ClockFileError> {
        let clock = Self {
            path: path.to_owned(),
        };
        match clock.read() {
            Some(_) => Ok(clock),
            None => Err(ClockFileError(path.to_owned())),
        }
    }

    fn read(&self) -> Option<Timestamp> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let written = std::fs::metadata(&self.path).ok()?.modified().ok()?;
        let start = Timestamp::parse_rfc3339(text.trim()).ok()?;
        Some(start + system_time().duration_since(written).unwrap_or_default())
    }
}

impl Clock for SharedFileClock {
    /// While the file is being replaced, or is gone, the time is that of the system, which a test federation
    /// doesn't mind and nobody else uses.
    fn now(&self) -> Timestamp {
        self.read().unwrap_or_else(|| SystemClock.now())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that is injected everywhere else"
)]
fn system_time() -> SystemTime {
    SystemTime::now()
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_clock_starts_at_the_time_in_the_file_and_jumps_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clock");
        std::fs::write(&path, "2030-01-01T00:00:00Z\n").unwrap();
        let (one, other) = (
            SharedFileClock::open(&path).unwrap(),
            SharedFileClock::open(&path).unwrap(),
        );
        let start = Timestamp::parse_rfc3339("2030-01-01T00:00:00Z").unwrap();
        let hour = Duration::from_secs(3_600);
        assert!(one.now().since(start) < hour && other.now() >= start);
        std::fs::write(&path, "2031-01-01T00:00:00Z").unwrap();
        assert!(one.now().since(start) > 8_000 * hour);
    }

    #[test]
    fn a_file_without_a_time_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clock");
        assert!(SharedFileClock::open(&path).is_err());
        std::fs::write(&path, "noon").unwrap();
        assert!(SharedFileClock::open(&path).is_err());
    }
}
