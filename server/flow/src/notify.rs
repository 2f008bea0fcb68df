//! Telling peers that there is something new; they come and fetch it. Polling by night is the safety net.

use std::sync::Arc;

use lianfang_encoding::NodeId;
use lianfang_wire::info::Notice;

use crate::{FlowError, Node};

impl Node {
    /// A peer says it has news: sync with it in the background.
    ///
    /// # Errors
    /// None today; the signature leaves room for quotas.
    pub async fn notified(self: &Arc<Self>, caller: &NodeId, _notice: Notice) -> Result<(), FlowError> {
        let (node, peer) = (Arc::clone(self), caller.clone());
        tokio::spawn(async move {
            if let Err(error) = node.sync(Some(peer.clone()), false).await {
                tracing::warn!(peer = %peer, error = %error, "a sync after a notice failed");
            }
        });
        Ok(())
    }

    /// Tells every peer, without waiting for any.
    pub(crate) fn notify_peers(self: &Arc<Self>) {
        let document = self.document();
        let notice = Notice {
            membership_version: document.document.version,
        };
        for member in document
            .document
            .members
            .iter()
            .filter(|member| member.is_active() && member.id != self.id)
        {
            let (node, peer, notice) = (Arc::clone(self), member.id.clone(), notice.clone());
            tokio::spawn(async move {
                if let Err(error) = node.peers.notify(&peer, &notice).await {
                    tracing::debug!(peer = %peer, error = %error, "a peer couldn't be told");
                }
            });
        }
    }

    /// Entries changed: peers may fetch the new states at once, the digests follow with the next build.
    pub(crate) fn entries_changed(self: &Arc<Self>) {
        self.notify_peers();
    }
}
