use lianfang_digest::ListId;
use lianfang_domain::includes;
use lianfang_encoding::{Audience, NodeId, SubjectType};
use lianfang_store::HeadRow;
use lianfang_wire::info::{FeedHead, Info, ListHead};
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
        })
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
