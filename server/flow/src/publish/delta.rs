//! What changed in a list, as the delta that follows its newest head.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use lianfang_digest::{
    BodyRef, Delta, Dummies, ListId, RulesDigest, SignedHead, max_confirm_bits, next_state, padded,
};
use lianfang_encoding::Timestamp;
use lianfang_store::{HeadRow, ListKey, ListRecord, Store, StoreError, TokenRow};
use uuid::Uuid;

use super::build::is_of_the_future;
use super::head::{Content, Draft, rules_of, unbuilt};
use super::list_key;
use crate::{FlowError, Node};

/// Records that every occupied prefix of a confirmation holds at least (PROTOCOL.md §5).
const RECORDS: usize = 8;
/// Larger changes don't go into a delta: as many as go onto one base stay within what readers take.
const LARGEST_CHANGE: u64 = 98_304;
/// So many may always leave by a delta, however few stay.
const SMALL_REMOVAL: u64 = 4_096;
/// Deltas on one base; the next change folds them into a new one.
const MOST_DELTAS: u64 = 512;
/// A list that could state so many bits more than it does is folded too: prefixes grow only with a base, and under a
/// short one an answer doesn't hold what stands there. A new base states at most three bits less than it could.
const MOST_BITS_BEHIND: u8 = 6;

/// How a list follows what its entries became.
pub(super) enum Change {
    /// The list says what it said.
    None,
    /// The digest stays; other records stand behind its tokens.
    Records(Vec<ListRecord>),
    Delta(Box<Draft>),
    /// Too much for a delta, or nothing that a delta could rest on.
    Base,
}

/// The list before, and what its changed entries hold now.
pub(super) struct Changed<'a> {
    pub(super) list: &'a ListId,
    pub(super) before: &'a HeadRow,
    pub(super) entries: &'a BTreeSet<Uuid>,
    pub(super) rows: &'a [TokenRow],
}

/// What the list becomes.
struct New {
    delta: Delta,
    records: Vec<ListRecord>,
    tokens: u64,
    bits: u8,
}

/// Tokens by confirm key, with their prefixes.
type Tokens = BTreeMap<[u8; 32], u64>;

impl Node {
    /// Finds out how the list follows; reads only what the changed entries touch. Blocks.
    pub(super) fn change_of(
        &self,
        store: &Store,
        changed: &Changed<'_>,
        now: Timestamp,
    ) -> Result<Change, FlowError> {
        let Some(tokens) = changed
            .before
            .tokens
            .filter(|_| self.takes_deltas(changed.before, now) && self.has_room(changed.list))
        else {
            return Ok(Change::Base);
        };
        let key = list_key(changed.list);
        let entries: Vec<Uuid> = changed.entries.iter().copied().collect();
        let mut records: Vec<_> = changed.rows.iter().map(|row| self.list_record(row)).collect();
        let mut old = store.records_of(&key, &entries)?;
        for records in [&mut old, &mut records] {
            records.sort_by_key(|record| (record.confirm_key, record.entry_id, record.identifier_index));
        }
        if old == records {
            return Ok(Change::None);
        }
        let (came, left) = net(store, &key, changed.entries, &old, &records)?;
        if !fits_delta(came.len() as u64, left.len() as u64, tokens) {
            return Ok(Change::Base);
        }
        let tokens = (tokens + came.len() as u64).saturating_sub(left.len() as u64);
        let before = SignedHead::decode(&changed.before.head).map_err(unbuilt)?;
        let stated = before.header().confirm_bits;
        let most = max_confirm_bits(u32::try_from(tokens).unwrap_or(u32::MAX));
        if most >= stated.saturating_add(MOST_BITS_BEHIND) {
            return Ok(Change::Base);
        }
        let again = gained(&old, &records, &came);
        let delta = unpadded(store, &key, changed.entries, (&came, &left, &again), &records)?;
        let says_nothing = delta.additions().is_empty() && delta.removals().is_empty();
        let at_most = if says_nothing { stated } else { most.min(stated) };
        let touched = touched(&old, &records);
        let bits = confirm_bits(store, &key, changed.entries, &records, touched, at_most)?;
        if says_nothing {
            return Ok(match bits < stated {
                // Only a head states fewer bits.
                true => Change::Base,
                false => Change::Records(records),
            });
        }
        let new = New {
            delta,
            records,
            tokens,
            bits,
        };
        let draft = self.delta_draft(store, changed, &before, new, now)?;
        Ok(Change::Delta(Box::new(draft)))
    }

