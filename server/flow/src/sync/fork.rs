//! A publisher that tells different members different things: heads are held against those that were taken over, and
//! against what other members took over. Two that contradict each other are kept as proof, and their publisher waits
//! for a person (PROTOCOL.md §3).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{Fork, ListId, SignedHead, VerifiedHead};
use lianfang_encoding::{NodeId, SubjectType, Timestamp};
use lianfang_store::{ForkRow, StoreError};
use lianfang_wire::info::{ListHead, held_hash};
use lianfang_wire::peer::ForkProof;

use super::digests::stored_heads;
use crate::publish::list_key;
use crate::{FlowError, Node};

/// Heads that one peer is asked for in one sync: what it says it holds needn't be true.
const MOST_DIFFERENT: usize = 16;

impl Node {
    /// Compares what `peer` holds of others' lists with what this node holds. A peer that doesn't answer proves nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn compare_held(self: &Arc<Self>, peer: &NodeId) -> Result<(), FlowError> {
        let own = held_hash(&self.held_with(peer).await?);
        let held = match self.peers.held(peer, own).await {
            Ok(held) => held.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(peer = %peer, code = error.code(), "a peer didn't say what it holds of others");
                return Ok(());
            }
        };
        for other in self.different(held).await? {
            let fetched = self.peers.held_head(peer, &other.list, other.sequence).await;
            let head = fetched.ok().and_then(|head| SignedHead::decode(&head).ok());
            self.find_fork(head.as_slice(), false).await?;
        }
        Ok(())
    }

    /// Those of another member's heads that this node has otherwise at the same sequence.
    async fn different(&self, held: Vec<ListHead>) -> Result<Vec<ListHead>, FlowError> {
        let readable =
            |head: &ListHead| head.list.publisher != self.id && self.may_read(&self.id, &head.list.audience);
        let held: Vec<_> = held.into_iter().filter(readable).collect();
        self.gateway
            .store(move |store| {
                let mut different = Vec::new();
                for head in held {
                    match store.head_at(&list_key(&head.list), head.sequence) {
                        Ok(own) if own.head_hash != head.head.0 => different.push(head),
                        Ok(_) | Err(StoreError::NotFound) => {}
                        Err(other) => return Err(other),
                    }
                    if different.len() == MOST_DIFFERENT {
                        break;
                    }
                }
                Ok(different)
            })
            .await
    }

    /// Holds heads against those that were taken over. The first that contradicts one of them is kept with it, and the
    /// publisher held back.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn find_fork(&self, heads: &[SignedHead], again: bool) -> Result<(), FlowError> {
        for head in heads {
            if let Some(fork) = self.contradiction(head).await? {
                return self.prove(&fork, again).await;
            }
        }
        Ok(())
    }

    async fn contradiction(&self, head: &SignedHead) -> Result<Option<Fork>, FlowError> {
        let header = head.header();
        let document = self.document();
        let publisher = crate::trust::active_member(&document.document, &header.list.publisher);
        let keys = publisher
            .map(|publisher| publisher.signing_keys.as_slice())
            .unwrap_or_default();
        let Some(head) = keys.iter().find_map(|key| head.clone().verify(key).ok()) else {
            return Ok(None);
        };
        for sequence in [header.sequence, header.sequence.saturating_sub(1)] {
            let key = list_key(&header.list);
            let stored = self
                .gateway
                .store(move |store| store.head_at(&key, sequence))
                .await;
            let stored = match stored {
                Ok(row) => stored_heads(&[row], keys).unwrap_or_default(),
                Err(FlowError::NotFound) => continue,
                Err(other) => return Err(other),
            };
            if let Some(fork) = stored.first().and_then(|stored| Fork::of(stored, &head)) {
                return Ok(Some(fork));
            }
        }
        Ok(None)
    }

    async fn prove(&self, fork: &Fork, again: bool) -> Result<(), FlowError> {
        let row = fork_row(fork, self.now());
        let publisher = row.publisher.clone();
        if self
            .gateway
            .store(move |store| store.prove_fork(row, again))
            .await?
        {
            tracing::error!(peer = %publisher, code = "digest_fork", "a publisher is held back: it signed two histories");
        }
        Ok(())
    }

    /// The proofs that `peer` told different members different things, the newest first.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] when it isn't another member.
    pub async fn forks(&self, peer: &NodeId) -> Result<Vec<ForkProof>, FlowError> {
        let document = self.document();
        let known = document.document.members.iter().any(|member| member.id == *peer);
        if !known || *peer == self.id {
            return Err(FlowError::NotFound);
        }
        let peer = peer.clone();
        let rows = self.gateway.store(move |store| store.forks(&peer)).await?;
        Ok(rows.into_iter().filter_map(fork_proof).collect())
    }
}

fn fork_row(fork: &Fork, now: Timestamp) -> ForkRow {
    let header = fork.second().header();
    let wire = |head: &VerifiedHead| head.signed().to_wire();
    ForkRow {
        publisher: header.list.publisher.clone(),
        audience: header.list.audience.clone(),
        subject_type: i16::from(header.list.subject_type.number()),
        epoch: header.list.epoch,
        incarnation: header.incarnation,
        sequence: header.sequence,
        first_head: wire(fork.first()),
        second_head: wire(fork.second()),
        found_at: now,
    }
}

fn fork_proof(row: ForkRow) -> Option<ForkProof> {
    let number = u8::try_from(row.subject_type).ok()?;
    Some(ForkProof {
        list: ListId {
            publisher: row.publisher,
            audience: row.audience,
            subject_type: SubjectType::from_number(number)?,
            epoch: row.epoch,
        },
        incarnation: row.incarnation,
        sequence: row.sequence,
        found_at: row.found_at,
        first: STANDARD.encode(&row.first_head),
        second: STANDARD.encode(&row.second_head),
    })
}
