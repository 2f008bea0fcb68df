use std::time::Duration;

use lianfang_domain::brake::{WINDOW_DAYS, brake_monitored};
use lianfang_domain::verdict::speaks_alone;
use lianfang_encoding::{NodeId, SubjectType};
use lianfang_identifier::{Kind, Level};
use lianfang_store::Telling;

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
        let rule = self.settings.brake;
        let reason = self
            .gateway
            .store(move |store| {
                let hits = store.roster_hit_by(&id, since, &telling())?;
                // A handful never brakes, and counting a large roster takes a while.
                if hits < rule.least_hits {
                    return Ok(None);
                }
                Ok(brake_monitored(hits, store.subjects_monitored()?, &rule))
            })
            .await?;
        match reason {
            Some(reason) => self.quarantine(publisher, reason.code()).await,
            None => Ok(()),
        }
    }

    /// Whether a person has to look at this publisher first.
    pub(crate) async fn holds_back(&self, publisher: &NodeId) -> Result<bool, FlowError> {
        Ok(quarantined(&self.peer_rows().await?).contains(publisher))
    }
}

/// [`speaks_alone`], as the store asks for it.
fn telling() -> Telling {
    let silent = |kind: &&Kind| !speaks_alone(**kind, Level::Strict, SubjectType::Seller);
    Telling {
        level: i16::from(Level::Strict.number()),
        subject_type: i16::from(SubjectType::Seller.number()),
        without: Kind::ALL
            .iter()
            .filter(silent)
            .map(|kind| i32::from(kind.number()))
            .collect(),
    }
}