    /// A delta rests on a base of this incarnation that is still young.
    fn takes_deltas(&self, before: &HeadRow, now: Timestamp) -> bool {
        let base = before.base();
        before.incarnation == self.incarnation()
            && before.sequence.saturating_sub(base) < MOST_DELTAS
            && now < before.expires
            && !is_of_the_future(before, now)
    }

    /// Readers refuse what its deltas would come to long after this: by then the index may be a few deltas behind.
    fn has_room(&self, list: &ListId) -> bool {
        let index = self.index.load();
        let changes = index.list(list).map_or(0, |held| held.changes());
        changes < self.settings.most_changes / 2
    }

    fn delta_draft(
        &self,
        store: &Store,
        changed: &Changed<'_>,
        before: &SignedHead,
        new: New,
        now: Timestamp,
    ) -> Result<Draft, FlowError> {
        let New {
            delta,
            records,
            tokens,
            bits,
        } = new;
        let fed = self.trust.federation();
        let secret = self.dummy_secret();
        let dummies = Dummies::new(&secret, &fed, changed.list);
        let failure = RefCell::new(None);
        let live = |prefix| {
            is_live(store, changed.list, &records, prefix).unwrap_or_else(|error| {
                *failure.borrow_mut() = Some(error);
                false
            })
        };
        let delta = delta
            .pad(&dummies, changed.before.sequence + 1, live)
            .map_err(unbuilt)?;
        if let Some(error) = failure.into_inner() {
            return Err(error.into());
        }
        let bytes = delta.encode().map_err(unbuilt)?;
        let body = BodyRef::of(&bytes);
        let content = Content {
            kind: delta.kind(),
            total: padded(usize::try_from(tokens).unwrap_or(usize::MAX)).map_err(unbuilt)?,
            base_sequence: changed.before.base(),
            state: next_state(&before.header().state, &body.sha256),
            body,
            confirm_bits: bits,
            rules: merged(&before.header().rules, rules_of(changed.rows)),
        };
        Ok(Draft {
            head: self.sign_head(changed.list, content, Some(changed.before), now)?,
            body: bytes,
            records,
            tokens,
        })
    }
}

/// Tokens that came to the list and left it; one that another entry holds does neither.
fn net(
    store: &Store,
    list: &ListKey,
    entries: &BTreeSet<Uuid>,
    old: &[ListRecord],
    new: &[ListRecord],
) -> Result<(Tokens, Tokens), StoreError> {
    let tokens = |records: &[ListRecord]| -> Tokens {
        let pairs = records
            .iter()
            .map(|record| (record.confirm_key, record.token_prefix));
        pairs.collect()
    };
    let (mut left, mut came) = (tokens(old), tokens(new));
    let stays: Vec<_> = left
        .keys()
        .filter(|key| came.contains_key(*key))
        .copied()
        .collect();
    for key in stays {
        left.remove(&key);
        came.remove(&key);
    }
    let touched: Vec<_> = left.keys().chain(came.keys()).copied().collect();
    for key in store.confirm_keys_of_others(list, &touched, entries)? {
        left.remove(&key);
        came.remove(&key);
    }
    Ok((came, left))
}

/// Tokens that the list held before and goes on holding, of which an entry is new: they are announced again, for whoever
/// watches has to hear of the entry.
fn gained(old: &[ListRecord], new: &[ListRecord], came: &Tokens) -> Tokens {
    let place = |record: &ListRecord| (record.confirm_key, record.entry_id);
    let before: BTreeSet<_> = old.iter().map(place).collect();
    let gained = new.iter().filter(|record| !before.contains(&place(record)));
    gained
        .map(|record| (record.confirm_key, record.token_prefix))
        .filter(|(key, _)| !came.contains_key(key))
        .collect()
}

/// The confirm keys behind which other records stand than before, also where the token stays. Both are in order of their keys.
fn touched<'a>(old: &'a [ListRecord], new: &'a [ListRecord]) -> BTreeSet<&'a [u8; 32]> {
    let by_key = |records: &'a [ListRecord]| -> BTreeMap<_, _> {
        let behind_one = records.chunk_by(|one, other| one.confirm_key == other.confirm_key);
        behind_one
            .filter_map(|records| Some((&records.first()?.confirm_key, records)))
            .collect()
    };
    let (old, new) = (by_key(old), by_key(new));
    let keys = old.keys().chain(new.keys()).copied();
    keys.filter(|key| old.get(key) != new.get(key)).collect()
}

