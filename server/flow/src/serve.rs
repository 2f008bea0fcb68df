//! Heads, bodies, status and membership for the members who may read them. Whoever may not gets the same
//! answer as for what doesn't exist.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{ListId, SHARD, SignedHead};
use lianfang_encoding::{Audience, NodeId};
use lianfang_store::{HeadRow, Store};
use lianfang_wire::feed::StatusPage;

use crate::publish::list_key;
use crate::{BodyFile, FlowError, Node};

const LARGEST_PAGE: u32 = 1_000;
const MOST_HEADS: usize = 256;

impl Node {
    /// The newest head of a list as sent between nodes: this node's own, or one that it has taken over.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn digest_head(&self, caller: &NodeId, list: &ListId) -> Result<Vec<u8>, FlowError> {
        self.check_audience(caller, list)?;
        let key = list_key(list);
        let head = self.gateway.store(move |store| store.head(&key)).await?;
        Ok(head.head)
    }

    /// The same at one sequence: two members hold theirs against each other.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn held_head(
        &self,
        caller: &NodeId,
        list: &ListId,
        sequence: u64,
    ) -> Result<Vec<u8>, FlowError> {
        self.check_audience(caller, list)?;
        let key = list_key(list);
        let head = self
            .gateway
            .store(move |store| store.head_at(&key, sequence))
            .await?;
        Ok(head.head)
    }

    /// What a reader who holds the list up to `after` lacks, oldest first: later heads, or base and deltas when its
    /// base is gone. A page of 256 has more behind it.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn digest_heads(
        &self,
        caller: &NodeId,
        list: &ListId,
        after: u64,
    ) -> Result<Vec<Vec<u8>>, FlowError> {
        self.check_readable(caller, list)?;
        let key = list_key(list);
        let heads = self
            .gateway
            .store(move |store| {
                store.head(&key)?;
                store.live_heads(&key, after, MOST_HEADS)
            })
            .await?;
        Ok(heads.into_iter().map(|head| head.head).collect())
    }

    fn check_readable(&self, caller: &NodeId, list: &ListId) -> Result<(), FlowError> {
        self.check_audience(caller, list)?;
        if list.publisher == self.id {
            Ok(())
        } else {
            Err(FlowError::NotFound)
        }
    }

    fn check_audience(&self, caller: &NodeId, list: &ListId) -> Result<(), FlowError> {
        self.check_standing()?;
        if self.may_read(caller, &list.audience) {
            Ok(())
        } else {
            Err(FlowError::NotFound)
        }
    }

    /// A body or shard table by hash, if it belongs to a list of an audience the caller is in. The hash is
    /// no capability.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn digest_body(&self, caller: &NodeId, hash: [u8; 32]) -> Result<BodyFile, FlowError> {
        let may_read = |heads: Vec<HeadRow>| {
            let mut named = heads.iter().filter(|head| names(head, &hash));
            named.any(|head| self.may_read(caller, &head.audience))
        };
        let of_body = move |store: &Store| store.lists_of_body(&hash);
        // Only what has more than one shard has a table to ask for. A body of another list may have the same bytes.
        let with_table = |store: &Store| store.live_heads_longer_than(SHARD as u64);
        if !may_read(self.gateway.store(of_body).await?) && !may_read(self.gateway.store(with_table).await?) {
            return Err(FlowError::NotFound);
        }
        self.bodies.find(&hash)?.ok_or(FlowError::NotFound)
    }

    /// Writes down that a body of [`Node::digest_body`] couldn't be read, and says what to answer.
    pub fn body_unreadable(&self, error: &std::io::Error) -> FlowError {
        match error.kind() {
            // A fold may have replaced the body since it was looked up.
            std::io::ErrorKind::NotFound => FlowError::NotFound,
            _ => self.bodies.failed(error),
        }
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
        self.check_standing()?;
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
