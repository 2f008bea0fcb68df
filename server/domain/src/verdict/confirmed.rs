use lianfang_encoding::Timestamp;
use lianfang_wire::record::VerifiedRecord;
use lianfang_wire::vocabulary::{Role, StateName};

use crate::lifecycle::{Deadline, effective_state, recorded_deadline};

/// One identifier of the screened subject, as far as a verdict needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenedIdentifier {
    /// Its place in the request.
    pub index: u32,
    /// Whose it is.
    pub role: Role,
    /// Whether the platform verified that.
    pub verified: bool,
}

/// A publisher's verified record about an identifier of the screened subject, with the state that counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    record: VerifiedRecord,
    identifier: ScreenedIdentifier,
    state: StateName,
}

impl Confirmed {
    /// `reported` is a newer state from the publisher's status feed, if there is one. None when the finding
    /// is over, which is no finding at all.
    pub fn new(
        record: VerifiedRecord,
        identifier: ScreenedIdentifier,
        reported: Option<(StateName, Option<Deadline>)>,
        now: Timestamp,
    ) -> Option<Self> {
        let (name, deadline) = reported.unwrap_or_else(|| (record.state, recorded_deadline(&record)));
        let state = effective_state(name, deadline, now, record.expires);
        (!state.is_terminal()).then_some(Self {
            record,
            identifier,
            state,
        })
    }

    /// The record.
    pub fn record(&self) -> &VerifiedRecord {
        &self.record
    }

    /// The identifier it is about.
    pub fn identifier(&self) -> ScreenedIdentifier {
        self.identifier
    }

    /// The state that counts now.
    pub fn state(&self) -> StateName {
        self.state
    }

    /// Whether the state is disputed, or the publisher says so beside the state that it is still in.
    pub fn is_disputed(&self) -> bool {
        self.state.is_disputed() || (self.record.disputed && self.record.state == self.state)
    }
}
