use lianfang_certs::Serial;
use lianfang_encoding::{FederationId, NodeId};

/// What a verified certificate says about its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateIdentity {
    /// The federation in its URI.
    pub fed: FederationId,
    /// The node in its URI.
    pub node: NodeId,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub pin: [u8; 32],
    /// Its serial number, if it has one that authorities of this software give.
    pub serial: Option<Serial>,
}

/// Why a certificate isn't an active member's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("its names aren't those of a node")]
    Unnamed,
    #[error("of another federation")]
    Foreign,
    #[error("not a member")]
    Unknown,
    #[error("no longer a member")]
    Removed,
    #[error("another key than the membership document pins")]
    Pin,
    #[error("not a regulator")]
    Role,
    #[error("on the revocation list")]
    Revoked,
    #[error("the revocation list is out of date")]
    StaleList,
}

impl Refusal {
    /// Stable code for logs and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unnamed => "unnamed",
            Self::Foreign => "foreign_federation",
            Self::Unknown => "unknown_node",
            Self::Removed => "removed",
            Self::Pin => "pin",
            Self::Role => "role",
            Self::Revoked => "revoked",
            Self::StaleList => "stale_revocation_list",
        }
    }
}

/// The membership document in force, as far as connections are concerned.
pub trait Admission: Send + Sync {
    /// # Errors
    /// [`Refusal`] unless the certificate is an active member's.
    fn admits(&self, certificate: &CertificateIdentity) -> Result<(), Refusal>;

    /// Certificates of the federation's authorities, PEM.
    fn authorities(&self) -> Vec<String>;

    /// Rises whenever the authorities or the members change.
    fn version(&self) -> u64;
}

impl CertificateIdentity {
    /// Reads a certificate in DER. Proves nothing before the chain is verified.
    ///
    /// # Errors
    /// [`Refusal::Unnamed`] when it doesn't name exactly one node.
    pub fn of(der: &[u8]) -> Result<Self, Refusal> {
        let (fed, node) = lianfang_certs::identity(der).map_err(|_| Refusal::Unnamed)?;
        let pin = lianfang_certs::spki_pin(der).map_err(|_| Refusal::Unnamed)?;
        let serial = lianfang_certs::certificate::serial(der).ok();
        Ok(Self {
            fed,
            node,
            pin,
            serial,
        })
    }
}
