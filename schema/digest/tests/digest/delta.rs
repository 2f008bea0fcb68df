use std::collections::BTreeSet;

use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use lianfang_digest::{BodyRef, Delta, DeltaSum, Dummies, DummySecret, Kind, NetChange, Refusal, gcs};
use proptest::prelude::*;

use crate::fixture::{FEDERATION, Publisher, strangers, tokens};

fn body(additions: &[u64], removals: &[u64]) -> Vec<u8> {
    let code = |prefixes| gcs::encode(PREFIX_BITS, prefixes).unwrap();
    [code(additions), code(removals)].concat()
}

fn delta(additions: &[u64], removals: &[u64]) -> Delta {
    let kind = Kind::Delta {
        additions: additions.len() as u32,
        removals: removals.len() as u32,
    };
    Delta::decode(kind, &body(additions, removals)).unwrap()
}

fn padded(change: &NetChange, live: &BTreeSet<u64>) -> Delta {
    let (publisher, secret) = (Publisher::new(), DummySecret::new([9; 32]));
    let dummies = Dummies::new(&secret, &FEDERATION, &publisher.list);
    let is_live = |prefix| live.contains(&prefix);
    Delta::of(change, is_live).pad(&dummies, 2, is_live).unwrap()
}

#[test]
fn a_day_of_ten_million_entries_fits_into_52_kilobytes() {
    let mut change = NetChange::default();
    tokens(10_000).into_iter().for_each(|token| change.add(token));
    strangers(2_000).for_each(|token| change.remove(token));
    let delta = padded(&change, &BTreeSet::new());
    assert_eq!(
        delta.kind(),
        Kind::Delta {
            additions: 10_240,
            removals: 2_048
        }
    );
    let body = delta.encode().unwrap();
    assert_eq!(Delta::decode(delta.kind(), &body).as_ref(), Ok(&delta));

    let publisher = Publisher::new();
    let mut header = publisher.base_header(&publisher.base(10));
    header.kind = delta.kind();
    header.total = 10 << 20;
    (header.sequence, header.base_sequence, header.body) = (2, 1, BodyRef::of(&body));
    let sent = body.len() + publisher.sign(header).to_wire().len();
    assert!(sent <= 52_000, "{sent}");
}

#[test]
fn what_comes_and_leaves_at_once_is_not_published() {
    let [one, other, ..] = tokens(2)[..] else {
        unreachable!()
    };
    let mut change = NetChange::default();
    change.add(one);
    change.remove(one);
    change.remove(other);
    change.add(other);
    assert!(change.is_empty());
}

#[test]
fn a_removal_waits_for_the_last_token_with_its_prefix() {
    let (leaves, mut stays) = ([1; 32], [1; 32]);
    stays[31] = 2;
    let shared = prefix(&leaves, PREFIX_BITS);
    assert_eq!(shared, prefix(&stays, PREFIX_BITS));
    let mut change = NetChange::default();
    change.remove(leaves);
    assert!(
        Delta::of(&change, |prefix| prefix == shared)
            .removals()
            .is_empty()
    );
    assert_eq!(Delta::of(&change, |_| false).removals(), [shared]);
    change.add(stays);
    let delta = Delta::of(&change, |_| false);
    assert_eq!((delta.additions(), delta.removals()), (&[shared][..], &[][..]));
}

#[test]
fn a_removed_dummy_never_hides_a_live_prefix() {
    let mut change = NetChange::default();
    strangers(9).for_each(|token| change.remove(token));
    let free = padded(&change, &BTreeSet::new());
    assert_eq!(free.removals().len(), 10);
    let real: BTreeSet<u64> = strangers(9).map(|token| prefix(&token, PREFIX_BITS)).collect();
    let dummy = free
        .removals()
        .iter()
        .copied()
        .find(|prefix| !real.contains(prefix))
        .unwrap();
    let live = BTreeSet::from([dummy]);
    let avoided = padded(&change, &live);
    assert_eq!(avoided.removals().len(), 10);
    assert!(!avoided.removes(dummy));
}

#[test]
fn the_later_delta_wins() {
    let net = Delta::coalesce([&delta(&[1, 2], &[3]), &delta(&[3], &[1]), &delta(&[], &[2, 9])]).unwrap();
    assert_eq!((net.additions(), net.removals()), (&[3][..], &[1, 2, 9][..]));
}

#[test]
fn bodies_that_no_honest_publisher_writes_are_refused() {
    let decode =
        |additions, removals, body: &[u8]| Delta::decode(Kind::Delta { additions, removals }, body).err();
    assert_eq!(decode(2, 1, &body(&[1, 2], &[3])), None);
    assert_eq!(decode(2, 1, &body(&[1, 2], &[2])), Some(Refusal::DeltaOverlap));
    assert_eq!(
        decode(2, 1, &[&body(&[1, 2], &[3])[..], &[0]].concat()),
        Some(Refusal::BodyTrailing)
    );
    assert_eq!(decode(2, 2, &body(&[1, 2], &[3])), Some(Refusal::GcsTruncated));
    assert_eq!(Delta::decode(Kind::Base, &[]).err(), Some(Refusal::Kind(1)));
}

#[test]
fn a_list_holds_at_most_two_to_the_24_prefixes() {
    let half: Vec<u64> = (0..(1 << 23) + 1).collect();
    let other: Vec<u64> = (1 << 24..(1 << 24) + (1 << 23)).collect();
    let (one, other) = (delta(&half, &[]), delta(&[], &other));
    assert!(Delta::coalesce([&one]).is_ok());
    assert_eq!(
        Delta::coalesce([&one, &other]).err(),
        Some(Refusal::TooManyPrefixes)
    );
}

proptest! {
    #[test]
    fn coalescing_equals_applying_one_after_the_other(
        changes in proptest::collection::vec((proptest::collection::btree_set(0..40u64, 0..12), proptest::collection::btree_set(0..40u64, 0..12)), 0..24),
    ) {
        let (mut added, mut removed) = (BTreeSet::new(), BTreeSet::new());
        let mut deltas = Vec::new();
        for (additions, removals) in changes {
            let removals: BTreeSet<u64> = removals.difference(&additions).copied().collect();
            for prefix in &additions {
                added.insert(*prefix);
                removed.remove(prefix);
            }
            for prefix in &removals {
                added.remove(prefix);
                removed.insert(*prefix);
            }
            let sorted = |set: BTreeSet<u64>| set.into_iter().collect::<Vec<_>>();
            deltas.push(delta(&sorted(additions), &sorted(removals)));
        }
        let net = Delta::coalesce(&deltas).unwrap();
        prop_assert!(net.additions().iter().eq(&added));
        prop_assert!(net.removals().iter().eq(&removed));
    }

    #[test]
    fn a_sum_is_what_one_after_the_other_comes_to_or_refused_for_its_length(
        sets in proptest::collection::vec((proptest::collection::btree_set(0..400u64, 0..30), any::<bool>()), 0..40),
        most in 0..400usize,
    ) {
        let deltas = sets.into_iter().map(|(set, comes)| {
            let prefixes = Vec::from_iter(set);
            if comes { delta(&prefixes, &[]) } else { delta(&[], &prefixes) }
        });
        let deltas: Vec<_> = deltas.collect();
        let net = deltas.iter().fold(Delta::default(), |net, later| net.then(later).unwrap());
        let mut sum = DeltaSum::within(most);
        let added = deltas.into_iter().try_for_each(|delta| sum.add(delta));
        let expected = if net.len() > most { Err(Refusal::TooManyPrefixes) } else { Ok(net) };
        prop_assert_eq!(added.and_then(|()| sum.net()), expected);
    }
}
