//! On commit: deltas on top of bases, withdrawals first, nothing lost when a notice or a base is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lianfang_digest::SignedHead;
use lianfang_wire::entry::Entry;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{
    BACKENDS, Federation, Tampering, code, company, entry, id, operator, screening, withdraw,
};

const CODES: [&str; 4] = [
    "91110108661572276L",
    "91130105MA0FRNGTXX",
    "91350100M000100Y43",
    "91440300708461136T",
];

async fn record(node: &std::sync::Arc<lianfang_flow::Node>, code: &str) -> Entry {
    let new = entry(company(code), node.now());
    node.record_entry(&operator(), new).await.unwrap().entry
}

async fn verdict(node: &std::sync::Arc<lianfang_flow::Node>, code: &str) -> VerdictName {
    let answer = node.screen(&operator(), screening(company(code))).await.unwrap();
    answer.verdict
}

/// The committee answers so often from now on.
fn limit_the_committee(federation: &Federation, answers: usize) {
    let asked = AtomicUsize::new(0);
    federation.network.tamper(Box::new(move |what, answer| {
        let is_over = what == "evaluate" && asked.fetch_add(1, Ordering::Relaxed) >= answers;
        if is_over { Vec::new() } else { answer }
    }));
}

/// The bytes of bodies that a sync moved.
async fn moved(node: &std::sync::Arc<lianfang_flow::Node>) -> u64 {
    let report = node.sync(None, false).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    report.peers.iter().map(|peer| peer.bytes).sum()
}

#[tokio::test]
async fn a_long_import_goes_out_page_by_page_and_each_page_counts_at_once() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.publish_page = 1;
        let a = federation.join("platform-a", "CN", &["platform-a"]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        record(&a, CODES[0]).await;
        a.publish_changes().await.unwrap();
        for code in &CODES[1..] {
            record(&a, code).await;
        }
        limit_the_committee(&federation, 2);
        federation.network.notices_to(&id("platform-b"));
        a.publish_changes().await.unwrap_err();
        let told_by = federation.network.notices_to(&id("platform-b"));
        assert_eq!(
            told_by,
            [id("platform-a")],
            "told before the end, which didn't come"
        );
        limit_the_committee(&federation, usize::MAX);
        assert!(moved(&b).await > 0);
        for (code, is_out) in CODES.into_iter().zip([true, true, true, false]) {
            let expected = if is_out {
                VerdictName::Block
            } else {
                VerdictName::Clear
            };
            assert_eq!(verdict(&b, code).await, expected, "{code} at the other");
            // What isn't in its list yet a node finds by its own links, which is for a person.
            let expected = if is_out {
                VerdictName::Block
            } else {
                VerdictName::Review
            };
            assert_eq!(verdict(&a, code).await, expected, "{code} at home");
        }
        assert_eq!(a.publish_changes().await.unwrap().published.len(), 1);
        moved(&b).await;
        assert_eq!(verdict(&b, CODES[3]).await, VerdictName::Block);
    }
}

#[tokio::test]
async fn what_is_committed_after_a_base_goes_out_as_a_delta_of_a_few_bytes() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        record(&a, CODES[0]).await;
        a.publish_changes().await.unwrap();
        assert!(moved(&b).await > 50_000, "the first list is a base");
        let second = record(&a, CODES[1]).await;
        let report = a.publish_changes().await.unwrap();
        assert_eq!(report.published.len(), 1);
        assert_eq!(verdict(&b, CODES[1]).await, VerdictName::Clear);
        let bytes = moved(&b).await;
        assert!(bytes > 0 && bytes < 64, "{bytes}");
        assert_eq!(verdict(&b, CODES[1]).await, VerdictName::Block);
        withdraw(&a, &second).await;
        a.publish_changes().await.unwrap();
        assert!(moved(&b).await < 64);
        assert_eq!(verdict(&b, CODES[1]).await, VerdictName::Clear);
        assert_eq!(verdict(&b, CODES[0]).await, VerdictName::Block);
        assert_eq!(moved(&b).await, 0);
    }
}

