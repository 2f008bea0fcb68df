//! What can't be put in force isn't taken over, and what is stored and can't be leaves the version before it in force.

use std::sync::Arc;

use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_store::{Adoption, HeadRow};
use lianfang_wire::entry::Entry;
use lianfang_wire::screening::Screening;
use lianfang_wire::vocabulary::VerdictName::{self, Block, Clear};

use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator, screening};

/// A and C publish, and B reads; the deltas of a list may come to `most` prefixes there. An entry has one.
async fn readers(backend: Backend, most: usize) -> (Federation, [Arc<Node>; 3]) {
    let mut federation = Federation::found(backend).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    federation.most_changes = most;
    let b = federation
        .join("platform-b", "CN", &["platform-a", "platform-c"])
        .await;
    (federation, [a, b, c])
}

async fn record(node: &Arc<Node>, number: u32) -> Entry {
    let new = entry(company(&code(number)), node.now());
    node.record_entry(&operator(), new).await.unwrap().entry
}

async fn publish(node: &Arc<Node>, number: u32) {
    record(node, number).await;
    node.publish_changes().await.unwrap();
}

async fn answer(node: &Arc<Node>, number: u32) -> Screening {
    let asked = screening(company(&code(number)));
    node.screen(&operator(), asked).await.unwrap()
}

async fn verdicts<const N: usize>(node: &Arc<Node>, numbers: [u32; N]) -> [VerdictName; N] {
    let mut verdicts = [Clear; N];
    for (verdict, number) in verdicts.iter_mut().zip(numbers) {
        *verdict = answer(node, number).await.verdict;
    }
    verdicts
}

#[tokio::test]
async fn deltas_that_come_to_more_than_a_list_may_are_refused_until_the_next_base() {
    for backend in BACKENDS {
        let (_federation, [a, b, _]) = readers(backend, 2).await;
        for number in 0..3 {
            publish(&a, number).await;
            assert!(b.sync(None, false).await.unwrap().is_complete());
        }
        publish(&a, 3).await;
        let report = b.sync(Some(id("platform-a")), false).await.unwrap();
        assert_eq!(report.peers[0].error.as_deref(), Some("delta-too-many-prefixes"));
        assert_eq!(
            verdicts(&b, [0, 2, 3]).await,
            [Block, Block, Clear],
            "{backend:?}"
        );
        a.build_digests().await.unwrap();
        assert!(b.sync(None, false).await.unwrap().is_complete());
        assert_eq!(verdicts(&b, [0, 2, 3]).await, [Block; 3], "{backend:?}");
    }
}

#[tokio::test]
async fn a_publisher_folds_its_deltas_before_they_come_to_more_than_readers_take() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    federation.most_changes = 4;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    for number in 0..8 {
        publish(&a, number).await;
        assert!(b.sync(None, false).await.unwrap().is_complete(), "{number}");
        assert_eq!(verdicts(&b, [0, number]).await, [Block; 2], "{number}");
    }
}

#[tokio::test]
async fn deltas_that_say_the_same_again_count_once() {
    let (_federation, [a, b, _]) = readers(BACKENDS[0], 1).await;
    publish(&a, 0).await;
    for reference in ["first", "second", "third"] {
        let mut new = entry(company(&code(1)), a.now());
        new.client_reference = Some(reference.to_owned());
        a.record_entry(&operator(), new).await.unwrap();
        assert_eq!(a.publish_changes().await.unwrap().published.len(), 1);
        assert!(b.sync(None, false).await.unwrap().is_complete());
    }
    assert_eq!(verdicts(&b, [0, 1]).await, [Block; 2]);
}

/// Heads of A that B has, as if it had taken them over.
fn adopt(federation: &Federation, after: u64) -> Vec<HeadRow> {
    let (a, b) = (federation.store("platform-a"), federation.store("platform-b"));
    let newest = a.heads_in_force(Some(&id("platform-a"))).unwrap().remove(0);
    let heads = a.live_heads(&newest.list(), after, usize::MAX).unwrap();
    let adopted = b.adopt_heads(heads.clone(), newest.created).unwrap();
    assert_eq!(adopted, Adoption::Adopted);
    heads
}

