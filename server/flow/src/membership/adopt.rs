use std::sync::Arc;
use std::sync::atomic::Ordering;

use lianfang_domain::MembershipError;
use lianfang_store::{AuditRow, MembershipAdoption};
use lianfang_wire::ProblemType;
use lianfang_wire::membership::ParsedMembership;
use tokio::sync::OwnedMutexGuard;

use crate::{FlowError, Node};

/// The next membership document, and what belongs to its coming into force.
pub(super) struct Next {
    pub(super) envelope: Vec<u8>,
    /// Who made it, when it was made here. Commits with it.
    pub(super) line: Option<AuditRow>,
    /// Whether the peers are told.
    pub(super) told: bool,
    /// Held until the document is in force and told of. The index may take its time, and keeps no other change waiting.
    pub(super) adopting: Option<OwnedMutexGuard<()>>,
}

impl Node {
    /// Takes over the next membership document from somebody else: checked, stored, then in force at every door at once.
    /// What can't be brought up to it now, index or feed, is by the next sync: the document counts already.
    ///
    /// # Errors
    /// [`FlowError::Membership`] when it may not follow the one in force.
    pub async fn adopt_membership(self: &Arc<Self>, envelope: &[u8]) -> Result<(), FlowError> {
        let next = Next {
            envelope: envelope.to_vec(),
            line: None,
            told: false,
            adopting: None,
        };
        self.adopt(next).await
    }

    /// Puts in force what is stored and doesn't count here yet: another replica has taken it over, or nobody could say
    /// whether it was stored. A governor tells of it, because whoever made it may not have come to that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_up_membership(self: &Arc<Self>) -> Result<(), FlowError> {
        loop {
            let version = self.document().document.version + 1;
            let stored = self.gateway.store(move |store| store.membership(version)).await?;
            let Some(row) = stored else {
                return Ok(());
            };
            let next = Next {
                envelope: row.envelope,
                line: None,
                told: self.keys.governor.is_some(),
                adopting: None,
            };
            let adopted = self.adopt(next).await;
            // Whoever has stored it may have put it in force meanwhile.
            if self.document().document.version < version {
                adopted?;
            }
        }
    }

    /// What follows the commit follows it although the caller goes away: the document in force, the peers, the index.
    pub(super) async fn adopt(self: &Arc<Self>, next: Next) -> Result<(), FlowError> {
        let parsed = self.trust.check(&next.envelope)?;
        let node = Arc::clone(self);
        let work = async move {
            node.store_next(&parsed, next.envelope, next.line).await?;
            let (members, authorities) = (
                parsed.document.members.clone(),
                parsed.document.authorities.clone(),
            );
            node.trust.put_in_force(parsed);
            let reached = node.peers.adopt(&members, &authorities).map_err(|error| {
                tracing::error!(error = %error, "the peers' addresses or certificates can't be used");
                FlowError::Internal("the peers' addresses or certificates can't be used")
            });
            if next.told {
                node.notify_everybody();
            }
            drop(next.adopting);
            // What waited for a token key may have one now.
            node.changes.notify_one();
            node.members_unlisted.store(true, Ordering::Release);
            if let Err(error) = node.put_in_force().await {
                tracing::error!(error = %error, "index and feed aren't up to the new membership yet");
            }
            reached
        };
        self.gateway.to_the_end(work).await
    }

    async fn store_next(
        &self,
        next: &ParsedMembership,
        envelope: Vec<u8>,
        line: Option<AuditRow>,
    ) -> Result<(), FlowError> {
        let (version, bytes, now) = (next.document.version, envelope.clone(), self.now());
        let adopted = self
            .gateway
            .store(move |store| store.adopt_membership(version, &bytes, now, line))
            .await;
        let adopted = match adopted {
            Ok(adopted) => adopted,
            // The answer to a commit that was carried out may be lost.
            Err(_) if self.is_stored(version, &envelope).await => MembershipAdoption::Known,
            Err(error) => return Err(error),
        };
        match adopted {
            MembershipAdoption::Adopted | MembershipAdoption::Known => Ok(()),
            MembershipAdoption::Older { .. } => Err(MembershipError::Rollback.into()),
            MembershipAdoption::Fork { .. } => {
                tracing::error!(
                    membership.version = version,
                    "two membership documents with one version"
                );
                Err(FlowError::from(ProblemType::MembershipRollback))
            }
        }
    }

    async fn is_stored(&self, version: u64, envelope: &[u8]) -> bool {
        let stored = self.gateway.store(move |store| store.membership(version)).await;
        stored.is_ok_and(|row| row.is_some_and(|row| row.envelope == envelope))
    }
}
