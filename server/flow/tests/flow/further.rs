//! What a publisher said before is no answer to what it has said since.

use std::sync::Arc;
use std::time::Duration;

use lianfang_digest::Header;
use lianfang_domain::Clock as _;
use lianfang_encoding::Timestamp;
use lianfang_flow::Node;
use lianfang_store::{CachedAnswer, RecordRow};
use lianfang_token::{Token, TokenKeyId, confirm_key};
use lianfang_wire::screening::Screening;
use lianfang_wire::vocabulary::{BasisType, VerdictName};
use uuid::Uuid;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";

async fn record(node: &Arc<Node>, reference: &str, basis: BasisType) -> Uuid {
    let mut new = entry(company(CODE), node.now());
    new.client_reference = Some(reference.to_owned());
    new.basis.kind = basis;
    node.record_entry(&operator(), new).await.unwrap().entry.id
}

async fn screen(node: &Arc<Node>) -> Screening {
    node.screen(&operator(), screening(company(CODE))).await.unwrap()
}

/// What B keeps of the token that A's entries share.
fn kept(federation: &Federation, entry: Uuid) -> Vec<RecordRow> {
    let a = id("platform-a");
    let token = &federation.store("platform-a").tokens_of(&[entry]).unwrap()[0];
    let key_id = TokenKeyId(token.key_id);
    let fed = federation.node("platform-a").trust().federation();
    let key = confirm_key(&Token::from_bytes(token.token), &fed, &a, &key_id);
    let store = federation.store("platform-b");
    store.cached_records(&a, &key, federation.clock.now()).unwrap()
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

/// The record of the first was signed half a day before the second's, and ends before it.
#[tokio::test]
async fn what_was_answered_together_ends_with_the_first_of_its_records() {
    const HOUR: Duration = Duration::from_secs(3_600);
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        record(&a, "first", BasisType::AdministrativeFinal).await;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(screen(&b).await.verdict, VerdictName::Block);
        federation.clock.advance(HOUR * 11);
        record(&a, "second", BasisType::AdministrativePending).await;
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(screen(&b).await.verdict, VerdictName::Block);
        federation.clock.advance(HOUR * 14);
        let answer = screen(&b).await;
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
    }
}

/// Two that asked at once, the later one of more: the row of the first stands beside those of the second.
#[tokio::test]
async fn of_what_two_have_heard_at_once_no_part_counts_as_the_answer() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let decisive = record(&a, "first", BasisType::AdministrativeFinal).await;
        record(&a, "second", BasisType::AdministrativePending).await;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(1));
        assert_eq!(screen(&b).await.verdict, VerdictName::Block);
        let mut rows = kept(&federation, decisive);
        assert_eq!(rows.len(), 2);
        for row in rows.iter_mut().filter(|row| row.entry_id == decisive) {
            row.received_at = Timestamp::from_micros(1);
        }
        let answer = CachedAnswer {
            list: rows[0].list(),
            confirm_key: rows[0].confirm_key,
            records: rows,
        };
        federation
            .store("platform-b")
            .cache_answers(vec![answer])
            .unwrap();
        let answer = screen(&b).await;
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
    }
}
