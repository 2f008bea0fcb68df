//! A publisher's digests on a hostile way: each fault is refused by its own name, the old digest stays.

use std::sync::Arc;
use std::time::Duration;

use lianfang_digest::{Header, Kind, SignedHead, padded};
use lianfang_encoding::FederationId;
use lianfang_flow::Node;
use lianfang_wire::info::Info;
use lianfang_wire::membership::Hash32;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{
    BACKENDS, Federation, Tampering, code, company, entry, id, operator, screening, signing_key,
};

const CODE: &str = "91110108661572276L";
const OTHER: &str = "91130105MA0FRNGTXX";

/// Tampers with B's second sync of A and says how the refusal was called.
async fn refusal_of(tampering: Tampering) -> String {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    assert!(b.sync(None, false).await.unwrap().is_complete());
    federation.clock.advance(Duration::from_secs(60));
    a.record_entry(&operator(), entry(company(OTHER), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    federation.network.tamper(tampering);
    let report = b.sync(None, false).await.unwrap();
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(
        answer.verdict,
        VerdictName::Block,
        "the digest in force stays in force"
    );
    let a = id("platform-a");
    let of_a = report.peers.iter().find(|peer| peer.peer == a).unwrap();
    let error = of_a.error.clone().unwrap();
    assert_eq!(of_a.lists[0].refused.as_ref(), Some(&error));
    let peers = b.peers().await.unwrap();
    let shown = peers.iter().find(|peer| peer.id == a).unwrap();
    assert_eq!(shown.last_error.as_ref(), Some(&error));
    assert_eq!(b.figures().counted.peers[&a].failures.get(&error), Some(&1));
    error
}

fn on(what: &'static str, change: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> Tampering {
    Box::new(move |asked, answer| if asked == what { change(answer) } else { answer })
}

#[tokio::test]
async fn a_head_with_a_bent_signature_is_refused() {
    let bent = on("head", |mut head| {
        let last = head.len() - 1;
        head[last] ^= 1;
        head
    });
    assert_eq!(refusal_of(bent).await, "digest-signature");
}

#[tokio::test]
async fn a_truncated_head_is_refused() {
    assert_eq!(
        refusal_of(on("head", |head| head[..head.len() - 1].to_vec())).await,
        "digest-head-truncated"
    );
}

#[tokio::test]
async fn a_truncated_body_is_refused() {
    assert_eq!(
        refusal_of(on("body", |body| body[..body.len() / 2].to_vec())).await,
        "digest-truncated"
    );
}

#[tokio::test]
async fn a_body_with_one_other_bit_is_refused() {
    let bent = on("body", |mut body| {
        body[100] ^= 1;
        body
    });
    assert_eq!(refusal_of(bent).await, "digest-shard");
}

#[tokio::test]
async fn a_body_that_goes_on_is_refused() {
    let longer = on("body", |mut body| {
        body.push(0);
        body
    });
    assert_eq!(refusal_of(longer).await, "digest-body-trailing");
}

/// A head that A itself signed, but not as the rules want it.
pub(crate) fn signed_by_a(change: fn(&mut Header)) -> Tampering {
    on("head", move |head| {
        let mut header = SignedHead::decode(&head).unwrap().header().clone();
        if header.list.publisher.as_str() == "platform-a" {
            change(&mut header);
            return SignedHead::sign(header, &signing_key(2)).unwrap().to_wire();
        }
        head
    })
}

#[tokio::test]
async fn a_head_of_another_federation_is_refused() {
    let foreign = signed_by_a(|header| header.federation = FederationId([9; 16]));
    assert_eq!(refusal_of(foreign).await, "digest-foreign");
}

#[tokio::test]
async fn a_list_beyond_its_publisher_s_quota_is_refused_before_a_byte_of_it_is_fetched() {
    let oversized = signed_by_a(|header| {
        header.total = padded(14_000_000).unwrap();
        header.kind = Kind::Base;
        header.base_sequence = header.sequence - 1;
        header.body.length = header.class().unwrap().body_length();
    });
    assert_eq!(refusal_of(oversized).await, "digest-oversized");
}

#[tokio::test]
async fn two_heads_of_one_sequence_hold_their_publisher_back() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    assert!(b.sync(None, false).await.unwrap().is_complete());
    let other_head = signed_by_a(|header| header.created = header.created + Duration::from_micros(1));
    federation
        .network
        .tamper(Box::new(move |asked, answer| match asked {
            "info" => offering_another_head(&answer),
            _ => other_head(asked, answer),
        }));
    let report = b.sync(Some("platform-a".parse().unwrap()), false).await.unwrap();
    assert_eq!(report.peers[0].error.as_deref(), Some("digest-fork"));
    let peers = b.peers().await.unwrap();
    let of_a = peers
        .iter()
        .find(|peer| peer.id.as_str() == "platform-a")
        .unwrap();
    assert_eq!(of_a.brake_reason.as_deref(), Some("digest_fork"));
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Review);
}

pub(crate) fn offering_another_head(info: &[u8]) -> Vec<u8> {
    let mut info: Info = serde_json::from_slice(info).unwrap();
    for list in &mut info.lists {
        list.head = Hash32([1; 32]);
    }
    serde_json::to_vec(&info).unwrap()
}

