use std::sync::Arc;

use lianfang_encoding::NodeId;

use super::run::SyncFailure;
use crate::Node;

impl Node {
    /// Fetches every version up to `newest`, one after the other: each is signed by the governors before it.
    pub(crate) async fn fetch_membership(
        self: &Arc<Self>,
        peer: &NodeId,
        newest: u64,
    ) -> Result<(), SyncFailure> {
        // Two peers may offer the same version at once.
        let _adopting = self.adopting.lock().await;
        let mut held = self.document().document.version;
        while held < newest {
            let envelope = self.peers.membership(peer, Some(held + 1)).await?;
            self.adopt_membership(&envelope).await?;
            held += 1;
        }
        Ok(())
    }
}
