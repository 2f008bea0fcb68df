use std::sync::Arc;

use lianfang_flow::Node;

use crate::tls::{Admission, CertificateIdentity, Refusal};

/// The membership document in force, as the doors ask it.
pub(super) struct MembersOnly(pub(super) Arc<Node>);

impl Admission for MembersOnly {
    fn admits(&self, certificate: &CertificateIdentity) -> Result<(), Refusal> {
        let current = self.0.trust().current();
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
            Some(member) if member.pin.0 != certificate.pin => Err(Refusal::Pin),
            Some(_) => Ok(()),
        }
    }

    fn authorities(&self) -> Vec<String> {
        self.0.trust().current().document.authorities.clone()
    }

    fn version(&self) -> u64 {
        self.0.trust().current().document.version
    }
}