#[tokio::test]
async fn an_older_head_offered_again_is_refused() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    let info = a.info(b.id()).await.unwrap();
    let list = info.lists[0].list.clone();
    let old = a.digest_head(b.id(), &list).await.unwrap();
    let old_info = serde_json::to_vec(&info).unwrap();
    federation.clock.advance(Duration::from_secs(60));
    a.record_entry(&operator(), entry(company(OTHER), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    assert!(b.sync(None, false).await.unwrap().is_complete());
    federation
        .network
        .tamper(Box::new(move |asked, answer| match asked {
            "head" => old.clone(),
            "info" if answer.windows(10).any(|part| part == b"platform-a") => old_info.clone(),
            _ => answer,
        }));
    // The list is asked for above the sequence held, so an old offer brings nothing that could be taken.
    let report = b.sync(Some("platform-a".parse().unwrap()), false).await.unwrap();
    assert!(
        matches!(
            report.peers[0].error.as_deref(),
            Some("digest-rollback" | "digest-chain")
        ),
        "{report:?}"
    );
    let answer = b.screen(&operator(), screening(company(OTHER))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Block);
}

#[tokio::test]
async fn a_body_that_its_publisher_can_t_deliver_comes_from_another_member() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let c = federation.join("platform-c", "CN", &["platform-a"]).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        federation.network.break_off_bodies_of(&id("platform-a"));
        let nobody = b.sync(None, false).await.unwrap();
        assert!(!nobody.is_complete(), "nobody else has it yet");
        federation.network.deliver_bodies_of(&id("platform-a"));
        c.sync(None, false).await.unwrap();
        federation.network.break_off_bodies_of(&id("platform-a"));
        federation.network.tamper(on("body", |mut body| {
            body[100] ^= 1;
            body
        }));
        let spoilt = b.sync(None, false).await.unwrap();
        let of_a = spoilt
            .peers
            .iter()
            .find(|peer| peer.peer.as_str() == "platform-a");
        let error = of_a.and_then(|peer| peer.error.clone());
        assert_eq!(error.as_deref(), Some("unreachable"), "a relay's fault isn't A's");
        federation.network.tamper(on("body", |body| body));
        assert!(b.sync(None, false).await.unwrap().is_complete());
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block);
    }
}

#[tokio::test]
async fn a_body_that_the_disk_has_lost_or_spoilt_is_fetched_again_with_the_next_sync() {
    for backend in BACKENDS {
        for lost in [true, false] {
            let (federation, a, b) = Federation::of_two(backend).await;
            let new = entry(company(CODE), a.now());
            a.record_entry(&operator(), new).await.unwrap();
            a.build_digests().await.unwrap();
            b.sync(None, false).await.unwrap();
            drop(b);
            for folder in ["index", "digests"] {
                for file in std::fs::read_dir(federation.folder("platform-b").join(folder)).unwrap() {
                    let path = file.unwrap().path();
                    if lost || folder == "index" {
                        std::fs::remove_file(path).unwrap();
                    } else {
                        let length = std::fs::metadata(&path).unwrap().len() as usize;
                        std::fs::write(path, vec![0; length]).unwrap();
                    }
                }
            }
            let b = federation.restart("platform-b").await;
            let asked = || screening(company(CODE));
            assert_eq!(
                b.screen(&operator(), asked()).await.unwrap().verdict,
                VerdictName::Clear
            );
            let report = b.sync(None, false).await.unwrap();
            assert!(report.is_complete(), "{report:?}");
            assert_eq!(
                b.screen(&operator(), asked()).await.unwrap().verdict,
                VerdictName::Block
            );
        }
    }
}

#[tokio::test]
async fn a_delta_that_the_disk_has_spoilt_is_fetched_again_by_a_sync_that_brings_news_too() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        for number in 0..2 {
            publish(&a, number).await;
            b.sync(None, false).await.unwrap();
        }
        let newest = federation
            .store("platform-b")
            .heads_in_force(Some(&id("platform-a")));
        let delta = hex::encode(newest.unwrap()[0].body_hash);
        drop(b);
        let path = federation.folder("platform-b").join("digests").join(delta);
        let length = std::fs::metadata(&path).unwrap().len() as usize;
        std::fs::write(path, vec![0; length]).unwrap();
        federation.network.stop(a.id());
        publish(&a, 2).await;
        let b = federation.restart("platform-b").await;
        federation.network.add(a);
        let report = b.sync(None, false).await.unwrap();
        assert!(report.is_complete(), "{backend:?} {report:?}");
        for number in 0..3 {
            let asked = screening(company(&code(number)));
            let answer = b.screen(&operator(), asked).await.unwrap();
            assert_eq!(
                (answer.verdict, answer.complete),
                (VerdictName::Block, true),
                "{backend:?} {number}"
            );
        }
    }
}

async fn publish(node: &Arc<Node>, number: u32) {
    let new = entry(company(&code(number)), node.now());
    node.record_entry(&operator(), new).await.unwrap();
    node.publish_changes().await.unwrap();
}
