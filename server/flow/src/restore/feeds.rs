//! Status items that a restored node had signed and its backup lacks.

use std::collections::BTreeMap;

use lianfang_encoding::{Audience, NodeId};
use lianfang_wire::feed::StatusItem;

use super::hear::Heard;
use crate::entries::without_event;
use crate::{FlowError, Node};

impl Node {
    /// Brings back the items that peers have and this node lacks.
    ///
    /// # Errors
    /// When they prove that there are more than they give back: signing others in their place would be a fork.
    pub(super) async fn recover_feeds(&self, heard: &[Heard]) -> Result<(), FlowError> {
        let mut newest: BTreeMap<&Audience, u64> = BTreeMap::new();
        for heard in heard {
            for (audience, seen) in &heard.feeds {
                self.fetch_back(&heard.peer, audience, *seen).await?;
                let known = newest.entry(audience).or_default();
                *known = (*known).max(*seen);
            }
        }
        for (audience, seen) in newest {
            if self.feed_end(audience).await? < seen {
                return Err(FlowError::Internal(
                    "the members that answered hold back items of this node's status feed",
                ));
            }
        }
        Ok(())
    }

    /// As far as the peer gives them.
    pub(super) async fn fetch_back(
        &self,
        peer: &NodeId,
        audience: &Audience,
        seen: u64,
    ) -> Result<(), FlowError> {
        let mut end = self.feed_end(audience).await?;
        while end < seen {
            let items = self.given_back(peer, audience, end).await.into_iter();
            let items = items.map(|(item, bytes)| without_event(&item, bytes)).collect();
            let (name, now) = (audience.clone(), self.now());
            let reached = self
                .gateway
                .store(move |store| store.recover_status(&name, items, now))
                .await?;
            if reached == end {
                tracing::warn!(peer = %peer, "a member doesn't give back what it has seen");
                return Ok(());
            }
            end = reached;
        }
        Ok(())
    }

    /// A page of what the peer has, with the signed bytes, or nothing when something in it isn't this node's.
    pub(super) async fn given_back(
        &self,
        peer: &NodeId,
        audience: &Audience,
        after: u64,
    ) -> Vec<(StatusItem, Vec<u8>)> {
        let own = self.own_keys();
        let Ok(page) = self.peers.seen_status(peer, &self.id, audience, after).await else {
            return Vec::new();
        };
        let items = page.items.iter().map(|item| {
            self.own_item(item, &own)
                .filter(|(item, _)| item.audience == *audience)
        });
        items.collect::<Option<_>>().unwrap_or_default()
    }

    pub(super) async fn feed_end(&self, audience: &Audience) -> Result<u64, FlowError> {
        let name = audience.clone();
        self.gateway.store(move |store| store.audience_head(&name)).await
    }
}
