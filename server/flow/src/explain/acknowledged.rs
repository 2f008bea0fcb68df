//! What other members say they have in force of this node's lists, signed by each.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use lianfang_encoding::NodeId;
use lianfang_store::HeadRow;
use lianfang_wire::restore::Seen;

use crate::Node;
use crate::publish::list_key;

/// The answers of those who could be asked.
pub(super) struct Acknowledgements(BTreeMap<NodeId, Seen>);

impl Node {
    /// Asks these members at once.
    pub(super) async fn acknowledgements(&self, of: impl IntoIterator<Item = &NodeId>) -> Acknowledgements {
        let ask = async |peer: &NodeId| Some((peer.clone(), self.seen_by(peer).await?));
        let answers = join_all(of.into_iter().map(ask)).await;
        Acknowledgements(answers.into_iter().flatten().collect())
    }
}

impl Acknowledgements {
    /// Sequence of this list that a member has in force.
    pub(super) fn sequence(&self, peer: &NodeId, head: &HeadRow) -> Option<u64> {
        let mut lists = self.0.get(peer)?.lists.iter();
        let list =
            lists.find(|seen| list_key(&seen.list) == head.list() && seen.incarnation == head.incarnation)?;
        Some(list.sequence)
    }
}
