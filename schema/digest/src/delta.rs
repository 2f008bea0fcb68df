use std::collections::BTreeSet;

use crate::class::padded;
use crate::dummy::Dummies;
use crate::gcs::{self, MAX_PREFIXES, PREFIX_BITS, prefix};
use crate::header::Kind;
use crate::{DeltaSum, Refusal};

/// Prefixes that came and went, each set strictly increasing, no prefix in both (PROTOCOL.md §3).
///
/// Deltas add up: [`Delta::coalesce`] gives the net change of several, which is a delta again and what a
/// reader holds on top of a base. A token may be on the list when its prefix is among the additions, or when the
/// base holds it and its prefix isn't among the removals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    additions: Vec<u64>,
    removals: Vec<u64>,
}

impl Delta {
    /// The delta between two states of a list, without padding. `still_held` says whether any token with this
    /// prefix stays: a removal goes out only when the last one leaves.
    pub fn of(change: &NetChange, still_held: impl Fn(u64) -> bool) -> Self {
        let prefixes =
            |tokens: &BTreeSet<[u8; 32]>| tokens.iter().map(|token| prefix(token, PREFIX_BITS)).collect();
        Self::of_prefixes(prefixes(&change.came), prefixes(&change.left), still_held)
    }

    /// As [`Delta::of`], from the prefixes of the tokens that came and left.
    pub fn of_prefixes(came: BTreeSet<u64>, left: BTreeSet<u64>, still_held: impl Fn(u64) -> bool) -> Self {
        let gone = |prefix: &u64| !came.contains(prefix) && !still_held(*prefix);
        let removals = left.into_iter().filter(gone).collect();
        Self {
            removals,
            additions: came.into_iter().collect(),
        }
    }

    /// Pads both counts to three significant bits. `is_live` says whether any token of the list has this
    /// prefix: a removed dummy never hides a real one.
    ///
    /// # Errors
    /// [`Refusal::Counts`] beyond 2^24 prefixes.
    pub fn pad(
        mut self,
        dummies: &Dummies<'_>,
        sequence: u64,
        is_live: impl Fn(u64) -> bool,
    ) -> Result<Self, Refusal> {
        let (added, removed) = (dummies.of_additions(sequence), dummies.of_removals(sequence));
        let additions = pad_set(&self.additions, added, |prefix| self.removes(prefix))?;
        let taken = |prefix| additions.binary_search(&prefix).is_ok() || is_live(prefix);
        self.removals = pad_set(&self.removals, removed, taken)?;
        self.additions = additions;
        Ok(self)
    }

    /// The body: the additions, then the removals, each coded by [`gcs`] and padded to a whole byte.
    ///
    /// # Errors
    /// [`Refusal::Counts`] beyond 2^24 prefixes.
    pub fn encode(&self) -> Result<Vec<u8>, Refusal> {
        let mut body = gcs::encode(PREFIX_BITS, &self.additions)?;
        body.extend(gcs::encode(PREFIX_BITS, &self.removals)?);
        Ok(body)
    }

    /// Reads the body of a head of this `kind`.
    ///
    /// # Errors
    /// [`Refusal::Kind`] for a base, the refusals of [`gcs::decode`], [`Refusal::BodyTrailing`],
    /// [`Refusal::DeltaOverlap`].
    pub fn decode(kind: Kind, body: &[u8]) -> Result<Self, Refusal> {
        let Kind::Delta { additions, removals } = kind else {
            return Err(Refusal::Kind(1));
        };
        let (additions, taken) = gcs::decode(PREFIX_BITS, additions, body)?;
        let rest = body.get(taken..).unwrap_or_default();
        let (removals, taken) = gcs::decode(PREFIX_BITS, removals, rest)?;
        if taken != rest.len() {
            return Err(Refusal::BodyTrailing);
        }
        if overlap(&additions, &removals) {
            return Err(Refusal::DeltaOverlap);
        }
        Ok(Self { additions, removals })
    }

