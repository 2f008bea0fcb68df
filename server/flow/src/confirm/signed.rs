//! Records as they were signed, so that the records that share a prefix with the one that is asked for aren't signed
//! again for every question.

use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::StateName;
use quick_cache::sync::Cache;
use uuid::Uuid;

const CAPACITY: usize = 16_384;

/// Which record it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) list: Arc<ListId>,
    pub(super) confirm_key: [u8; 32],
    pub(super) entry: Uuid,
    pub(super) identifier_index: u16,
}

/// What it says, beside the time: one that says something else takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) revision: u64,
    pub(super) audience_seq: Option<u64>,
    pub(super) state: StateName,
}

#[derive(Clone)]
struct Signed {
    version: Version,
    jws: Arc<str>,
    until: Timestamp,
}

/// Holds nothing that isn't in the store; sealing to the asker is done anew each time.
pub(crate) struct SignedRecords(Cache<Place, Signed>);

impl Default for SignedRecords {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl SignedRecords {
    /// The record at `place` as it is now, while it may still be handed out at `now`.
    pub(super) fn find(&self, place: &Place, version: Version, now: Timestamp) -> Option<Arc<str>> {
        let signed = self.0.get(place)?;
        (signed.version == version && now < signed.until).then_some(signed.jws)
    }

    pub(super) fn put(&self, place: Place, version: Version, jws: Arc<str>, until: Timestamp) {
        let signed = Signed { version, jws, until };
        self.0.insert(place, signed);
    }
}
