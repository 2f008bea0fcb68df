use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::StateName;
use serde::{Deserialize, Serialize};

use super::Deadline;

/// Where an entry stands, with what belongs to the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Draft,
    Notified,
    Active,
    Contested { deadline: Deadline },
    Forwarded { deadline: Deadline },
    Litigated,
    Upheld,
    Suspended { previous: Box<State> },
    CourtStay { previous: Box<State> },
    Released,
    Expired,
    Withdrawn,
    Settled,
    Corrected,
}

impl State {
    /// Its frozen name.
    pub fn name(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Notified => StateName::Notified,
            Self::Active => StateName::Active,
            Self::Contested { .. } => StateName::Contested,
            Self::Forwarded { .. } => StateName::Forwarded,
            Self::Litigated => StateName::Litigated,
            Self::Upheld => StateName::Upheld,
            Self::Suspended { .. } => StateName::Suspended,
            Self::CourtStay { .. } => StateName::CourtStay,
            Self::Released => StateName::Released,
            Self::Expired => StateName::Expired,
            Self::Withdrawn => StateName::Withdrawn,
            Self::Settled => StateName::Settled,
            Self::Corrected => StateName::Corrected,
        }
    }

    /// The clock that is running.
    pub fn deadline(&self) -> Option<Deadline> {
        match self {
            Self::Contested { deadline } | Self::Forwarded { deadline } => Some(*deadline),
            _ => None,
        }
    }

    /// What counts at `now`: a lapsed deadline or the end of the finding counts at once, whether or not a
    /// job has written it down, so that a silent publisher can't keep an entry alive (PROTOCOL.md §6).
    pub fn effective(&self, now: Timestamp, expires: Timestamp) -> StateName {
        effective_state(self.name(), self.deadline(), now, expires)
    }
}

/// What counts at `now` of a state that was reported with its clock and its end.
pub fn effective_state(
    name: StateName,
    deadline: Option<Deadline>,
    now: Timestamp,
    expires: Timestamp,
) -> StateName {
    if name.is_terminal() {
        name
    } else if deadline.is_some_and(|deadline| deadline.has_lapsed(now)) {
        StateName::Released
    } else if expires <= now {
        StateName::Expired
    } else {
        name
    }
}
