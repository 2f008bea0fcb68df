//! A list whose newest head is held: what the disk has lost of it is fetched again, without waiting for a newer head, also
//! when the index still has what the files don't.

use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::NodeId;
use lianfang_store::HeadRow;

use super::PeerSync;
use super::digests::{Stop, stored_heads};
use super::run::SyncFailure;
use crate::publish::list_key;
use crate::trust::active_member;
use crate::{FlowError, Node};

/// How the index stood to the newest head that was stored before a sync.
pub(super) enum Before {
    /// There was none.
    None,
    InForce,
    /// It has the same base, and the deltas may be on their way.
    SameBase,
    /// It has another base, or nothing.
    OutOfForce,
}

impl Node {
    pub(super) fn stood(&self, list: &ListId, held: Option<&HeadRow>) -> Before {
        let index = self.index.load();
        let Some(held) = held else {
            return Before::None;
        };
        match index.list(list).map(|list| &list.state) {
            Some(state) if *state.head() == held.head_hash => Before::InForce,
            Some(state) if state.base().sequence == held.base() => Before::SameBase,
            _ => Before::OutOfForce,
        }
    }

    /// Sees to it that what a list that has just gone on rests on is here: what came is, and what was there before may not be.
    pub(super) async fn mend_before(
        self: &Arc<Self>,
        peer: &NodeId,
        list: &ListId,
        before: Before,
        done: &mut PeerSync,
    ) -> Result<(), SyncFailure> {
        match before {
            Before::None => return Ok(()),
            Before::InForce => return self.mend_behind(peer, list, done).await,
            Before::SameBase => {
                let rows = self.live_rows(list).await?;
                if !self.is_any_missing(rows.iter().map(|row| &row.body_hash))? {
                    return Ok(());
                }
                self.fetch_lost(peer, &rows, done).await?;
            }
            Before::OutOfForce => {
                let rows = self.live_rows(list).await?;
                self.fetch_lost(peer, &rows, done).await?;
            }
        }
        self.index_lags();
        Ok(())
    }

    /// Sees to it that the bodies of a list are here and come into force.
    pub(super) async fn mend_list(
        self: &Arc<Self>,
        peer: &NodeId,
        list: &ListId,
        held: &HeadRow,
        done: &mut PeerSync,
    ) -> Result<(), SyncFailure> {
        if held.expires <= self.now() {
            return Ok(());
        }
        if matches!(self.stood(list, Some(held)), Before::InForce) {
            return self.mend_behind(peer, list, done).await;
        }
        let rows = self.live_rows(list).await?;
        self.fetch_lost(peer, &rows, done).await?;
        self.index_lags();
        Ok(())
    }

    /// The same for a list that is in force, or was until it went on: only what is missing altogether, which costs no reading.
    async fn mend_behind(
        self: &Arc<Self>,
        peer: &NodeId,
        list: &ListId,
        done: &mut PeerSync,
    ) -> Result<(), SyncFailure> {
        // What came just now is there; a list that isn't in the index is read as it is stored.
        let in_index = self.index.load().list(list).cloned();
        if let Some(held) = &in_index {
            let pieces = std::iter::once(held.state.base()).chain(held.state.deltas());
            if !self.is_any_missing(pieces.map(|piece| &piece.body.sha256))? {
                return Ok(());
            }
        }
        let rows = self.live_rows(list).await?;
        if self.is_any_missing(rows.iter().map(|row| &row.body_hash))? {
            match self.fetch_lost(peer, &rows, done).await {
                // Nothing is amiss with what the index has: other lists don't wait for it.
                Err(failure) if in_index.is_some() && !matches!(failure, SyncFailure::Flow(_)) => {
                    tracing::warn!(peer = %peer, "what the disk has lost of a list in force doesn't come yet");
                }
                outcome => outcome?,
            }
        }
        Ok(())
    }

    fn is_any_missing<'a>(&self, bodies: impl Iterator<Item = &'a [u8; 32]>) -> Result<bool, FlowError> {
        for body in bodies {
            if self.bodies.find(body)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn live_rows(&self, list: &ListId) -> Result<Vec<HeadRow>, FlowError> {
        let key = list_key(list);
        self.gateway
            .store(move |store| store.live_heads(&key, 0, usize::MAX))
            .await
    }

    async fn fetch_lost(
        self: &Arc<Self>,
        peer: &NodeId,
        rows: &[HeadRow],
        done: &mut PeerSync,
    ) -> Result<(), SyncFailure> {
        let document = self.document();
        let publisher = active_member(&document.document, peer);
        let heads = publisher.and_then(|publisher| stored_heads(rows, &publisher.signing_keys));
        for head in heads.into_iter().flatten() {
            let (bodies, hash) = (self.bodies.clone(), head.header().body.sha256);
            let sound = self.gateway.compute(move || bodies.is_sound(&hash)).await??;
            if sound {
                continue;
            }
            tracing::warn!(peer = %peer, "a stored digest is missing or damaged and is fetched again");
            self.bodies.remove(&hash);
            match self.fetch_body(peer, &head).await {
                Ok(moved) => done.bytes += moved,
                Err(Stop::Failed(failure)) => return Err(failure),
                Err(Stop::Refused(refusal)) => {
                    return Err(SyncFailure::Refused(refusal.into()));
                }
            }
        }
        Ok(())
    }
}
