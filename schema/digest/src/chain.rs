use lianfang_encoding::{Timestamp, Transcript};

use crate::header::{BodyRef, Kind};
use crate::{Refusal, VerifiedHead};

const STATE: &str = "lianfang/state/v1";

/// Deltas on one base at most: a publisher folds them long before.
pub const MAX_DELTAS: usize = 1_024;

/// Prefixes in all live deltas of a list at most, additions and removals, as their heads state them.
pub const MAX_DELTA_PREFIXES: u64 = 1 << 26;

/// Hash of a list's content: h0 = SHA-256(lp16("lianfang/state/v1") ‖ lp16(base body hash)), then for each delta in
/// order h = SHA-256(lp16("lianfang/state/v1") ‖ lp16(h) ‖ lp16(delta body hash)) (PROTOCOL.md §3).
pub fn state_hash<'a>(base: &[u8; 32], deltas: impl IntoIterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let start = Transcript::new(STATE).bytes(base).sha256();
    deltas
        .into_iter()
        .fold(start, |state, delta| next_state(&state, delta))
}

/// The state hash after one more delta (PROTOCOL.md §3).
pub fn next_state(state: &[u8; 32], delta: &[u8; 32]) -> [u8; 32] {
    Transcript::new(STATE).bytes(state).bytes(delta).sha256()
}

/// A body that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Sequence of its head.
    pub sequence: u64,
    pub kind: Kind,
    pub body: BodyRef,
}

/// What is in force for one list: the newest head, one base and the deltas on top of it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    incarnation: u32,
    sequence: u64,
    head: [u8; 32],
    expires: Timestamp,
    base: Piece,
    deltas: Vec<Piece>,
}

impl ListState {
    /// Starts from consecutive heads that hold a base and every delta that this base doesn't fold in.
    ///
    /// # Errors
    /// [`Refusal::BaseMissing`] without a base, [`Refusal::Gap`], [`Refusal::Chain`], [`Refusal::Incarnation`] or
    /// [`Refusal::List`] when the heads don't follow each other, [`Refusal::OtherBase`], [`Refusal::State`],
    /// [`Refusal::TooManyPrefixes`] beyond [`MAX_DELTAS`] or [`MAX_DELTA_PREFIXES`].
    pub fn start(heads: &[VerifiedHead]) -> Result<Self, Refusal> {
        let (Some(first), Some(newest)) = (heads.first(), heads.last()) else {
            return Err(Refusal::BaseMissing);
        };
        for pair in heads.windows(2) {
            check_successor(&pair[0], &pair[1])?;
        }
        let is_base = |head: &&VerifiedHead| head.header().kind == Kind::Base;
        let base = heads.iter().rfind(is_base).ok_or(Refusal::BaseMissing)?;
        let folded = base.header().base_sequence;
        if first.header().sequence > folded + 1 && base != first {
            return Err(Refusal::Gap);
        }
        if base == first && folded + 1 != base.header().sequence {
            return Err(Refusal::Gap);
        }
        let deltas = heads
            .iter()
            .filter(|head| !is_base(head) && head.header().sequence > folded)
            .map(|head| piece_on(head, base.header().sequence));
        let state = Self {
            incarnation: newest.header().incarnation,
            sequence: newest.header().sequence,
            head: newest.hash(),
            expires: newest.header().expires,
            base: piece(base),
            deltas: deltas.collect::<Result<_, _>>()?,
        };
        state.check(newest)
    }

    /// Applies the next head.
    ///
    /// # Errors
    /// [`Refusal::Replayed`] for an older one or the same, [`Refusal::Fork`] for another one at this sequence,
    /// [`Refusal::Gap`], [`Refusal::Chain`] (which proves a fork too), [`Refusal::Incarnation`],
    /// [`Refusal::BaseMissing`], [`Refusal::OtherBase`], [`Refusal::State`], [`Refusal::TooManyPrefixes`].
    pub fn advance(&self, head: &VerifiedHead) -> Result<Self, Refusal> {
        let header = head.header();
        self.check_newer(head)?;
        if header.incarnation > self.incarnation {
            return Self::start(std::slice::from_ref(head));
        }
        if header.sequence != self.sequence + 1 {
            return Err(Refusal::Gap);
        }
        if header.previous != self.head {
            return Err(Refusal::Chain);
        }
        let mut next = self.clone();
        match header.kind {
            Kind::Base => {
                next.base = piece(head);
                next.deltas.retain(|delta| delta.sequence > header.base_sequence);
            }
            Kind::Delta { .. } => next.deltas.push(piece_on(head, self.base.sequence)?),
        }
        next.sequence = header.sequence;
        next.head = head.hash();
        next.expires = header.expires;
        next.check(head)
    }

    /// Refuses a head that isn't newer than the one held.
    ///
    /// # Errors
    /// [`Refusal::Incarnation`], [`Refusal::Fork`] or [`Refusal::Replayed`].
    pub fn check_newer(&self, head: &VerifiedHead) -> Result<(), Refusal> {
        let header = head.header();
        if header.incarnation < self.incarnation {
            return Err(Refusal::Incarnation);
        }
        let same_life = header.incarnation == self.incarnation;
        if same_life && header.sequence == self.sequence && head.hash() != self.head {
            Err(Refusal::Fork)
        } else if header.sequence <= self.sequence {
            Err(Refusal::Replayed)
        } else {
            Ok(())
        }
    }

    /// The publisher's life that the newest head belongs to.
    pub fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// Sequence of the newest head.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Hash of the newest head.
    pub fn head(&self) -> &[u8; 32] {
        &self.head
    }

    /// When the newest head, and with it all that is in force, expires.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The base in force.
    pub fn base(&self) -> &Piece {
        &self.base
    }

    /// The deltas in force, in the order in which they apply.
    pub fn deltas(&self) -> &[Piece] {
        &self.deltas
    }

    fn check(self, newest: &VerifiedHead) -> Result<Self, Refusal> {
        let prefixes = self.deltas.iter().map(|delta| delta.kind.prefixes());
        if self.deltas.len() > MAX_DELTAS || prefixes.sum::<u64>() > MAX_DELTA_PREFIXES {
            return Err(Refusal::TooManyPrefixes);
        }
        let deltas = self.deltas.iter().map(|delta| &delta.body.sha256);
        if state_hash(&self.base.body.sha256, deltas) == newest.header().state {
            Ok(self)
        } else {
            Err(Refusal::State)
        }
    }
}

fn check_successor(before: &VerifiedHead, after: &VerifiedHead) -> Result<(), Refusal> {
    let (hash, before, after) = (before.hash(), before.header(), after.header());
    if before.list != after.list {
        Err(Refusal::List)
    } else if before.incarnation != after.incarnation {
        Err(Refusal::Incarnation)
    } else if before.sequence + 1 != after.sequence {
        Err(Refusal::Gap)
    } else if after.previous != hash {
        Err(Refusal::Chain)
    } else {
        Ok(())
    }
}

fn piece(head: &VerifiedHead) -> Piece {
    let header = head.header();
    Piece {
        sequence: header.sequence,
        kind: header.kind,
        body: header.body,
    }
}

/// A delta after the base has to name it; one before it, not yet folded in, named an older one.
fn piece_on(head: &VerifiedHead, base: u64) -> Result<Piece, Refusal> {
    let header = head.header();
    if header.sequence > base && header.base_sequence != base {
        return Err(Refusal::OtherBase);
    }
    Ok(piece(head))
}
