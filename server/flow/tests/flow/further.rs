//! What a publisher said before is no answer to what it has said since.

use std::sync::Arc;
use std::time::Duration;

use lianfang_digest::Header;
use lianfang_encoding::Timestamp;
use lianfang_flow::Node;
use lianfang_wire::screening::Screening;
use lianfang_wire::vocabulary::{BasisType, VerdictName};

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";

async fn record(node: &Arc<Node>, reference: &str, basis: BasisType) {
    let mut new = entry(company(CODE), node.now());
    new.client_reference = Some(reference.to_owned());
    new.basis.kind = basis;
    node.record_entry(&operator(), new).await.unwrap();
}

async fn screen(node: &Arc<Node>) -> Screening {
    node.screen(&operator(), screening(company(CODE))).await.unwrap()
}

/// A has found something preliminary, and B has heard the record of it.
async fn first_heard(federation: &mut Federation, trusted: &[&str]) -> (Arc<Node>, Arc<Node>) {
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", trusted).await;
    let basis = match trusted {
        [] => BasisType::AdministrativePending,
        _ => BasisType::PlatformDecision,
    };
    record(&a, "first", basis).await;
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    federation.clock.advance(Duration::from_secs(1));
    screen(&b).await;
    federation.clock.advance(Duration::from_secs(1));
    (a, b)
}

#[tokio::test]
async fn a_further_entry_counts_at_the_next_screening_although_the_record_of_the_first_is_cached() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let (a, b) = first_heard(&mut federation, &[]).await;
        assert_eq!(screen(&b).await.verdict, VerdictName::Review);
        record(&a, "second", BasisType::AdministrativeFinal).await;
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        let answer = screen(&b).await;
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
    }
}

#[tokio::test]
async fn a_further_entry_that_comes_with_a_new_base_counts_too() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let (a, b) = first_heard(&mut federation, &[]).await;
        record(&a, "second", BasisType::AdministrativeFinal).await;
        a.build_digests().await.unwrap();
        // The nodes are told of another company in the same base, so that it isn't the one before.
        let other = entry(company(&crate::harness::code(7)), a.now());
        a.record_entry(&operator(), other).await.unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(screen(&b).await.verdict, VerdictName::Block);
    }
}

/// The base is dated by when it was drafted, and its entries counted at its publisher only when it was done.
#[tokio::test]
async fn a_further_entry_in_a_base_that_was_long_in_the_making_counts_too() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let (a, b) = first_heard(&mut federation, &["platform-a"]).await;
        record(&a, "second", BasisType::AdministrativeFinal).await;
        let other = entry(company(&crate::harness::code(7)), a.now());
        a.record_entry(&operator(), other).await.unwrap();
        a.build_digests().await.unwrap();
        let drafted_before = |header: &mut Header| {
            header.created = Timestamp::from_micros(header.created.as_micros() - 100_000_000);
        };
        federation
            .network
            .tamper(crate::digests::signed_by_a(drafted_before));
        assert!(b.sync(None, false).await.unwrap().is_complete());
        federation.network.stop(&id("platform-a"));
        let answer = screen(&b).await;
        assert!(!answer.complete, "what was heard before it came is no answer");
        federation.network.add(a);
        federation.clock.advance(Duration::from_secs(1));
        assert!(screen(&b).await.complete);
        // A restart makes nothing new of it.
        federation.network.stop(&id("platform-a"));
        drop(b);
        let b = federation.restart("platform-b").await;
        assert!(screen(&b).await.complete);
    }
}

#[tokio::test]
async fn what_was_heard_since_the_last_change_is_an_answer_without_its_publisher() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let (_a, b) = first_heard(&mut federation, &["platform-a"]).await;
        federation.network.stop(&id("platform-a"));
        let answer = screen(&b).await;
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
    }
}

#[tokio::test]
async fn what_was_heard_before_blocks_still_while_its_publisher_cannot_be_asked_anew() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let (a, b) = first_heard(&mut federation, &["platform-a"]).await;
        record(&a, "second", BasisType::PlatformDecision).await;
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.network.stop(&id("platform-a"));
        let answer = screen(&b).await;
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, false));
    }
}
