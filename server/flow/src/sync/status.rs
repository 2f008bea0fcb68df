use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_domain::lifecycle::{Deadline, binding_deadline};
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_peer::PeerError;
use lianfang_store::{PeerStatus, StatusOutcome, Store};
use lianfang_wire::ProblemType;
use lianfang_wire::feed::{StatusItem, StatusPage};
use lianfang_wire::info::FeedHead;
use lianfang_wire::stix::indicator_id;

use super::PeerSync;
use super::run::SyncFailure;
use crate::Node;
use crate::durable::durable_step;
use crate::trust::active_member;

impl Node {
    /// Applies what is new in one status feed; terminal states kill cached records at once.
    pub(super) async fn fetch_status(
        self: &Arc<Self>,
        peer: &NodeId,
        feed: &FeedHead,
        dry_run: bool,
        done: &mut PeerSync,
    ) -> Result<(), SyncFailure> {
        let (id, audience) = (peer.clone(), feed.audience.clone());
        let mut cursor = self
            .gateway
            .store(move |store| store.status_cursor(&id, &audience))
            .await?;
        if dry_run {
            done.status_items += feed.sequence.saturating_sub(cursor);
            return Ok(());
        }
        while cursor < feed.sequence {
            let page = self.peers.status(peer, &feed.audience, cursor).await?;
            let arrived = self.clock_standing(&self.peer_rows().await?).arrival(self.now());
            let items = self.verify_page(peer, feed, &page, arrived)?;
            if items.is_empty() {
                return Err(PeerError::Malformed.into());
            }
            let count = items.len() as u64;
            let reached = self.apply_page(peer, feed, items, arrived).await?;
            // Items that were told before are no news, and there is no end to them.
            if reached <= cursor {
                return Err(PeerError::Malformed.into());
            }
            cursor = reached;
            done.status_items += count;
        }
        Ok(())
    }

    fn verify_page(
        &self,
        peer: &NodeId,
        feed: &FeedHead,
        page: &StatusPage,
        arrived: Timestamp,
    ) -> Result<Vec<PeerStatus>, SyncFailure> {
        let document = self.document();
        let publisher =
            active_member(&document.document, peer).ok_or_else(|| PeerError::Unknown(peer.clone()))?;
        page.items
            .iter()
            .map(|item| {
                let raw = STANDARD.decode(item).map_err(|_| PeerError::Malformed)?;
                let verified = StatusItem::verify(&raw, &publisher.signing_keys)
                    .map_err(|error| SyncFailure::Refused(error.into()))?;
                let expected = verified.fed == document.federation
                    && verified.publisher == *peer
                    && verified.audience == feed.audience;
                if expected {
                    Ok(row(verified, raw, arrived))
                } else {
                    Err(SyncFailure::Refused(ProblemType::StatusForeign))
                }
            })
            .collect()
    }

    async fn apply_page(
        self: &Arc<Self>,
        peer: &NodeId,
        feed: &FeedHead,
        items: Vec<PeerStatus>,
        arrived: Timestamp,
    ) -> Result<u64, SyncFailure> {
        let (id, audience, now) = (peer.clone(), feed.audience.clone(), self.now());
        let heard: Vec<_> = items.iter().map(crate::watch::heard).collect();
        let node = Arc::clone(self);
        // The sync may have no time left: nobody would hear of these items a second time.
        let apply = async move {
            let publisher = id.clone();
            let apply = move |store: &Store| store.apply_status(&id, &audience, &items, (now, arrived));
            let outcome = node.gateway.store(apply).await?;
            if matches!(outcome, StatusOutcome::Applied { .. }) {
                durable_step("status_applied");
                node.watch_status(&publisher, &heard).await;
            }
            Ok(outcome)
        };
        match self.gateway.to_the_end(apply).await? {
            StatusOutcome::Applied { cursor } => Ok(cursor),
            StatusOutcome::Gap { .. } => Err(SyncFailure::Refused(ProblemType::StatusGap)),
            StatusOutcome::Fork { .. } => {
                self.quarantine(peer, "status_fork").await?;
                Err(SyncFailure::Refused(ProblemType::StatusFork))
            }
        }
    }
}

fn row(item: StatusItem, raw: Vec<u8>, arrived: Timestamp) -> PeerStatus {
    let deadline = deadline_of(&item, arrived);
    PeerStatus {
        seq: item.seq,
        entry_id: item.entry,
        object_id: indicator_id(&item.fed, &item.publisher, item.entry),
        subject_type: i16::from(item.subject.number()),
        state: i16::from(item.state.number()),
        deadline: deadline.map(|deadline| deadline.due),
        rule: deadline.map(|deadline| i16::from(deadline.rule.number())),
        at: item.at,
        raw,
        terminal: item.state.is_terminal(),
    }
}

/// The clock that counts here, whatever the item states. What it says can't have come about after it was heard, by
/// the peers' time where this node's clock is behind it: the deadline stays once the clock is right.
fn deadline_of(item: &StatusItem, arrived: Timestamp) -> Option<Deadline> {
    let stated = item.deadline.zip(item.rule);
    let stated = stated.map(|(due, rule)| Deadline { due, rule });
    binding_deadline(item.state, item.basis, item.at.min(arrived), stated)
}
