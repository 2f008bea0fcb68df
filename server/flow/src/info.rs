use lianfang_digest::ListId;
use lianfang_domain::includes;
use lianfang_encoding::{Audience, NodeId, SubjectType};
use lianfang_store::HeadRow;
use lianfang_wire::info::{FeedHead, Info, ListHead, held_hash};
use lianfang_wire::membership::Hash32;

use crate::publish::audiences;
use crate::{FlowError, Node};

impl Node {
    /// What this node shows `caller`: nothing of audiences that the caller isn't in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn info(&self, caller: &NodeId) -> Result<Info, FlowError> {
        self.check_standing()?;
        let (own, asking) = (self.id.clone(), caller.clone());
        let (heads, granted) = self
            .gateway
            .store(move |store| {
                Ok((
                    store.heads_in_force(Some(&own))?,
                    store.granted_incarnation(&asking)?,
                ))
            })
            .await?;
        let incarnation = self.incarnation();
        let lists = heads
            .iter()
            // Heads of an earlier life are replaced by the first publication of this one.
            .filter(|head| head.incarnation == incarnation && self.may_read(caller, &head.audience))
            .filter_map(list_head);
        let lists = lists.collect();
        Ok(Info {
            node: self.id.clone(),
            federation: self.trust.federation(),
            incarnation,
            granted: granted.map_or(0, |grant| grant.incarnation),
            membership_version: self.document().document.version,
            software: env!("CARGO_PKG_VERSION").to_owned(),
            now: self.now(),
            rules: crate::rules::announced(),
            lists,
            feeds: self.feeds(caller).await?,
            held: None,
        })
    }

    /// What this node holds of lists of others that `caller` may read too; none when `caller` holds the same, whose hash
    /// is `known`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn held(&self, caller: &NodeId, known: &[u8; 32]) -> Result<Option<Vec<ListHead>>, FlowError> {
        self.check_standing()?;
        let held = self.held_with(caller).await?;
        Ok((held_hash(&held) != *known).then_some(held))
    }

    /// The newest heads of every list that is neither's own and that both may read, sorted.
    pub(crate) async fn held_with(&self, other: &NodeId) -> Result<Vec<ListHead>, FlowError> {
        let rows = self.gateway.store(|store| store.heads_in_force(None)).await?;
        let document = self.document();
        let is_common = |row: &&HeadRow| {
            row.publisher != self.id
                && row.publisher != *other
                && crate::trust::active_member(&document.document, &row.publisher).is_some()
                && self.may_read(&self.id, &row.audience)
                && self.may_read(other, &row.audience)
        };
        let mut held: Vec<_> = rows.iter().filter(is_common).filter_map(list_head).collect();
        // Here, because databases order names otherwise.
        held.sort_unstable_by(|a, b| a.list.cmp(&b.list));
        Ok(held)
    }

    /// Whether `node` belongs to `audience`.
    pub(crate) fn may_read(&self, node: &NodeId, audience: &Audience) -> bool {
        includes(&self.document().document, audience, node)
    }

    async fn feeds(&self, caller: &NodeId) -> Result<Vec<FeedHead>, FlowError> {
        let named = audiences(&self.document().document).into_iter();
        let readable: Vec<_> = named.filter(|audience| self.may_read(caller, audience)).collect();
        let heads = self
            .gateway
            .store(move |store| {
                let head = |audience: Audience| {
                    let sequence = store.audience_head(&audience)?;
                    Ok(FeedHead { audience, sequence })
                };
                readable.into_iter().map(head).collect::<Result<Vec<_>, _>>()
            })
            .await?;
        Ok(heads.into_iter().filter(|feed| feed.sequence > 0).collect())
    }
}

fn list_head(row: &HeadRow) -> Option<ListHead> {
    let number = u8::try_from(row.subject_type).ok()?;
    Some(ListHead {
        list: ListId {
            publisher: row.publisher.clone(),
            audience: row.audience.clone(),
            subject_type: SubjectType::from_number(number)?,
            epoch: row.epoch,
        },
        sequence: row.sequence,
        head: Hash32(row.head_hash),
    })
}