    /// The net change of `deltas`, in their order: what the later one adds isn't removed any more, and the
    /// other way round.
    ///
    /// # Errors
    /// [`Refusal::TooManyPrefixes`] when more than 2^24 prefixes remain.
    pub fn coalesce<'a>(deltas: impl IntoIterator<Item = &'a Self>) -> Result<Self, Refusal> {
        let mut sum = DeltaSum::default();
        for delta in deltas {
            sum.add(delta.clone())?;
        }
        sum.net()
    }

    /// This change and `later` on top of it, as one. Of many, [`DeltaSum`] copies less.
    ///
    /// # Errors
    /// As [`Delta::coalesce`].
    pub fn then(&self, later: &Self) -> Result<Self, Refusal> {
        let net = Self {
            additions: replace(&self.additions, &later.removals, &later.additions),
            removals: replace(&self.removals, &later.additions, &later.removals),
        };
        if net.len() > MAX_PREFIXES as usize {
            return Err(Refusal::TooManyPrefixes);
        }
        Ok(net)
    }

    /// The kind that a head of this delta states.
    pub fn kind(&self) -> Kind {
        Kind::Delta {
            additions: self.additions.len() as u32,
            removals: self.removals.len() as u32,
        }
    }

    /// Prefixes that came, strictly increasing.
    pub fn additions(&self) -> &[u64] {
        &self.additions
    }

    /// Prefixes whose last token left, strictly increasing.
    pub fn removals(&self) -> &[u64] {
        &self.removals
    }

    /// Prefixes that came or went.
    pub fn len(&self) -> usize {
        self.additions.len() + self.removals.len()
    }

    /// Whether nothing came or went.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `prefix` came.
    pub fn adds(&self, prefix: u64) -> bool {
        self.additions.binary_search(&prefix).is_ok()
    }

    /// Whether the last token with `prefix` left.
    pub fn removes(&self, prefix: u64) -> bool {
        self.removals.binary_search(&prefix).is_ok()
    }
}

/// Tokens that came to and left a list over some time. Whoever comes and leaves again in between isn't in it.
#[derive(Clone, Default)]
pub struct NetChange {
    came: BTreeSet<[u8; 32]>,
    left: BTreeSet<[u8; 32]>,
}

impl NetChange {
    /// A token that wasn't on the list is on it now.
    pub fn add(&mut self, token: [u8; 32]) {
        if !self.left.remove(&token) {
            self.came.insert(token);
        }
    }

    /// The last entry with this token is off the list now.
    pub fn remove(&mut self, token: [u8; 32]) {
        if !self.came.remove(&token) {
            self.left.insert(token);
        }
    }

    /// Whether there is nothing to publish.
    pub fn is_empty(&self) -> bool {
        self.came.is_empty() && self.left.is_empty()
    }
}

impl std::fmt::Debug for NetChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NetChange(+{} -{})", self.came.len(), self.left.len())
    }
}

/// `set` and as many dummies as its count lacks to three significant bits, without those that are `taken`.
fn pad_set(
    set: &[u64],
    dummies: impl Iterator<Item = [u8; 32]>,
    taken: impl Fn(u64) -> bool,
) -> Result<Vec<u64>, Refusal> {
    let missing = match padded(set.len())? {
        count if count <= MAX_PREFIXES => (count as usize).saturating_sub(set.len()),
        _ => return Err(Refusal::Counts),
    };
    let mut added = BTreeSet::new();
    let mut free = dummies
        .map(|token| prefix(&token, PREFIX_BITS))
        .filter(|prefix| set.binary_search(prefix).is_err() && !taken(*prefix));
    while added.len() < missing {
        added.extend(free.next());
    }
    let mut all = [set, &Vec::from_iter(added)].concat();
    all.sort_unstable();
    Ok(all)
}

fn overlap(one: &[u64], other: &[u64]) -> bool {
    let mut other = other.iter().peekable();
    one.iter().any(|prefix| {
        while other.next_if(|other| *other < prefix).is_some() {}
        other.peek() == Some(&prefix)
    })
}

/// `set` without `out`, with `add`; all three strictly increasing, `out` and `add` without a common prefix.
fn replace(set: &[u64], out: &[u64], add: &[u64]) -> Vec<u64> {
    let mut result = Vec::with_capacity(set.len() + add.len());
    let (mut out, mut add) = (out.iter().peekable(), add.iter().peekable());
    for prefix in set {
        while let Some(added) = add.next_if(|added| *added < prefix) {
            result.push(*added);
        }
        while out.next_if(|gone| *gone < prefix).is_some() {}
        let added = add.next_if(|added| *added == prefix).is_some();
        if added || out.peek() != Some(&prefix) {
            result.push(*prefix);
        }
    }
    result.extend(add);
    result
}
