use std::sync::Arc;
use std::time::Duration;

use lianfang_certs::{Authority, NodeIdentity, Serial};
use lianfang_encoding::NodeId;
use lianfang_store::AuditRow;
use lianfang_wire::ProblemType;
use lianfang_wire::join::{JoinRequest, Welcome};
use lianfang_wire::membership::{Envelope, Hash32, Member, Membership, Quotas};
use lianfang_wire::vocabulary::MemberStatus;
use tokio::sync::OwnedMutexGuard;

use super::adopt::Next;
use super::applicant;
use super::invite::use_invitation;
use super::issued::issued;
use crate::{Actor, FlowError, Node};

/// Life of a node's certificate.
const CERTIFICATE_LIFE: Duration = Duration::from_secs(397 * 86_400);

/// The purpose of audit lines about members.
pub(super) const AUDITED: &str = "membership";

impl Node {
    /// Admits the node that answers an invitation of this governor. Asked again with the same request, it gives the same
    /// node its welcome again.
    ///
    /// # Errors
    /// When this node is no governor or keeps no authority, when the membership document has expired, when the
    /// invitation isn't good, or when the request breaks a rule.
    pub async fn approve(
        self: &Arc<Self>,
        actor: &Actor,
        request: JoinRequest,
    ) -> Result<Welcome, FlowError> {
        self.check_standing()?;
        let adopting = Arc::clone(&self.adopting).lock_owned().await;
        self.take_up_membership().await?;
        let document = self.document();
        if request.federation != document.federation {
            return Err(FlowError::because(
                ProblemType::Invalid,
                "The request is for another federation.",
            ));
        }
        applicant::check(&request)?;
        let member = self.member(&request)?;
        let known = document
            .document
            .members
            .iter()
            .find(|known| known.id == request.node);
        if known.is_some_and(|known| *known != member) {
            return Err(FlowError::because(
                ProblemType::Conflict,
                "This node id is taken, or was once: ids are never used again. Invite under another one.",
            ));
        }
        let identity = NodeIdentity {
            fed: request.federation,
            node: request.node.clone(),
            hosts: request.hosts.clone(),
        };
        let mut next = self.successor_in_time()?;
        let version = match known {
            Some(_) => self.pinned_since(&request.node).await?,
            None => next.version,
        };
        let certificate = self.certify(&identity, &request.csr, version)?;
        use_invitation(self, &request).await?;
        let (action, of) = ("approve", request.node.to_string());
        if known.is_none() {
            next.members.push(member);
            let line = self.membership_line(actor, action, of);
            self.put_forward(next, line, adopting).await?;
        } else {
            self.audit(actor, action, of, AUDITED, "again").await?;
        }
        Ok(Welcome {
            node: request.node,
            certificate,
            memberships: self.all_memberships().await?,
        })
    }

    /// Removes a member, for good, at every door at once.
    ///
    /// # Errors
    /// When this node is no governor, when the membership document has expired, or when there is no such active member.
    pub async fn remove(self: &Arc<Self>, actor: &Actor, node: NodeId) -> Result<(), FlowError> {
        let adopting = Arc::clone(&self.adopting).lock_owned().await;
        self.take_up_membership().await?;
        let mut next = self.successor_in_time()?;
        let member = next
            .members
            .iter_mut()
            .find(|member| member.id == node && member.is_active());
        member.ok_or(FlowError::NotFound)?.status = MemberStatus::Removed;
        next.governance.governors.retain(|governor| governor.node != node);
        let line = self.membership_line(actor, "remove", node.to_string());
        self.put_forward(next, line, adopting).await
    }

    /// The federation's certificate authority, which only one node keeps.
    pub(super) fn authority(&self) -> Result<&Authority, FlowError> {
        self.keys.authority.as_ref().ok_or_else(|| {
            FlowError::because(
                ProblemType::Conflict,
                "This node doesn't keep the federation's certificate authority. Run this on the founder's node.",
            )
        })
    }