#[tokio::test]
async fn a_removal_masks_what_the_base_holds_and_a_new_entry_brings_it_back() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let first = record(&a, CODES[0]).await;
    record(&a, CODES[1]).await;
    a.build_digests().await.unwrap();
    moved(&b).await;
    withdraw(&a, &first).await;
    a.publish_changes().await.unwrap();
    moved(&b).await;
    assert_eq!(verdict(&b, CODES[0]).await, VerdictName::Clear);
    federation.clock.advance(Duration::from_secs(1));
    let mut again = entry(company(CODES[0]), a.now());
    again.client_reference = Some("again".to_owned());
    a.record_entry(&operator(), again).await.unwrap();
    a.publish_changes().await.unwrap();
    moved(&b).await;
    assert_eq!(verdict(&b, CODES[0]).await, VerdictName::Block);
    assert_eq!(verdict(&b, CODES[1]).await, VerdictName::Block);
}

#[tokio::test]
async fn a_token_that_another_entry_holds_stays_when_one_of_them_is_withdrawn() {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let first = record(&a, CODES[0]).await;
    a.build_digests().await.unwrap();
    let mut twin = entry(company(CODES[0]), a.now());
    twin.client_reference = Some("twin".to_owned());
    a.record_entry(&operator(), twin).await.unwrap();
    let report = a.publish_changes().await.unwrap();
    assert_eq!(report.published.len(), 1, "for whoever watches it is said again");
    assert_eq!(report.published[0].identifiers, 2, "it isn't counted twice");
    withdraw(&a, &first).await;
    assert!(a.publish_changes().await.unwrap().published.is_empty());
    moved(&b).await;
    assert_eq!(verdict(&b, CODES[0]).await, VerdictName::Block);
}

#[tokio::test]
async fn the_night_folds_the_day_into_a_base_and_both_say_the_same() {
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        let mut entries = Vec::new();
        for code in CODES {
            entries.push(record(&a, code).await);
            a.publish_changes().await.unwrap();
            moved(&b).await;
        }
        withdraw(&a, &entries[0]).await;
        a.publish_changes().await.unwrap();
        let folded = a.build_digests().await.unwrap();
        assert_eq!((folded.published.len(), folded.lists), (1, 1));
        // A company code is published with the organisation code in it.
        assert_eq!(folded.identifiers, 2 * 3);
        assert_eq!(a.build_digests().await.unwrap().published.len(), 0);
        moved(&b).await;
        let late = federation.join("platform-c", "CN", &["platform-a"]).await;
        for node in [&b, &late] {
            assert_eq!(verdict(node, CODES[0]).await, VerdictName::Clear);
            for code in &CODES[1..] {
                assert_eq!(verdict(node, code).await, VerdictName::Block);
            }
        }
    }
}

#[tokio::test]
async fn a_reader_that_was_away_for_many_deltas_and_a_fold_catches_up() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    record(&a, CODES[0]).await;
    a.publish_changes().await.unwrap();
    moved(&b).await;
    for code in &CODES[1..3] {
        record(&a, code).await;
        a.publish_changes().await.unwrap();
    }
    moved(&b).await;
    a.build_digests().await.unwrap();
    record(&a, CODES[3]).await;
    a.publish_changes().await.unwrap();
    let b = {
        drop(b);
        federation.restart("platform-b").await
    };
    moved(&b).await;
    for code in CODES {
        assert_eq!(verdict(&b, code).await, VerdictName::Block);
    }
}

#[tokio::test]
async fn what_was_committed_before_a_crash_is_published_after_it() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    record(&a, CODES[0]).await;
    a.publish_changes().await.unwrap();
    record(&a, CODES[1]).await;
    drop(a);
    let a = federation.restart("platform-a").await;
    a.entries_have_changed().await;
    a.publish_changes().await.unwrap();
    moved(&b).await;
    assert_eq!(verdict(&b, CODES[1]).await, VerdictName::Block);
}

