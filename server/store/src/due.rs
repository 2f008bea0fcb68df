use lianfang_encoding::Timestamp;

use crate::columns::micros;

/// Which of the times that wait have come.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Those up to this one,
    pub until: Timestamp,
    /// and those after this one: no clock that was right has written them.
    pub beyond: Timestamp,
}

impl Due {
    /// As spans of stored times, the start of each excluded.
    pub(crate) fn spans(self) -> [(i64, i64); 2] {
        [(i64::MIN, micros(self.until)), (micros(self.beyond), i64::MAX)]
    }
}

impl From<Timestamp> for Due {
    fn from(until: Timestamp) -> Self {
        Self {
            until,
            beyond: Timestamp::MAX,
        }
    }
}
