//! The Merkle tree of RFC 9162 §2.1.1 over the answers of one commit, and its inclusion proofs (§2.1.3).

use lianfang_encoding::sha256;
use serde::{Deserialize, Serialize};

use crate::membership::Hash32;

/// Where an answer stands in the tree of its receipt, and what leads from there to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InclusionProof {
    /// Place of the answer among the leaves, from 0.
    pub leaf_index: u64,
    /// SHA-256 of the siblings on the way, leaf's first, in hex; empty where the answer stands alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub inclusion_path: Vec<Hash32>,
}

/// Hash of a leaf: SHA-256 of a zero byte and the answer.
pub fn leaf_hash(answer: &[u8]) -> [u8; 32] {
    sha256(&[&[0], answer].concat())
}

fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    sha256(&bytes)
}

/// The hashes of a tree, leaves first. A node without a sibling rises as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<[u8; 32]>>,
}

impl Tree {
    /// The tree over these leaves, in order; there must be one at least.
    pub fn over(leaves: Vec<[u8; 32]>) -> Option<Self> {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => node_hash(left, right),
                _ => pair[0],
            });
            let above = above.collect();
            levels.push(above);
        }
        levels
            .last()
            .is_some_and(|top| top.len() == 1)
            .then_some(Self { levels })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, Vec::len) as u64
    }

    /// Hash of the root.
    pub fn root_hash(&self) -> [u8; 32] {
        let top = self.levels.last().and_then(|level| level.first());
        top.copied().unwrap_or_default()
    }

    /// The proof for each leaf, in order.
    pub fn proofs(&self) -> impl Iterator<Item = InclusionProof> + '_ {
        let leaves = self.levels.first().map_or(0, Vec::len);
        (0..leaves).map(|leaf| self.proof(leaf))
    }

    fn proof(&self, leaf: usize) -> InclusionProof {
        let levels = self.levels.iter().enumerate();
        let siblings = levels.filter_map(|(height, level)| level.get((leaf >> height) ^ 1));
        InclusionProof {
            leaf_index: leaf as u64,
            inclusion_path: siblings.copied().map(Hash32).collect(),
        }
    }
}

impl InclusionProof {
    /// The root that the proof leads to from `leaf`, in a tree of `size` leaves (RFC 9162 §2.1.3.2); `None` where it
    /// fits no such tree.
    pub fn root_from(&self, leaf: [u8; 32], size: u64) -> Option<[u8; 32]> {
        let mut last = size.checked_sub(1)?;
        let mut place = self.leaf_index;
        if place > last {
            return None;
        }
        let mut hash = leaf;
        for Hash32(sibling) in &self.inclusion_path {
            if last == 0 {
                return None;
            }
            // Rises where there is no sibling.
            while place == last && place & 1 == 0 {
                (place, last) = (place >> 1, last >> 1);
            }
            hash = if place & 1 == 1 {
                node_hash(sibling, &hash)
            } else {
                node_hash(&hash, sibling)
            };
            (place, last) = (place >> 1, last >> 1);
        }
        (last == 0).then_some(hash)
    }
}
