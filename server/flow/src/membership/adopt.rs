use std::sync::Arc;
use std::sync::atomic::Ordering;

use lianfang_domain::MembershipError;
use lianfang_store::{AuditRow, MembershipAdoption};
use lianfang_wire::ProblemType;

use crate::{FlowError, Node};

impl Node {
    /// Takes over the next membership document: checked, stored, then in force at every door at once. What can't be
    /// brought up to it now, index or feed, is by the next sync: the document counts already. `line` says who made it, when
    /// it was made here, and commits with it.
    ///
    /// # Errors
    /// [`FlowError::Membership`] when it may not follow the one in force.
    pub async fn adopt_membership(
        self: &Arc<Self>,
        envelope: &[u8],
        line: Option<AuditRow>,
    ) -> Result<(), FlowError> {
        let next = self.trust.check(envelope)?;
        let (version, bytes, now) = (next.document.version, envelope.to_vec(), self.now());
        let adopted = self
            .gateway
            .store(move |store| store.adopt_membership(version, &bytes, now, line))
            .await;
        let adopted = match adopted {
            Ok(adopted) => adopted,
            // The answer to a commit that was carried out may be lost.
            Err(_) if self.is_stored(version, envelope).await => MembershipAdoption::Known,
            Err(error) => return Err(error),
        };
        match adopted {
            MembershipAdoption::Adopted | MembershipAdoption::Known => {}
            MembershipAdoption::Older { .. } => return Err(MembershipError::Rollback.into()),
            MembershipAdoption::Fork { .. } => {
                tracing::error!(
                    membership.version = version,
                    "two membership documents with one version"
                );
                return Err(FlowError::from(ProblemType::MembershipRollback));
            }
        }
        let (members, authorities) = (next.document.members.clone(), next.document.authorities.clone());
        self.trust.put_in_force(next);
        self.peers
            .adopt(&members, &authorities)
            .map_err(|_| FlowError::Internal("the peers' addresses or certificates can't be used"))?;
        self.members_unlisted.store(true, Ordering::Release);
        self.index_lags();
        if let Err(error) = self.put_in_force().await {
            tracing::error!(error = %error, "index and feed aren't up to the new membership yet");
        }
        Ok(())
    }

    async fn is_stored(&self, version: u64, envelope: &[u8]) -> bool {
        let stored = self.gateway.store(move |store| store.membership(version)).await;
        stored.is_ok_and(|row| row.is_some_and(|row| row.envelope == envelope))
    }

    /// Puts in force what is stored and doesn't count here yet: another replica has taken it over, or nobody could say
    /// whether it was stored.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn take_up_membership(self: &Arc<Self>) -> Result<(), FlowError> {
        loop {
            let next = self.document().document.version + 1;
            let stored = self.gateway.store(move |store| store.membership(next)).await?;
            let Some(row) = stored else {
                return Ok(());
            };
            self.adopt_membership(&row.envelope, None).await?;
        }
    }
}
