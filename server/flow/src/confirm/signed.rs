//! Records as they were signed, so that the records that share a prefix with the one that is asked for aren't signed
//! again for every question.

use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::StateName;
use quick_cache::sync::Cache;
use uuid::Uuid;

const CAPACITY: usize = 65_536;

/// What a signed record depends on, beside the time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) list: Arc<ListId>,
    pub(super) confirm_key: [u8; 32],
    pub(super) entry: Uuid,
    pub(super) identifier_index: u16,
    pub(super) revision: u64,
    pub(super) state: StateName,
}

#[derive(Clone)]
struct Signed {
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
    /// The record at `place` while it may still be handed out at `now`.
    pub(super) fn find(&self, place: &Place, now: Timestamp) -> Option<Arc<str>> {
        let signed = self.0.get(place)?;
        (now < signed.until).then_some(signed.jws)
    }

    pub(super) fn put(&self, place: Place, jws: Arc<str>, until: Timestamp) {
        self.0.insert(place, Signed { jws, until });
    }
}
