use std::time::Duration;

use lianfang_domain::brake::{WINDOW_DAYS, brake_monitored};
use lianfang_encoding::NodeId;

use crate::peers::quarantined;
use crate::{FlowError, Node};

const WINDOW: Duration = Duration::from_secs(WINDOW_DAYS * 86_400);

impl Node {
    /// Quarantines a publisher that hits too many of those who are watched, before anybody is alerted about them: its
    /// hits wait until a person has looked.
    pub(crate) async fn brake_by_roster(&self, publisher: &NodeId) -> Result<(), FlowError> {
        if *publisher == self.id || self.holds_back(publisher).await? {
            return Ok(());
        }
        let (id, since) = (publisher.clone(), self.now() - WINDOW);
        let seen = self
            .gateway
            .store(move |store| store.roster_hit_by(&id, since))
            .await?;
        match brake_monitored(seen.hit, seen.monitored, &self.settings.brake) {
            Some(reason) => self.quarantine(publisher, reason.code()).await,
            None => Ok(()),
        }
    }

    /// Whether a person has to look at this publisher first.
    pub(crate) async fn holds_back(&self, publisher: &NodeId) -> Result<bool, FlowError> {
        Ok(quarantined(&self.peer_rows().await?).contains(publisher))
    }
}