#[tokio::test]
async fn a_delta_with_another_bit_is_refused_and_what_was_in_force_stays() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    record(&a, CODES[0]).await;
    a.publish_changes().await.unwrap();
    moved(&b).await;
    record(&a, CODES[1]).await;
    a.publish_changes().await.unwrap();
    let bent: Tampering = Box::new(|asked, mut answer| {
        if asked == "body" {
            answer[0] ^= 1;
        }
        answer
    });
    federation.network.tamper(bent);
    let report = b.sync(None, false).await.unwrap();
    let refused = report.peers.iter().find_map(|peer| peer.error.as_deref());
    assert_eq!(refused, Some("digest-shard"), "{report:?}");
    assert_eq!(verdict(&b, CODES[0]).await, VerdictName::Block);
    federation.network.tamper(Box::new(|_, answer| answer));
    moved(&b).await;
    assert_eq!(verdict(&b, CODES[1]).await, VerdictName::Block);
}

#[tokio::test]
async fn whoever_asks_by_the_prefix_a_head_states_is_one_of_eight_at_least() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let mut entries = Vec::new();
    for number in 0..40 {
        entries.push(record(&a, &code(number)).await);
    }
    a.build_digests().await.unwrap();
    let most = checked_bits(&federation, "platform-a");
    assert!(most > 0, "nothing would be put to the test");
    for (entry, number) in entries[..38].iter().zip(40..) {
        withdraw(&a, entry).await;
        if number % 8 == 0 {
            record(&a, &code(number)).await;
        }
        a.publish_changes().await.unwrap();
        assert!(checked_bits(&federation, "platform-a") <= most);
    }
    assert_eq!(checked_bits(&federation, "platform-a"), 0, "few are left");
}

#[tokio::test]
async fn entries_that_leave_their_tokens_to_others_leave_eight_records_under_each_prefix_too() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let mut twins = Vec::new();
        for (number, copy) in (0..32).flat_map(|number| (0..4).map(move |copy| (number, copy))) {
            let mut new = entry(company(&code(number)), a.now());
            new.client_reference = Some(format!("{number}-{copy}"));
            let entry = a.record_entry(&operator(), new).await.unwrap().entry;
            twins.extend((copy > 0).then_some(entry));
        }
        a.build_digests().await.unwrap();
        let most = checked_bits(&federation, "platform-a");
        for twin in &twins {
            withdraw(&a, twin).await;
            a.publish_changes().await.unwrap();
            assert_eq!(entries_listed(&federation, twin), 0, "{backend:?}");
            checked_bits(&federation, "platform-a");
        }
        let left = checked_bits(&federation, "platform-a");
        assert!(left < most, "{backend:?}: nothing was put to the test");
    }
}

/// How many records of platform-a's lists are of this entry.
fn entries_listed(federation: &Federation, entry: &Entry) -> usize {
    let store = federation.store("platform-a");
    let heads = store.heads_in_force(Some(&id("platform-a"))).unwrap();
    let records = store.records_under(&heads[0].list(), &[], 0, usize::MAX).unwrap();
    records
        .iter()
        .filter(|record| record.entry_id == entry.id)
        .count()
}

/// The prefix length that a node's newest head states, after a look at what is found under each such prefix.
fn checked_bits(federation: &Federation, publisher: &str) -> u8 {
    let store = federation.store(publisher);
    let head = store
        .heads_in_force(Some(&publisher.parse().unwrap()))
        .unwrap()
        .remove(0);
    let bits = SignedHead::decode(&head.head).unwrap().header().confirm_bits;
    let records = store.records_under(&head.list(), &[], 0, usize::MAX).unwrap();
    let mut under = BTreeMap::<u16, usize>::new();
    for record in &records {
        let first = u16::from_be_bytes([record.confirm_key[0], record.confirm_key[1]]);
        let prefix = first.checked_shr(16 - u32::from(bits)).unwrap_or(0);
        *under.entry(prefix).or_default() += 1;
    }
    let one_of_eight = bits == 0 || under.values().all(|records| *records >= 8);
    assert!(one_of_eight, "{bits} bits, {under:?}");
    bits
}
