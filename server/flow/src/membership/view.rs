use lianfang_encoding::{FederationId, Timestamp};
use lianfang_wire::membership::Member;
use serde::{Deserialize, Serialize};

use crate::Node;

/// The federation as this node sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MembershipView {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub federation: FederationId,
    pub name: String,
    pub version: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires: Timestamp,
    pub test: bool,
    /// Signatures a change needs, of how many governors.
    pub threshold: u16,
    pub governors: usize,
    pub members: Vec<Member>,
}

impl Node {
    /// The membership document in force, as far as operators look at it.
    pub fn members(&self) -> MembershipView {
        let current = self.document();
        let document = &current.document;
        MembershipView {
            federation: current.federation,
            name: document.name.clone(),
            version: document.version,
            expires: document.expires,
            test: document.test,
            threshold: document.governance.threshold,
            governors: document.governance.governors.len(),
            members: document.members.clone(),
        }
    }
}
