use std::sync::Arc;

use lianfang_flow::Node;
use lianfang_wire::membership::Member;
use lianfang_wire::vocabulary::MemberRole;

use crate::tls::{Admission, CertificateIdentity, Refusal};

/// The membership document in force, as the doors ask it.
pub(super) struct MembersOnly {
    node: Arc<Node>,
    /// Who else is refused.
    role: Option<MemberRole>,
}

impl MembersOnly {
    /// Every active member.
    pub(super) fn all(node: Arc<Node>) -> Self {
        Self { node, role: None }
    }

    /// Active members that are regulators.
    pub(super) fn regulators(node: Arc<Node>) -> Self {
        Self {
            node,
            role: Some(MemberRole::Regulator),
        }
    }

    fn takes(&self, member: &Member) -> bool {
        self.role.is_none_or(|role| member.role == role)
    }
}

impl Admission for MembersOnly {
    fn admits(&self, certificate: &CertificateIdentity) -> Result<(), Refusal> {
        let current = self.node.trust().current();
        if certificate.fed != current.federation {
            return Err(Refusal::Foreign);
        }
        let member = current
            .document
            .members
            .iter()
            .find(|member| member.id == certificate.node);
        match member {
            None => Err(Refusal::Unknown),
            Some(member) if !member.is_active() => Err(Refusal::Removed),
            Some(member) if !member.is_pinned(&certificate.pin, self.node.now()) => Err(Refusal::Pin),
            Some(member) if !self.takes(member) => Err(Refusal::Role),
            Some(_) => Ok(()),
        }
    }

    fn authorities(&self) -> Vec<String> {
        self.node.trust().current().document.authorities.clone()
    }

    fn version(&self) -> u64 {
        self.node.trust().current().document.version
    }
}
