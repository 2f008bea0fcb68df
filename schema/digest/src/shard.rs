use lianfang_encoding::sha256;

use crate::Refusal;
use crate::header::{BodyRef, SHARD_BITS};

/// Bytes of every shard of a body but the last.
pub const SHARD: usize = 1 << SHARD_BITS;

impl BodyRef {
    /// Length and hashes of `body`.
    pub fn of(body: &[u8]) -> Self {
        Self {
            length: body.len() as u64,
            sha256: sha256(body),
            shard_table: sha256(&ShardTable::of(body).to_bytes()),
        }
    }
}

/// SHA-256 of each 1 MiB piece of a body, in order. A table that came from a peer was checked against the
/// signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardTable {
    length: u64,
    hashes: Vec<[u8; 32]>,
}

impl ShardTable {
    /// The table of a body of our own.
    pub fn of(body: &[u8]) -> Self {
        Self {
            length: body.len() as u64,
            hashes: body.chunks(SHARD).map(sha256).collect(),
        }
    }

    /// Reads the table of `body` from a peer.
    ///
    /// # Errors
    /// [`Refusal::ShardTable`] unless it is exactly the one whose hash the head names.
    pub fn parse(body: &BodyRef, bytes: &[u8]) -> Result<Self, Refusal> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let shards = body.length.div_ceil(SHARD as u64);
        if !rest.is_empty() || hashes.len() as u64 != shards || sha256(bytes) != body.shard_table {
            return Err(Refusal::ShardTable);
        }
        Ok(Self {
            length: body.length,
            hashes: hashes.to_vec(),
        })
    }

    /// The table of a body of at most one shard, which follows from its hash: nothing has to be fetched.
    /// `None` for larger bodies.
    ///
    /// # Errors
    /// [`Refusal::ShardTable`] when the head names another table than its own body hash gives.
    pub fn implied(body: &BodyRef) -> Result<Option<Self>, Refusal> {
        match body.length {
            0 => Self::parse(body, &[]).map(Some),
            length if length <= SHARD as u64 => Self::parse(body, &body.sha256).map(Some),
            _ => Ok(None),
        }
    }

    /// The concatenated hashes, as they are sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.concat()
    }

    /// Number of shards.
    pub fn shards(&self) -> u32 {
        self.hashes.len() as u32
    }

    /// Length in bytes of shard `index`; 0 beyond the last.
    pub fn shard_length(&self, index: u32) -> usize {
        let start = u64::from(index) * SHARD as u64;
        self.length.saturating_sub(start).min(SHARD as u64) as usize
    }

    /// Checks one whole shard, wherever it came from and in any order.
    ///
    /// # Errors
    /// [`Refusal::Shard`] when it isn't the one named.
    pub fn check(&self, index: u32, shard: &[u8]) -> Result<(), Refusal> {
        match self.hashes.get(index as usize) {
            Some(hash) if shard.len() == self.shard_length(index) && sha256(shard) == *hash => Ok(()),
            _ => Err(Refusal::Shard(index)),
        }
    }
}
