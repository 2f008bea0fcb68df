//! Heads, bodies, status and membership for the members who may read them. Whoever may not gets the same
//! answer as for what doesn't exist.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{ListId, SignedHead};
use lianfang_encoding::{Audience, NodeId};
use lianfang_store::HeadRow;
use lianfang_wire::feed::StatusPage;

use crate::publish::list_key;
use crate::{BodyFile, FlowError, Node};

const LARGEST_PAGE: u32 = 1_000;
const MOST_HEADS: usize = 256;

impl Node {
    /// The newest head of one of this node's lists, as sent between nodes.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn digest_head(&self, caller: &NodeId, list: &ListId) -> Result<Vec<u8>, FlowError> {
        let heads = self.readable_heads(caller, list, 0).await?;
        heads
            .into_iter()
            .find(|head| head.in_force)
            .map(|head| head.head)
            .ok_or(FlowError::NotFound)
    }

    /// Heads above `after`, oldest first.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn digest_heads(
        &self,
        caller: &NodeId,
        list: &ListId,
        after: u64,
    ) -> Result<Vec<Vec<u8>>, FlowError> {
        let heads = self.readable_heads(caller, list, after).await?;
        let skip = heads.len().saturating_sub(MOST_HEADS);
        Ok(heads.into_iter().skip(skip).map(|head| head.head).collect())
    }

    async fn readable_heads(
        &self,
        caller: &NodeId,
        list: &ListId,
        after: u64,
    ) -> Result<Vec<HeadRow>, FlowError> {
        if list.publisher != self.id || !self.may_read(caller, &list.audience) {
            return Err(FlowError::NotFound);
        }
        let key = list_key(list);
        self.gateway
            .store(move |store| {
                store.head(&key)?;
                store.heads_after(&key, after)
            })
            .await
    }

    /// A body or shard table by hash, if it belongs to a list of an audience the caller is in. The hash is
    /// no capability.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn digest_body(&self, caller: &NodeId, hash: [u8; 32]) -> Result<BodyFile, FlowError> {
        let heads = self
            .gateway
            .store(move |store| store.heads_in_force(None))
            .await?;
        let readable = heads
            .iter()
            .any(|head| names(head, &hash) && self.may_read(caller, &head.audience));
        if !readable {
            return Err(FlowError::NotFound);
        }
        self.bodies.find(&hash).ok_or(FlowError::NotFound)
    }

    /// A page of the status feed of one audience.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn status(
        &self,
        caller: &NodeId,
        audience: Audience,
        after: u64,
        limit: u32,
    ) -> Result<StatusPage, FlowError> {
        if !self.may_read(caller, &audience) {
            return Err(FlowError::NotFound);
        }
        let limit = limit.clamp(1, LARGEST_PAGE) as usize;
        let (found, newest) = self
            .gateway
            .store(move |store| {
                Ok((
                    store.status_after(&audience, after, limit + 1)?,
                    store.audience_head(&audience)?,
                ))
            })
            .await?;
        if newest == 0 {
            return Err(FlowError::NotFound);
        }
        let more = found.len() > limit;
        let items = found
            .iter()
            .take(limit)
            .map(|item| STANDARD.encode(&item.bytes))
            .collect();
        Ok(StatusPage { items, more })
    }

    /// One version of the membership document, or the newest.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn membership(&self, _caller: &NodeId, version: Option<u64>) -> Result<Vec<u8>, FlowError> {
        let version = version.unwrap_or_else(|| self.document().document.version);
        let row = self.gateway.store(move |store| store.membership(version)).await?;
        row.map(|row| row.envelope).ok_or(FlowError::NotFound)
    }
}

fn names(row: &HeadRow, hash: &[u8; 32]) -> bool {
    row.body_hash == *hash
        || SignedHead::decode(&row.head).is_ok_and(|head| head.header().body.shard_table == *hash)
}
