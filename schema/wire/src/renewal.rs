//! A member's certificate under a new key (PROTOCOL.md §7): what the member asks, and what a governor gives. Files, as for
//! joining.

use lianfang_encoding::{FederationId, NodeId, PublicKey, SigningKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::jws::{self, JwsError};
use crate::membership::Hash32;

const RENEWAL: &str = "lianfang-renewal+jwt";

/// What a member asks, signed with its signing key: whoever holds the old TLS key alone can't have it replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// The member.
    pub iss: NodeId,
    /// Its federation.
    pub fed: FederationId,
    /// The pin to be replaced: the request changes the membership while that is the member's, and so once.
    pub replaces: Hash32,
    /// Certificate signing request under the new key, PEM.
    pub csr: String,
    /// Names and addresses for the certificate.
    pub hosts: Vec<String>,
}

/// `lianfang federation renew`: the file for a governor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewalRequest {
    /// The member.
    pub node: NodeId,
    /// Its [`Renewal`] as a compact JWS.
    pub request: String,
}

/// `POST /v1/admin/members/{id}/certificate`: a governor grants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantRenewal {
    /// The member's request.
    pub request: String,
    /// How long the old key counts beside the new one; with 0 it is out at once.
    pub overlap_seconds: u64,
}

/// `lianfang federation replace`: the file for the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Renewed {
    /// The member.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub node: NodeId,
    /// Its new certificate, PEM.
    pub certificate: String,
    /// The membership document that pins its key.
    pub membership_version: u64,
    /// When the old key stops counting.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub until: Timestamp,
}

impl Renewal {
    /// As a compact JWS under the member's signing key.
    ///
    /// # Errors
    /// [`JwsError::Claims`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(RENEWAL, self, key)
    }

    /// Reads a request signed with one of the member's `keys`.
    ///
    /// # Errors
    /// A [`JwsError`] that says which rule it broke.
    pub fn verify(text: &str, keys: &[PublicKey]) -> Result<Self, JwsError> {
        jws::verify(RENEWAL, text, keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_back_under_its_member_s_key_only() {
        let (key, other) = (SigningKey::from_seed(&[5; 32]), SigningKey::from_seed(&[6; 32]));
        let renewal = Renewal {
            iss: "platform-a".parse().unwrap(),
            fed: FederationId([1; 16]),
            replaces: Hash32([2; 32]),
            csr: "csr".to_owned(),
            hosts: vec!["127.0.0.1".to_owned()],
        };
        let text = renewal.sign(&key).unwrap();
        assert_eq!(
            Renewal::verify(&text, &[other.public(), key.public()]),
            Ok(renewal)
        );
        assert_eq!(Renewal::verify(&text, &[other.public()]), Err(JwsError::Key));
    }
}
