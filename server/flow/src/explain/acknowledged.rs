//! What other members say they have taken over of what this node says, signed by each. The last word of each is kept: who
//! can't be asked any more has still said it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use lianfang_encoding::{Audience, NodeId, Timestamp};
use lianfang_store::{AcknowledgementRow, HeadRow, ListKey, ListVersion, Store, StoreError};
use lianfang_wire::explanation::Arrival;
use lianfang_wire::restore::Seen;

use crate::publish::{audiences, list_key};
use crate::{FlowError, Node};

/// The last word of each.
#[derive(Default)]
pub(crate) struct Acknowledgements(BTreeMap<NodeId, Said>);

pub(super) struct Said {
    /// When it was heard.
    pub(super) at: Timestamp,
    /// Just now.
    pub(super) answered: bool,
    seen: Seen,
}

impl Node {
    /// Asks these members at once, and keeps what they say.
    pub(super) async fn acknowledgements(
        &self,
        of: impl IntoIterator<Item = &NodeId>,
    ) -> Result<Acknowledgements, FlowError> {
        let answered = self.ask_for_acknowledgements(of).await?;
        let mut all = self.gateway.store(Acknowledgements::load).await?;
        for peer in answered {
            if let Some(said) = all.0.get_mut(&peer) {
                said.answered = true;
            }
        }
        Ok(all)
    }

    /// Asks those of `peers` who, as far as they said, haven't everything that this node says to them. Whoever has said
    /// that isn't asked again, and who can't be asked has said what it said.
    pub(crate) async fn hear_acknowledgements(
        &self,
        peers: impl Iterator<Item = &NodeId>,
    ) -> Result<(), FlowError> {
        let (own, named) = (self.id.clone(), audiences(&self.document().document));
        let read = move |store: &Store| {
            let feeds = named.into_iter().map(|audience| {
                let sequence = store.audience_head(&audience)?;
                Ok((audience, sequence))
            });
            let feeds = feeds.collect::<Result<Vec<_>, StoreError>>()?;
            Ok((
                store.heads_in_force(Some(&own))?,
                feeds,
                Acknowledgements::load(store)?,
            ))
        };
        let (heads, feeds, said) = self.gateway.store(read).await?;
        let lacks = |peer: &NodeId| {
            let mut lists = heads.iter().filter(|head| self.may_read(peer, &head.audience));
            let mut items = feeds
                .iter()
                .filter(|(audience, sequence)| *sequence > 0 && self.may_read(peer, audience));
            lists.any(|head| !said.has_list(peer, &head.list(), head.into()))
                || items.any(|(audience, sequence)| !said.has_item(peer, audience, *sequence))
        };
        let lacking: Vec<_> = peers.filter(|peer| lacks(peer)).collect();
        self.ask_for_acknowledgements(lacking).await?;
        Ok(())
    }

    /// Asks these members at once and keeps their answers; returns who answered.
    async fn ask_for_acknowledgements(
        &self,
        of: impl IntoIterator<Item = &NodeId>,
    ) -> Result<BTreeSet<NodeId>, FlowError> {
        let ask = async |peer: &NodeId| self.seen_by(peer).await;
        let answers = join_all(of.into_iter().map(ask)).await;
        let mut rows = Vec::new();
        for seen in answers.into_iter().flatten() {
            let text = serde_json::to_string(&seen)
                .map_err(|_| FlowError::Internal("an acknowledgement can't be written as JSON"))?;
            rows.push(AcknowledgementRow {
                peer: seen.iss,
                heard_at: self.now(),
                seen: text,
            });
        }
        let answered = rows.iter().map(|row| row.peer.clone()).collect();
        self.gateway
            .store(move |store| {
                rows.into_iter()
                    .try_for_each(|row| store.keep_acknowledgement(row))
            })
            .await?;
        Ok(answered)
    }
}

impl Acknowledgements {
    fn load(store: &Store) -> Result<Self, StoreError> {
        let said = |row: AcknowledgementRow| {
            let said = Said {
                at: row.heard_at,
                answered: false,
                seen: serde_json::from_str(&row.seen).ok()?,
            };
            Some((row.peer, said))
        };
        Ok(Self(
            store.acknowledgements()?.into_iter().filter_map(said).collect(),
        ))
    }

    pub(super) fn of(&self, peer: &NodeId) -> Option<&Said> {
        self.0.get(peer)
    }

    /// Sequence of this list that a member has in force, if it comes from the same life of this node.
    pub(super) fn sequence(&self, peer: &NodeId, head: &HeadRow) -> Option<u64> {
        let held = self.of(peer)?.version(&head.list())?;
        (held.incarnation == head.incarnation).then_some(held.sequence)
    }

    /// Whether a member has this version of a list or a later one.
    pub(super) fn list(&self, peer: &NodeId, list: &ListKey, version: Option<ListVersion>) -> Arrival {
        self.arrival(peer, version.map(|version| self.has_list(peer, list, version)))
    }

    /// Whether a member has this item of a status feed.
    pub(super) fn item(&self, peer: &NodeId, audience: &Audience, sequence: Option<u64>) -> Arrival {
        self.arrival(
            peer,
            sequence.map(|sequence| self.has_item(peer, audience, sequence)),
        )
    }

    fn arrival(&self, peer: &NodeId, has: Option<bool>) -> Arrival {
        match (has, self.of(peer)) {
            (None, _) => Arrival::Nothing,
            (Some(_), None) => Arrival::Unknown,
            (Some(true), Some(_)) => Arrival::TakenOver,
            (Some(false), Some(_)) => Arrival::Behind,
        }
    }

    fn has_list(&self, peer: &NodeId, list: &ListKey, version: ListVersion) -> bool {
        let held = self.of(peer).and_then(|said| said.version(list));
        held.is_some_and(|held| held >= version)
    }

    fn has_item(&self, peer: &NodeId, audience: &Audience, sequence: u64) -> bool {
        let feeds = self.of(peer).into_iter().flat_map(|said| &said.seen.feeds);
        feeds
            .into_iter()
            .any(|feed| feed.audience == *audience && feed.sequence >= sequence)
    }
}

impl Said {
    fn version(&self, list: &ListKey) -> Option<ListVersion> {
        let mut lists = self.seen.lists.iter();
        let seen = lists.find(|seen| list_key(&seen.list) == *list)?;
        Some(ListVersion {
            incarnation: seen.incarnation,
            sequence: seen.sequence,
        })
    }
}
