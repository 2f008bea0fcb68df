use lianfang_encoding::{FederationId, NodeId};
use serde::{Deserialize, Serialize};

use super::{Common, StixId, StixTime, StixType, identity_id};
use crate::membership::Member;
use crate::vocabulary::MemberRole;

/// An identity (STIX 2.1 §4.5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// What every object has.
    #[serde(flatten)]
    pub common: Common,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// `organization` or `system`.
    pub identity_class: String,
    /// What it is in its federation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// What the membership document says of a member, as far as regulators are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberDescription {
    /// Its id.
    pub id: NodeId,
    /// Its name for people.
    pub name: String,
    /// Who operates it.
    pub operator: String,
    /// What it is.
    pub role: MemberRole,
    /// ISO 3166-1 alpha-2.
    pub jurisdiction: String,
    /// Whether it takes part.
    pub active: bool,
}

impl MemberDescription {
    /// Of a member.
    pub fn of(member: &Member) -> Self {
        Self {
            id: member.id.clone(),
            name: member.name.clone(),
            operator: member.operator.clone(),
            role: member.role,
            jurisdiction: member.jurisdiction.clone(),
            active: member.is_active(),
        }
    }

    /// One version of the member's identity; revoked once it is out.
    pub fn identity(&self, fed: &FederationId, created: StixTime, modified: StixTime) -> Identity {
        let id = StixId::new(StixType::Identity, identity_id(fed, &self.id));
        Identity {
            common: Common {
                revoked: !self.active,
                ..Common::new(id, created, modified)
            },
            name: self.name.clone(),
            description: format!(
                "Member {} ({}), operated by {}, {}",
                self.id, self.role, self.operator, self.jurisdiction
            ),
            identity_class: "organization".to_owned(),
            roles: vec![self.role.to_string()],
        }
    }
}
