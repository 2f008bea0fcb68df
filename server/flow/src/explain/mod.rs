//! Why something was, or wasn't, sent or matched.

mod acknowledged;
mod entry;
mod peer;

use std::sync::Arc;

use lianfang_encoding::NodeId;
use lianfang_wire::explanation::Explanation;
use uuid::Uuid;

use crate::{FlowError, Node};

impl Node {
    /// Explains an entry of this node, another member, or an earlier screening, whichever `id` names.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] when it names none of them.
    pub async fn explain(self: &Arc<Self>, id: &str) -> Result<Explanation, FlowError> {
        if let Ok(id) = id.parse::<Uuid>() {
            return match self.explain_entry(id).await {
                Ok(entry) => Ok(Explanation::Entry(Box::new(entry))),
                Err(FlowError::NotFound) => {
                    Ok(Explanation::Screening(Box::new(self.screening(id).await?)))
                }
                Err(other) => Err(other),
            };
        }
        let peer: NodeId = id.parse().map_err(|_| FlowError::NotFound)?;
        Ok(Explanation::Peer(Box::new(self.explain_peer(&peer).await?)))
    }
}
