//! The restored node's side: asking a peer, and believing nothing but what this node itself had signed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::SignedHead;
use lianfang_encoding::{Audience, NodeId, PublicKey};
use lianfang_peer::PeerError;
use lianfang_store::RecoveredList;
use lianfang_wire::feed::StatusItem;
use lianfang_wire::restore::{Claim, Proof, Seen, SeenAnswer};

use super::mark::Mark;
use crate::Node;

/// What one peer has seen of this node.
pub(super) struct Heard {
    pub(super) peer: NodeId,
    /// The signed statement.
    pub(super) statement: String,
    pub(super) seen: Seen,
    pub(super) lists: Vec<RecoveredList>,
    pub(super) feeds: BTreeMap<Audience, u64>,
}

impl Node {
    /// Asks a peer what it has seen.
    pub(super) async fn ask_seen(&self, peer: &NodeId) -> Result<Heard, PeerError> {
        let answer = self.peers.seen(peer, &self.id).await?;
        self.open_seen(peer, answer).ok_or(PeerError::Malformed)
    }

    /// What a peer says, signed, that it has seen of this node; nothing when it can't be asked.
    pub(crate) async fn seen_by(&self, peer: &NodeId) -> Option<Seen> {
        Some(self.ask_seen(peer).await.ok()?.seen)
    }

    /// Asks a peer for the incarnation of `mark`, and what it has seen until then.
    pub(super) async fn ask_grant(&self, peer: &NodeId, mark: &Mark) -> Result<Heard, PeerError> {
        let key = mark.key(&self.keys.data).map_err(|_| PeerError::Configuration)?;
        let proof = Proof {
            iss: self.id.clone(),
            fed: self.trust.federation(),
            aud: peer.clone(),
            incarnation: mark.incarnation,
            restore_key: key.public(),
        };
        let evidence = mark.granted.values().cloned().collect();
        // The one thing a recovering node signs: it contradicts nothing that was signed before.
        let claim =
            Claim::sign(&proof, &key, &self.keys.signing, evidence).map_err(|_| PeerError::Configuration)?;
        let answer = self.peers.claim(peer, &self.id, &claim).await?;
        let heard = self.open_seen(peer, answer).ok_or(PeerError::Malformed)?;
        let granted =
            heard.seen.incarnation == mark.incarnation && heard.seen.restore_key == Some(key.public());
        if granted {
            Ok(heard)
        } else {
            Err(PeerError::Malformed)
        }
    }

    fn open_seen(&self, peer: &NodeId, answer: SeenAnswer) -> Option<Heard> {
        let seen = Seen::verify(&answer.statement, &self.keys_of_member(peer)).ok()?;
        let fits = seen.iss == *peer && seen.node == self.id && seen.fed == self.trust.federation();
        let own = self.own_keys();
        let lists = answer.heads.iter().map(|head| self.own_list(head, &own));
        let items = answer.items.iter().map(|item| self.own_item(item, &own));
        Some(Heard {
            peer: peer.clone(),
            lists: lists.collect::<Option<_>>()?,
            feeds: items
                .map(|item| item.map(|(item, _)| (item.audience, item.seq)))
                .collect::<Option<_>>()?,
            statement: answer.statement,
            seen,
        })
        .filter(|_| fits)
    }

    pub(super) fn own_keys(&self) -> Vec<PublicKey> {
        let mut keys = self.keys_of_member(&self.id);
        keys.push(self.keys.public());
        keys
    }

    fn own_list(&self, head: &str, keys: &[PublicKey]) -> Option<RecoveredList> {
        let signed = SignedHead::decode(&STANDARD.decode(head).ok()?).ok()?;
        let verified = keys.iter().find_map(|key| signed.clone().verify(key).ok())?;
        let header = verified.header();
        let own = header.list.publisher == self.id && header.federation == self.trust.federation();
        own.then(|| RecoveredList {
            audience: header.list.audience.clone(),
            subject_type: i16::from(header.list.subject_type.number()),
            epoch: header.list.epoch,
            sequence: header.sequence,
        })
    }

    pub(super) fn own_item(&self, item: &str, keys: &[PublicKey]) -> Option<(StatusItem, Vec<u8>)> {
        let bytes = STANDARD.decode(item).ok()?;
        let item = StatusItem::verify(&bytes, keys).ok()?;
        let own = item.publisher == self.id && item.fed == self.trust.federation();
        own.then_some((item, bytes))
    }
}
