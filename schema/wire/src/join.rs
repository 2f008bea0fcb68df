//! Files that pass between a governor and whoever joins: invitation, request, welcome. Two commands on each
//! side; none of them needs a connection.

use lianfang_encoding::{FederationId, NodeId, PublicKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::membership::Envelope;
use crate::vocabulary::MemberRole;

/// `lianfang federation invite`: handed to one future member over a channel that both trust.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The federation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub federation: FederationId,
    /// Its label for people.
    pub name: String,
    /// The id the new node will have.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub node: NodeId,
    /// One-time secret that ties the request to this invitation.
    pub code: String,
    /// The code isn't taken after this.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires: Timestamp,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invitation({} to {})", self.node, self.federation)
    }
}

/// `lianfang federation join`: everything a governor needs to admit the node.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinRequest {
    /// The federation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub federation: FederationId,
    /// The node.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub node: NodeId,
    /// The invitation's code.
    pub code: String,
    /// Certificate signing request, PEM.
    pub csr: String,
    /// Verifies its heads, records and status items.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub signing_key: PublicKey,
    /// A name for people.
    pub name: String,
    /// The organisation that operates it.
    pub operator: String,
    /// What it is.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: MemberRole,
    /// ISO 3166-1 alpha-2, upper case.
    pub jurisdiction: String,
    /// Base URL of its federation door.
    pub endpoint: String,
    /// Names and addresses for its certificate.
    pub hosts: Vec<String>,
}

impl std::fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JoinRequest({} to {})", self.node, self.federation)
    }
}

/// `lianfang federation approve`: the new member's certificate and every membership document so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Welcome {
    /// The node it is for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub node: NodeId,
    /// Its certificate, PEM.
    pub certificate: String,
    /// Envelopes from the genesis on; the joiner checks the whole chain and that it is the federation it was
    /// invited to.
    pub memberships: Vec<Envelope>,
}
