use lianfang_encoding::{FederationId, KeyId, Timestamp};

use crate::class::{SizeClass, padded};
use crate::confirm::max_confirm_bits;
use crate::gcs::{self, PREFIX_BITS};
use crate::{ListId, Refusal};

/// Log2 of the length of a shard: bodies are verified in pieces of 1 MiB.
pub const SHARD_BITS: u8 = 20;

/// Names a token key of one class and epoch (PROTOCOL.md §2).
pub type TokenKeyId = [u8; 16];

/// SHA-256 over the tables by which one kind is normalised (PROTOCOL.md §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RulesDigest {
    pub kind: u16,
    pub norm_version: u8,
    pub digest: [u8; 32],
}

/// Whether a head comes with a whole list or with a change of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Bloom filter over every entry of the list.
    Base,
    /// Prefixes that came and went since the head before. Counts are padded to three significant bits.
    Delta { additions: u32, removals: u32 },
}

impl Kind {
    /// Prefixes that a delta's head states, of both sorts.
    pub fn prefixes(self) -> u64 {
        match self {
            Self::Base => 0,
            Self::Delta { additions, removals } => u64::from(additions) + u64::from(removals),
        }
    }
}

/// Length and hashes of a body. Bodies and shard tables are addressed by these plain SHA-256 values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyRef {
    /// Length in bytes.
    pub length: u64,
    /// SHA-256 of the whole body.
    pub sha256: [u8; 32],
    /// SHA-256 of the shard table, the concatenated SHA-256 of each 1 MiB piece.
    pub shard_table: [u8; 32],
}

/// A field that this version doesn't know. Numbers with the highest bit set are critical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub number: u16,
    pub value: Vec<u8>,
}

/// What a publisher signs about one base or delta (PROTOCOL.md §3). [`Header::check`] states the rules
/// that hold for every encoded or decoded header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub federation: FederationId,
    pub list: ListId,
    /// Rises by one with each restore of the publisher (PROTOCOL.md §7).
    pub incarnation: u32,
    /// Version of the membership document by which the audience's members were taken.
    pub audience_version: u32,
    /// Token keys of this epoch whose tokens are inside, ascending, 1 to 8.
    pub token_keys: Vec<TokenKeyId>,
    /// Rules of every kind inside, ascending by (kind, version).
    pub rules: Vec<RulesDigest>,
    pub kind: Kind,
    /// Entries in the list once this head is applied, padded to three significant bits.
    pub total: u32,
    /// Rises by one with each head of this list, from 1.
    pub sequence: u64,
    /// A base: the last sequence whose changes are in it. A delta: the sequence of the base it rests on.
    pub base_sequence: u64,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub body: BodyRef,
    /// Hash of the head before; all zero in the first head of an incarnation.
    pub previous: [u8; 32],
    /// [`crate::state_hash`] of the base and the deltas in force once this head is applied.
    pub state: [u8; 32],
    /// Length of the confirm-key prefixes that a confirmation asks with (PROTOCOL.md §5).
    pub confirm_bits: u8,
    pub signing_key: KeyId,
    /// Unknown fields, ascending by number; none is critical.
    pub extensions: Vec<Extension>,
}

impl Header {
    /// The size class of the base, as the total gives it.
    ///
    /// # Errors
    /// [`Refusal::Counts`] when the total isn't padded.
    pub fn class(&self) -> Result<SizeClass, Refusal> {
        SizeClass::of_total(self.total)
    }

    /// Refuses a header that no honest publisher writes.
    ///
    /// # Errors
    /// The first rule that is broken, each with its own refusal.
    pub fn check(&self) -> Result<(), Refusal> {
        self.check_lists()?;
        self.check_counts()?;
        if self.body_lengths().contains(&self.body.length) {
            self.check_order()
        } else {
            Err(Refusal::BodyLength)
        }
    }

    fn check_lists(&self) -> Result<(), Refusal> {
        if !(1..=8).contains(&self.token_keys.len()) || !self.token_keys.is_sorted_by(|a, b| a < b) {
            return Err(Refusal::TokenKeys);
        }
        let rule_key = |rule: &RulesDigest| (rule.kind, rule.norm_version);
        if self.rules.len() > 256 || !self.rules.is_sorted_by(|a, b| rule_key(a) < rule_key(b)) {
            return Err(Refusal::Rules);
        }
        let fits = self
            .extensions
            .iter()
            .all(|extension| extension.value.len() <= 1_024);
        let ascending = self.extensions.is_sorted_by(|a, b| a.number < b.number);
        if self.extensions.len() > 16 || !fits || !ascending {
            return Err(Refusal::Extensions);
        }
        match self
            .extensions
            .iter()
            .find(|extension| extension.number & 0x8000 != 0)
        {
            Some(critical) => Err(Refusal::CriticalExtension(critical.number)),
            None => Ok(()),
        }
    }

    fn check_counts(&self) -> Result<(), Refusal> {
        let is_padded = |count: u32| padded(count as usize) == Ok(count);
        let fits = match self.kind {
            Kind::Base => true,
            Kind::Delta { additions, removals } => [additions, removals]
                .into_iter()
                .all(|count| is_padded(count) && count <= gcs::MAX_PREFIXES),
        };
        if fits && is_padded(self.total) {
            Ok(())
        } else {
            Err(Refusal::Counts)
        }
    }

    fn body_lengths(&self) -> std::ops::RangeInclusive<u64> {
        match self.kind {
            Kind::Base => {
                let length = self.class().map_or(0, SizeClass::body_length);
                length..=length
            }
            Kind::Delta { additions, removals } => {
                let (one, other) = (
                    gcs::lengths(PREFIX_BITS, additions),
                    gcs::lengths(PREFIX_BITS, removals),
                );
                one.start() + other.start()..=one.end() + other.end()
            }
        }
    }

    fn check_order(&self) -> Result<(), Refusal> {
        if self.created >= self.expires {
            return Err(Refusal::Lifetime);
        }
        let rests_on_base = matches!(self.kind, Kind::Base) || self.base_sequence > 0;
        if self.sequence == 0 || self.base_sequence >= self.sequence || !rests_on_base {
            return Err(Refusal::Sequence);
        }
        if self.confirm_bits > max_confirm_bits(self.total) {
            return Err(Refusal::ConfirmBits);
        }
        Ok(())
    }
}
