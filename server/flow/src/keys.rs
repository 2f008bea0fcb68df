use lianfang_encoding::{PublicKey, SigningKey};
use lianfang_store::DataKeys;
use lianfang_token::{KeyShare, TokenKeyId};

/// The secrets of a node. Zeroized on drop; no useful `Debug`.
pub struct NodeKeys {
    /// Signs heads, records, status items, events, receipts.
    pub signing: SigningKey,
    /// Encrypts identifiers and payloads at rest.
    pub data: DataKeys,
    /// Shares of token keys this node holds as a member of the committee.
    pub shares: Vec<HeldShare>,
    /// Signs membership documents, if this node is a governor.
    pub governor: Option<SigningKey>,
    /// The federation's certificate authority, if this node keeps it.
    pub authority: Option<lianfang_certs::Authority>,
}

/// One share of one generation of a token key.
pub struct HeldShare {
    /// The key.
    pub key_id: TokenKeyId,
    /// The generation it belongs to.
    pub generation: u32,
    /// The share.
    pub share: KeyShare,
}

impl NodeKeys {
    /// The key others verify this node's messages with.
    pub fn public(&self) -> PublicKey {
        self.signing.public()
    }
}

impl std::fmt::Debug for NodeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeKeys({})", self.signing.public().id())
    }
}
