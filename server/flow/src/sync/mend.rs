//! A list whose newest head is held but that isn't in force: what the disk has lost of it is fetched again, without waiting
//! for a newer head.

use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::NodeId;
use lianfang_store::HeadRow;

use super::PeerSync;
use super::digests::{Stop, stored_heads};
use super::refusal::problem_type;
use super::run::SyncFailure;
use crate::Node;
use crate::publish::list_key;
use crate::trust::active_member;

impl Node {
    /// Sees to it that the bodies of a list are here and come into force.
    pub(super) async fn mend_list(
        self: &Arc<Self>,
        peer: &NodeId,
        list: &ListId,
        held: &HeadRow,
        done: &mut PeerSync,
    ) -> Result<(), SyncFailure> {
        let index = self.index.load_full();
        let in_force = index
            .list(list)
            .is_some_and(|list| *list.state.head() == held.head_hash);
        if in_force || held.expires <= self.now() {
            return Ok(());
        }
        let key = list_key(list);
        let rows = self
            .gateway
            .store(move |store| store.live_heads(&key, 0, usize::MAX))
            .await?;
        let document = self.document();
        let publisher = active_member(&document.document, peer);
        let heads = publisher.and_then(|publisher| stored_heads(&rows, &publisher.signing_keys));
        for head in heads.into_iter().flatten() {
            let (bodies, hash) = (self.bodies.clone(), head.header().body.sha256);
            let sound = self.gateway.compute(move || bodies.is_sound(&hash)).await?;
            if sound {
                continue;
            }
            tracing::warn!(peer = %peer, "a stored digest is missing or damaged and is fetched again");
            self.bodies.remove(&hash);
            match self.fetch_body(peer, &head).await {
                Ok(moved) => done.bytes += moved,
                Err(Stop::Failed(failure)) => return Err(failure),
                Err(Stop::Refused(refusal)) => {
                    return Err(SyncFailure::Refused(problem_type(&refusal).slug().to_owned()));
                }
            }
        }
        self.index_lags();
        Ok(())
    }
}
