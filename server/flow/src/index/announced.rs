//! Since when a list has said nothing new of a token. A further entry behind a token that the list held before changes no
//! lookup, so that only this tells whether what its publisher answered before is still an answer.

use std::sync::Arc;

use lianfang_digest::{Delta, gcs};
use lianfang_encoding::Timestamp;

/// By this node's own clock: publishers' clocks differ, and what one commits here was committed there before.
#[derive(Debug, Clone)]
pub(super) struct Announced {
    /// When the base came. What it has folded in beside the deltas that were here it doesn't say, so that anything may be new.
    base: Timestamp,
    /// What came on top of it, in order.
    deltas: Vec<(Timestamp, Arc<Delta>)>,
}

impl Announced {
    pub(super) fn with_base(now: Timestamp) -> Self {
        Self {
            base: now,
            deltas: Vec::new(),
        }
    }

    pub(super) fn then(mut self, delta: &Arc<Delta>, now: Timestamp) -> Self {
        if !delta.additions().is_empty() {
            self.deltas.push((now, Arc::clone(delta)));
        }
        self
    }

    /// When something may have become new about `token` last.
    pub(super) fn last(&self, token: &[u8; 32]) -> Timestamp {
        let prefix = gcs::prefix(token, gcs::PREFIX_BITS);
        let newest = self.deltas.iter().rfind(|(_, delta)| delta.adds(prefix));
        newest.map_or(self.base, |(time, _)| *time)
    }
}