    /// A certificate for a key that version `version` of the membership document is to pin.
    pub(super) fn certify(
        &self,
        identity: &NodeIdentity,
        csr: &str,
        version: u64,
    ) -> Result<String, FlowError> {
        let authority = self.authority()?;
        let invalid =
            |error: lianfang_certs::CertError| FlowError::because(ProblemType::Invalid, error.to_string());
        let pin = lianfang_certs::request_pin(csr).map_err(invalid)?;
        let serial = Serial::pinned(&identity.fed, &identity.node, &pin, version);
        authority
            .issue(csr, identity, CERTIFICATE_LIFE, self.now(), serial)
            .map_err(invalid)
    }

    fn member(&self, request: &JoinRequest) -> Result<Member, FlowError> {
        let pin = lianfang_certs::request_pin(&request.csr)
            .map_err(|error| FlowError::because(ProblemType::Invalid, error.to_string()))?;
        Ok(Member {
            id: request.node.clone(),
            name: request.name.clone(),
            operator: request.operator.clone(),
            role: request.role,
            jurisdiction: request.jurisdiction.clone(),
            endpoint: request.endpoint.clone(),
            pin: Hash32(pin),
            retiring: None,
            signing_keys: vec![request.signing_key],
            committee_index: None,
            quotas: Quotas::default(),
            status: MemberStatus::Active,
        })
    }

    /// The document in force as the start of the next one.
    pub(super) fn successor(&self) -> Membership {
        let current = self.document();
        Membership {
            version: current.document.version + 1,
            previous: Some(Hash32(current.hash)),
            federation: Some(current.federation),
            issued: self.now(),
            ..current.document.clone()
        }
    }

    /// The same, which ends when that one does, and so can't follow it any more once it has ended.
    pub(super) fn successor_in_time(&self) -> Result<Membership, FlowError> {
        let next = self.successor();
        if next.expires <= next.issued {
            return Err(FlowError::because(
                ProblemType::Conflict,
                "The membership document has expired: extend it first, with `lianfang federation extend`.",
            ));
        }
        Ok(next)
    }

    /// The audit line of a change, which commits with the document.
    pub(super) fn membership_line(&self, actor: &Actor, action: &str, object: String) -> AuditRow {
        self.audit_row(actor, action, object, AUDITED, "done")
    }

    /// Signs the next document as a governor, puts it in force here and tells the peers. `line` says who asked for it;
    /// `adopting` keeps others from making one of the same version.
    pub(super) async fn put_forward(
        self: &Arc<Self>,
        next: Membership,
        line: AuditRow,
        adopting: OwnedMutexGuard<()>,
    ) -> Result<(), FlowError> {
        self.check_standing()?;
        let key = self.keys.governor.as_ref().ok_or_else(|| {
            FlowError::because(
                ProblemType::Conflict,
                "This node isn't a governor of the federation.",
            )
        })?;
        let envelope = Envelope::seal(&next, &[key])
            .map_err(|_| FlowError::Internal("a membership document can't be written"))?;
        let next = Next {
            envelope: envelope.to_json(),
            line: Some(line),
            told: true,
            adopting: Some(adopting),
        };
        self.adopt(next).await
    }

    /// The version that began to pin the key of `node`: its certificate is named by it.
    pub(super) async fn pinned_since(&self, node: &NodeId) -> Result<u64, FlowError> {
        let documents = self.all_memberships().await?;
        let documents = documents.iter().map(Envelope::to_json);
        let issued = issued(documents, self.now())?;
        let of_node = issued.iter().rfind(|issued| issued.node == *node);
        of_node.map(|issued| issued.since).ok_or(FlowError::NotFound)
    }

    async fn all_memberships(&self) -> Result<Vec<Envelope>, FlowError> {
        let newest = self.document().document.version;
        let stored = self.gateway.store(|store| store.memberships_from(1)).await?;
        stored
            .into_iter()
            .filter(|row| row.version <= newest)
            .map(|row| {
                Envelope::from_json(&row.envelope)
                    .map_err(|_| FlowError::Internal("a stored membership document is damaged"))
            })
            .collect()
    }
}
