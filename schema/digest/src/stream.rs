use sha2::{Digest, Sha256};

use crate::bloom::{self, BLOOM_HEADER, Seed};
use crate::header::{BodyRef, Kind};
use crate::{Refusal, ShardTable, SizeClass, VerifiedHead};

/// Verifies a body as it arrives, one shard at a time, holding no more than one shard.
///
/// Bytes reach the sink only once their shard was verified. To resume a transfer, or to check what a crash
/// left on disk, feed the stored bytes first: the first [`BodyVerifier::verified`] of them are good, and the
/// rest is fetched from there on.
#[derive(Debug)]
pub struct BodyVerifier {
    body: BodyRef,
    base: Option<BaseCheck>,
    table: ShardTable,
    shard: Vec<u8>,
    next: u32,
    hash: Sha256,
}

#[derive(Debug)]
struct BaseCheck {
    class: SizeClass,
    seed: Seed,
    ones: u64,
}

impl BodyVerifier {
    /// Starts at the first byte of the body that `head` names.
    ///
    /// # Errors
    /// [`Refusal::ShardTable`] when `table` belongs to another body.
    pub fn new(head: &VerifiedHead, table: ShardTable, seed: &Seed) -> Result<Self, Refusal> {
        let header = head.header();
        ShardTable::parse(&header.body, &table.to_bytes())?;
        let base = match header.kind {
            Kind::Base => Some(BaseCheck {
                class: header.class()?,
                seed: *seed,
                ones: 0,
            }),
            Kind::Delta { .. } => None,
        };
        Ok(Self {
            body: header.body,
            base,
            table,
            shard: Vec::new(),
            next: 0,
            hash: Sha256::new(),
        })
    }

    /// Takes the next bytes, of any length, and hands each shard that is complete and good to `sink`.
    ///
    /// # Errors
    /// [`Refusal::Shard`] for the first damaged one, [`Refusal::BodyTrailing`] beyond the end, the layout and fill
    /// refusals of [`bloom`], and whatever `sink` returns. After an error the verifier takes nothing more.
    pub fn feed<E: From<Refusal>>(
        &mut self,
        mut chunk: &[u8],
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !chunk.is_empty() {
            let wanted = self.table.shard_length(self.next);
            if wanted == 0 {
                return Err(Refusal::BodyTrailing.into());
            }
            let (taken, rest) = chunk.split_at(chunk.len().min(wanted - self.shard.len()));
            self.shard.extend_from_slice(taken);
            chunk = rest;
            if self.shard.len() == wanted {
                self.check_shard()?;
                sink(&self.shard)?;
                self.shard.clear();
                self.next += 1;
            }
        }
        Ok(())
    }

    /// Bytes verified so far: where an interrupted transfer goes on.
    pub fn verified(&self) -> u64 {
        (u64::from(self.next) << crate::header::SHARD_BITS).min(self.body.length)
    }

    /// Ends the body.
    ///
    /// # Errors
    /// [`Refusal::BodyTruncated`] when bytes are missing, [`Refusal::BodyHash`] when the whole isn't what the head
    /// names although each shard is.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.verified() != self.body.length {
            Err(Refusal::BodyTruncated)
        } else if self.hash.finalize()[..] != self.body.sha256 {
            Err(Refusal::BodyHash)
        } else {
            Ok(())
        }
    }

    fn check_shard(&mut self) -> Result<(), Refusal> {
        self.table.check(self.next, &self.shard)?;
        self.hash.update(&self.shard);
        let Some(base) = &mut self.base else {
            return Ok(());
        };
        let bits = if self.next == 0 {
            let (layout, bits) = self
                .shard
                .split_first_chunk::<BLOOM_HEADER>()
                .ok_or(Refusal::BodyTruncated)?;
            bloom::check_layout(layout, base.class, &base.seed)?;
            bits
        } else {
            &self.shard
        };
        base.ones += bloom::ones(bits);
        bloom::check_fill(base.ones, base.class)
    }
}
