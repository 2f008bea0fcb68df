//! Answers are kept before they are given, and those that end together in one commit under one receipt.

use std::sync::Arc;

use lianfang_store::{ScreeningRow, Store, StoreError};
use lianfang_wire::membership::Hash32;
use lianfang_wire::receipt::{InclusionProof, Receipt, Tree, attach, leaf_hash};

use crate::group::Group;
use crate::{FlowError, Node};

/// Screenings on their way into the store.
pub(crate) type Journal = Group<Unsigned, Receipted>;

/// An answer before it is kept; its row has the text without a receipt.
pub(crate) struct Unsigned {
    pub(super) node: Arc<Node>,
    pub(super) row: ScreeningRow,
}

/// What an answer gets when it is kept.
pub(crate) struct Receipted {
    pub(super) receipt: String,
    pub(super) proof: InclusionProof,
    /// The answer's JSON with both.
    pub(super) text: String,
}

pub(crate) fn journal() -> Arc<Journal> {
    Group::new(keep)
}

fn keep(store: &Store, answers: Vec<Unsigned>) -> Result<Vec<Receipted>, StoreError> {
    let leaves = answers
        .iter()
        .map(|answer| leaf_hash(answer.row.response.as_bytes()));
    let (Some(tree), Some(Unsigned { node, .. })) = (Tree::over(leaves.collect()), answers.first()) else {
        return Ok(Vec::new());
    };
    let receipt = node.receipt(&tree).map_err(|_| StoreError::Sealing)?;
    let (mut rows, mut receipted) = (Vec::new(), Vec::new());
    for (mut answer, proof) in answers.into_iter().zip(tree.proofs()) {
        let text = attach(&answer.row.response, &receipt, &proof).map_err(|_| StoreError::Sealing)?;
        answer.row.response.clone_from(&text);
        rows.push(answer.row);
        receipted.push(Receipted {
            receipt: receipt.clone(),
            proof,
            text,
        });
    }
    store.keep_screenings(rows)?;
    Ok(receipted)
}

impl Node {
    fn receipt(&self, tree: &Tree) -> Result<String, FlowError> {
        let receipt = Receipt {
            iss: self.id.clone(),
            fed: self.trust.federation(),
            signed_at: self.now(),
            membership_version: self.document().document.version,
            tree_size: tree.size(),
            root_hash: Hash32(tree.root_hash()),
        };
        let unwritable = FlowError::Internal("a receipt can't be written as JSON");
        receipt.sign(self.signing()?).map_err(|_| unwritable)
    }
}