/// A removal goes out only when the last token under its prefix leaves.
fn unpadded(
    store: &Store,
    list: &ListKey,
    entries: &BTreeSet<Uuid>,
    (came, left, again): (&Tokens, &Tokens, &Tokens),
    records: &[ListRecord],
) -> Result<Delta, StoreError> {
    let leaving: Vec<u64> = left.values().copied().collect();
    let mut held = store.token_prefixes_of_others(list, &leaving, entries)?;
    held.extend(records.iter().map(|record| record.token_prefix));
    let additions = came.values().chain(again.values()).copied().collect();
    Ok(Delta::of_prefixes(
        additions,
        left.values().copied().collect(),
        |prefix| held.contains(&prefix),
    ))
}

fn is_live(store: &Store, list: &ListId, records: &[ListRecord], prefix: u64) -> Result<bool, StoreError> {
    let own = records.iter().any(|record| record.token_prefix == prefix);
    let others = || store.token_prefixes_of_others(&list_key(list), &[prefix], &BTreeSet::new());
    Ok(own || !others()?.is_empty())
}

/// Whether so many of a list's `tokens` may come and leave by a delta. An import is one change after another, each as large
/// as the list before: a base for each would be made of all of it again and again. What leaves stays in the base, where readers
/// step over it, so that more than a quarter is worth a new one.
fn fits_delta(came: u64, left: u64, tokens: u64) -> bool {
    came + left <= LARGEST_CHANGE && left <= SMALL_REMOVAL.max(tokens / 4)
}

/// The longest confirmation prefix, up to `most` bits, under which at least eight records or none are found wherever
/// something changed. The next base states the longest that there is. `records` are in order of their keys.
fn confirm_bits(
    store: &Store,
    list: &ListKey,
    entries: &BTreeSet<Uuid>,
    records: &[ListRecord],
    touched: BTreeSet<&[u8; 32]>,
    most: u8,
) -> Result<u8, StoreError> {
    let mut bits = most;
    let mut seen: Option<&[u8; 32]> = None;
    for key in touched {
        // A long list keeps the short prefixes of its base: thousands of changes may lie under one of them.
        if seen.is_some_and(|seen| shares_prefix(seen, key, bits)) {
            continue;
        }
        while bits > 0 {
            let own = records_under(records, key, bits).min(RECORDS);
            let others = match RECORDS - own {
                0 => 0,
                missing => store.records_of_others_under(list, key, bits, entries, missing)?,
            };
            if own + others == 0 || own + others >= RECORDS {
                break;
            }
            bits -= 1;
        }
        seen = Some(key);
    }
    Ok(bits)
}

/// How many of `records`, in order of their keys, share the first `bits` bits of `key`.
fn records_under(records: &[ListRecord], key: &[u8; 32], bits: u8) -> usize {
    let before = |record: &ListRecord| record.confirm_key < *key;
    let place = records.partition_point(before);
    let shares = |record: &&ListRecord| shares_prefix(&record.confirm_key, key, bits);
    let (below, above) = records.split_at(place);
    below.iter().rev().take_while(shares).count() + above.iter().take_while(shares).count()
}

fn shares_prefix(one: &[u8; 32], other: &[u8; 32], bits: u8) -> bool {
    let (whole, rest) = (usize::from(bits / 8), u32::from(bits % 8));
    let last = |key: &[u8; 32]| key[whole].checked_shr(8 - rest).unwrap_or(0);
    one[..whole] == other[..whole] && (rest == 0 || last(one) == last(other))
}

fn merged(before: &[RulesDigest], new: Vec<RulesDigest>) -> Vec<RulesDigest> {
    let by_kind: BTreeMap<_, _> = before
        .iter()
        .cloned()
        .chain(new)
        .map(|rules| ((rules.kind, rules.norm_version), rules))
        .collect();
    by_kind.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_comes_by_a_delta_as_readers_take_however_small_the_list_is() {
        assert!(fits_delta(LARGEST_CHANGE, 0, 1));
        assert!(!fits_delta(LARGEST_CHANGE + 1, 0, 10_000_000));
        assert!(!fits_delta(LARGEST_CHANGE, 1, 10_000_000));
    }

    #[test]
    fn no_more_than_a_quarter_leaves_by_a_delta_unless_it_is_little() {
        assert!(fits_delta(0, 4_096, 4_096));
        assert!(!fits_delta(0, 4_097, 4_096));
        assert!(fits_delta(1_000, 25_000, 100_000));
        assert!(!fits_delta(1_000, 25_001, 100_000));
    }

    #[test]
    fn keys_share_the_bits_in_which_they_are_the_same_and_no_more() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        (one[1], other[1]) = (0b1010_0000, 0b1011_0000);
        for bits in 1..=11 {
            assert!(shares_prefix(&one, &other, bits), "{bits}");
        }
        for bits in 12..=24 {
            assert!(!shares_prefix(&one, &other, bits), "{bits}");
        }
    }
}