/// C has news, for which B swaps its index.
async fn swap(c: &Arc<Node>, b: &Arc<Node>, number: u32) {
    record(c, number).await;
    c.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    assert_eq!(verdicts(b, [number]).await, [Block]);
}

/// B, cut off from A, has adopted a newer head of A's without its body.
async fn lacking(backend: Backend, as_base: bool) -> (Federation, Arc<Node>, Arc<Node>) {
    let (federation, [a, b, c]) = readers(backend, 100).await;
    publish(&a, 0).await;
    b.sync(None, false).await.unwrap();
    assert!(answer(&b, 0).await.complete);
    federation.network.cut(b.id(), a.id());
    record(&a, 1).await;
    let published = match as_base {
        true => a.build_digests().await,
        false => a.publish_changes().await,
    };
    assert_eq!(published.unwrap().published.len(), 1);
    adopt(&federation, 1);
    swap(&c, &b, 7).await;
    (federation, a, b)
}

async fn without_the_body(backend: Backend, as_base: bool) {
    let (federation, a, b) = lacking(backend, as_base).await;
    federation.network.heal(b.id(), a.id());
    assert_eq!(verdicts(&b, [0, 1]).await, [Block, Clear], "{backend:?}");
    assert!(!answer(&b, 1).await.complete, "{backend:?}");
    assert!(b.sync(None, false).await.unwrap().is_complete());
    assert_eq!(verdicts(&b, [0, 1]).await, [Block; 2], "{backend:?}");
    assert!(answer(&b, 5).await.complete, "{backend:?}");
}

#[tokio::test]
async fn a_stored_delta_without_its_body_leaves_what_was_before_it_in_force_until_it_is_mended() {
    for backend in BACKENDS {
        without_the_body(backend, false).await;
    }
}

#[tokio::test]
async fn a_stored_base_without_its_body_leaves_what_was_before_it_in_force_until_it_is_mended() {
    for backend in BACKENDS {
        without_the_body(backend, true).await;
    }
}

#[tokio::test]
async fn what_is_stored_without_its_body_is_mended_by_a_sync_that_brings_news_too() {
    for backend in BACKENDS {
        for as_base in [true, false] {
            let (federation, a, b) = lacking(backend, as_base).await;
            publish(&a, 2).await;
            federation.network.heal(b.id(), a.id());
            let report = b.sync(Some(id("platform-a")), false).await.unwrap();
            assert!(report.is_complete(), "{backend:?} {report:?}");
            assert_eq!(verdicts(&b, [0, 1, 2]).await, [Block; 3], "{backend:?} {as_base}");
        }
    }
}

/// An earlier build may have taken it over.
#[tokio::test]
async fn a_stored_list_that_comes_to_too_much_is_tried_once_and_leaves_what_was_before_it_in_force() {
    for backend in BACKENDS {
        let (federation, [a, b, c]) = readers(backend, 1).await;
        for number in 0..2 {
            publish(&a, number).await;
            b.sync(None, false).await.unwrap();
        }
        federation.network.cut(b.id(), a.id());
        let store = federation.store("platform-b");
        let mut cost = Vec::new();
        for number in 4..8 {
            if number == 5 {
                publish(&a, 2).await;
                for head in adopt(&federation, 2) {
                    let body = |node: &str| {
                        let digests = federation.folder(node).join("digests");
                        digests.join(hex::encode(head.body_hash))
                    };
                    std::fs::copy(body("platform-a"), body("platform-b")).unwrap();
                }
            }
            record(&c, number).await;
            c.build_digests().await.unwrap();
            let before = store.figures().calls;
            b.sync(None, false).await.unwrap();
            cost.push(store.figures().calls - before);
        }
        assert!(cost[2] < cost[1], "{backend:?} {cost:?}");
        assert_eq!(cost[2], cost[3], "{backend:?} {cost:?}");
        federation.network.heal(b.id(), a.id());
        assert_eq!(
            verdicts(&b, [0, 1, 2]).await,
            [Block, Block, Clear],
            "{backend:?}"
        );
        a.build_digests().await.unwrap();
        assert!(b.sync(None, false).await.unwrap().is_complete());
        assert_eq!(verdicts(&b, [0, 1, 2]).await, [Block; 3], "{backend:?}");
    }
}
