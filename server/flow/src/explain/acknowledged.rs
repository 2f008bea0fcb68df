use lianfang_encoding::NodeId;
use lianfang_store::HeadRow;

use crate::Node;

impl Node {
    pub(super) async fn acknowledged(&self, _peer: &NodeId, _head: &HeadRow) -> Option<u64> {
        None
    }
}
