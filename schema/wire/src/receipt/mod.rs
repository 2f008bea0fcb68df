//! Receipts: proof of what a node answered to a screening, and when.
//!
//! The answers of one commit are the leaves of a Merkle tree (RFC 9162 §2.1) whose root the node signs once, as a
//! compact JWS. An answer carries the JWS, `receipt`, and its way to the root, `receipt_proof`, as its last two members;
//! the leaf is the text of the answer without these two. Whoever holds an answer can prove it, and learns of the others
//! in the tree nothing but how many there are.

mod tree;

use lianfang_encoding::{FederationId, NodeId, PublicKey, SigningKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::jws::{self, JwsError};
use crate::membership::Hash32;

pub use tree::{InclusionProof, Tree, leaf_hash};

/// `typ` of the JWS.
pub const TYPE: &str = "lianfang-receipt+jwt";

/// What separates the answer from its receipt; in a string of the answer its quotes would be escaped.
const SEPARATOR: &str = ",\"receipt\":";

/// What a node signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The node that answered.
    pub iss: NodeId,
    /// Its federation.
    pub fed: FederationId,
    /// When the answers were about to be stored.
    pub signed_at: Timestamp,
    /// Version of the membership document in force.
    pub membership_version: u64,
    /// Answers under the root.
    pub tree_size: u64,
    /// Root of the tree (RFC 9162 §2.1.1).
    pub root_hash: Hash32,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error("the answer doesn't end with a receipt and its proof")]
    Missing,
    #[error("the receipt is refused: {0}")]
    Jws(#[from] JwsError),
    #[error("the answer isn't among those that the receipt is for")]
    Answer,
}

/// The last members of an answer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    receipt: String,
    receipt_proof: InclusionProof,
}

impl Receipt {
    /// Signs the receipt.
    ///
    /// # Errors
    /// [`JwsError::Claims`] when it can't be written as JSON.
    pub fn sign(&self, key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(TYPE, self, key)
    }
}

/// The text of an answer with its receipt; `answer` is a JSON object that has one member at least.
///
/// # Errors
/// [`ReceiptError::Missing`] when `answer` is no object or the ending can't be written as JSON.
pub fn attach(answer: &str, receipt: &str, proof: &InclusionProof) -> Result<String, ReceiptError> {
    let open = answer.strip_suffix('}').ok_or(ReceiptError::Missing)?;
    let receipt = serde_json::to_string(receipt).map_err(|_| ReceiptError::Missing)?;
    let proof = serde_json::to_string(proof).map_err(|_| ReceiptError::Missing)?;
    Ok([open, SEPARATOR, &receipt, ",\"receipt_proof\":", &proof, "}"].concat())
}

/// Checks the receipt at the end of an answer, whose text is as it was given, under whichever of `keys` signed it.
///
/// # Errors
/// [`ReceiptError`].
pub fn check(answer: &str, keys: &[PublicKey]) -> Result<Receipt, ReceiptError> {
    let (open, _) = answer.rsplit_once(SEPARATOR).ok_or(ReceiptError::Missing)?;
    let ending = answer.get(open.len() + 1..).ok_or(ReceiptError::Missing)?;
    let ending: Ending = serde_json::from_str(&format!("{{{ending}")).map_err(|_| ReceiptError::Missing)?;
    let receipt: Receipt = jws::verify(TYPE, &ending.receipt, keys)?;
    let leaf = leaf_hash(format!("{open}}}").as_bytes());
    let root = ending.receipt_proof.root_from(leaf, receipt.tree_size);
    if root == Some(receipt.root_hash.0) {
        Ok(receipt)
    } else {
        Err(ReceiptError::Answer)
    }
}
