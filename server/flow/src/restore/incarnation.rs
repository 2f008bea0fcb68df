//! Readers: a publisher's incarnation counts when it was granted here, and none before it ever again.

use std::sync::Arc;

use lianfang_encoding::NodeId;
use lianfang_wire::ProblemType;
use lianfang_wire::info::Info;

use super::standing::SUPERSEDED;
use crate::{FlowError, Node};

impl Node {
    /// Refuses what comes from another life of a publisher than the one known here. A publisher that nothing is known of
    /// may be of any.
    ///
    /// # Errors
    /// [`ProblemType::IncarnationUnknown`].
    pub(crate) async fn check_incarnation(&self, publisher: &NodeId, offered: u32) -> Result<(), FlowError> {
        let id = publisher.clone();
        let known = self
            .gateway
            .store(move |store| store.known_incarnation(&id))
            .await?;
        if known.is_none_or(|known| known == offered) {
            Ok(())
        } else {
            Err(FlowError::because(
                ProblemType::IncarnationUnknown,
                "The publisher was restored and hasn't asked this node for its incarnation yet, or it is a copy that \
                 another one has replaced.",
            ))
        }
    }

    /// A peer says what it has granted: once most say that a later copy of this node goes on, this one signs no more.
    pub(crate) async fn hear_of_successors(
        self: &Arc<Self>,
        peer: &NodeId,
        info: &Info,
    ) -> Result<(), FlowError> {
        let own = self.incarnation();
        let say_so = self.successors.hear(peer, info.granted, own);
        let others = self.others();
        let say_so = others.iter().filter(|other| say_so.contains(other)).count();
        if self.is_recovering() || say_so * 2 <= others.len() || self.check_standing().is_err() {
            return Ok(());
        }
        tracing::error!(
            incarnation = own,
            granted = info.granted,
            "another copy of this node goes on in its place; this one signs nothing any more"
        );
        let by = info.granted.to_string();
        self.gateway
            .store(move |store| store.set_meta(SUPERSEDED, &by))
            .await?;
        self.reload_standing().await
    }
}
