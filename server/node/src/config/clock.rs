use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where the time of lifecycle, store, jobs and digests comes from. TLS and JWT keep the system's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "source", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ClockSource {
    /// The system's clock.
    #[default]
    System,
    /// RFC 3339 in a file that the nodes of one test federation share. Refused unless the signed membership
    /// document says `test`.
    SharedFile { path: PathBuf },
}

impl ClockSource {
    pub(super) fn resolve(&mut self, data: &Path) {
        if let Self::SharedFile { path } = self {
            *path = data.join(&*path);
        }
    }
}
