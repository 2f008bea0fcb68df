use std::sync::Arc;

use lianfang_domain::MembershipError;
use lianfang_store::MembershipAdoption;
use lianfang_wire::ProblemType;

use crate::{FlowError, Node};

impl Node {
    /// Takes over the next membership document: checked, stored, then in force at every door at once.
    ///
    /// # Errors
    /// [`FlowError::Membership`] when it may not follow the one in force.
    pub async fn adopt_membership(self: &Arc<Self>, envelope: &[u8]) -> Result<(), FlowError> {
        let next = self.trust.check(envelope)?;
        let (version, bytes, now) = (next.document.version, envelope.to_vec(), self.now());
        let adopted = self
            .gateway
            .store(move |store| store.adopt_membership(version, &bytes, now))
            .await?;
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
        self.list_members_in_feed().await?;
        self.put_in_force().await
    }
}
