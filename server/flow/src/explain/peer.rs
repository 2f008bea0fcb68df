use std::sync::Arc;

use lianfang_domain::includes;
use lianfang_encoding::{NodeId, SubjectType};
use lianfang_store::HeadRow;
use lianfang_wire::explanation::{OwnListExplanation, PeerExplanation};

use crate::{FlowError, Node};

impl Node {
    pub(super) async fn explain_peer(self: &Arc<Self>, id: &NodeId) -> Result<PeerExplanation, FlowError> {
        let peers = self.peers().await?;
        let peer = peers.into_iter().find(|peer| peer.id == *id);
        let peer = peer.ok_or(FlowError::NotFound)?;
        let own = self.id.clone();
        let heads = self
            .gateway
            .store(move |store| store.heads_in_force(Some(&own)))
            .await?;
        let document = self.document();
        let acknowledged = self.acknowledgements([id]).await?;
        let lists = heads.iter().map(|head| OwnListExplanation {
            audience: head.audience.to_string(),
            subject_type: subject_type(head),
            epoch: head.epoch,
            sequence: head.sequence,
            may_read: includes(&document.document, &head.audience, id),
            acknowledged: acknowledged.sequence(id, head),
            said_at: acknowledged.of(id).map(|said| said.at),
        });
        let lists = lists.collect();
        Ok(PeerExplanation { peer, lists })
    }
}

fn subject_type(head: &HeadRow) -> String {
    let number = u8::try_from(head.subject_type).ok();
    let known = number.and_then(SubjectType::from_number);
    known.map_or_else(|| head.subject_type.to_string(), |known| known.to_string())
}
