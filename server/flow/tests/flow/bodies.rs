//! Bodies are kept by their hash, whoever's head names it: no publisher's head touches another's body, and a body that is
//! lost comes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lianfang_digest::{BodyRef, Header, Kind, SignedHead, next_state};
use lianfang_encoding::SigningKey;
use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, Tampering, code, company, entry, id, operator, screening};

/// What hasn't happened by then doesn't happen at all.
const NEVER: Duration = Duration::from_secs(60);

async fn record(node: &Arc<Node>, number: u32) {
    let new = entry(company(&code(number)), node.now());
    node.record_entry(&operator(), new).await.unwrap();
}

async fn verdict(node: &Arc<Node>, number: u32) -> VerdictName {
    let asked = screening(company(&code(number)));
    node.screen(&operator(), asked).await.unwrap().verdict
}

/// A and M publish, and B, who trusts A, has taken both over.
async fn published(backend: Backend) -> (Federation, [Arc<Node>; 3]) {
    let mut federation = Federation::found(backend).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let m = federation.join("platform-m", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    for (node, number) in [(&a, 1), (&m, 2)] {
        record(node, number).await;
        node.build_digests().await.unwrap();
    }
    assert!(b.sync(None, false).await.unwrap().is_complete());
    (federation, [a, m, b])
}

fn newest(federation: &Federation, of: &str) -> Header {
    let heads = federation.store(of).heads_in_force(Some(&id(of))).unwrap();
    SignedHead::decode(&heads[0].head).unwrap().header().clone()
}

fn file(federation: &Federation, at: &str, body: BodyRef) -> PathBuf {
    federation
        .folder(at)
        .join("digests")
        .join(hex::encode(body.sha256))
}

/// The newest heads of M as it signs them to do harm.
fn signed_by_m(key: SigningKey, change: impl Fn(&mut Header) + Send + Sync + 'static) -> Tampering {
    Box::new(move |asked, answer| {
        if asked != "head" {
            return answer;
        }
        let mut header = SignedHead::decode(&answer).unwrap().header().clone();
        if header.list.publisher.as_str() != "platform-m" {
            return answer;
        }
        change(&mut header);
        SignedHead::sign(header, &key).unwrap().to_wire()
    })
}

#[tokio::test]
async fn a_delta_that_names_another_publishers_body_is_refused_and_the_body_stays() {
    for backend in BACKENDS {
        let (federation, [_, m, b]) = published(backend).await;
        let (of_a, before) = (
            newest(&federation, "platform-a"),
            newest(&federation, "platform-m"),
        );
        record(&m, 3).await;
        m.publish_changes().await.unwrap();
        federation
            .network
            .tamper(signed_by_m(federation.signing_key("platform-m"), move |header| {
                // So many prefixes may come to as many bytes as A's base has.
                header.kind = Kind::Delta {
                    additions: 384,
                    removals: 14_336,
                };
                header.body = of_a.body;
                header.state = next_state(&before.state, &of_a.body.sha256);
            }));
        let report = b.sync(Some(id("platform-m")), false).await.unwrap();
        let refused = report.peers[0].lists[0].refused.as_deref();
        assert_eq!(refused, Some("gcs-range"), "{backend:?}");
        let body = file(&federation, "platform-b", newest(&federation, "platform-a").body);
        assert!(body.exists(), "{backend:?}");
        federation.network.stop(&id("platform-a"));
        fs::remove_dir_all(federation.folder("platform-b").join("index")).unwrap();
        drop(b);
        let b = federation.restart("platform-b").await;
        assert_ne!(verdict(&b, 1).await, VerdictName::Clear, "{backend:?}");
    }
}

#[tokio::test]
async fn a_base_that_names_a_body_which_is_no_base_is_refused_and_the_one_before_stays() {
    for backend in BACKENDS {
        let (federation, [_, m, b]) = published(backend).await;
        let own = newest(&federation, "platform-m").body;
        // A file of that length that is here under its hash, as what a delta left would be.
        let bytes = vec![0xff; usize::try_from(own.length).unwrap()];
        let body = BodyRef::of(&bytes);
        fs::write(file(&federation, "platform-b", body), &bytes).unwrap();
        record(&m, 3).await;
        m.build_digests().await.unwrap();
        federation
            .network
            .tamper(signed_by_m(federation.signing_key("platform-m"), move |header| {
                header.body = body;
                header.state = lianfang_digest::state_hash(&body.sha256, []);
            }));
        let report = b.sync(Some(id("platform-m")), false).await.unwrap();
        assert!(
            report.peers[0].lists[0].refused.is_some(),
            "{backend:?} {report:?}"
        );
        assert_ne!(verdict(&b, 2).await, VerdictName::Clear, "{backend:?}");
        let asked = screening(company(&code(4)));
        let other = b.screen(&operator(), asked).await.unwrap();
        assert!(other.complete, "{backend:?}: the list before is in force");
    }
}

/// What becomes of A's body on its own disk, and that it comes from another member all the same.
async fn comes_from_another_member_and_is_made_again(backend: Backend, harm: impl Fn(&Path)) {
    let (mut federation, [a, ..]) = published(backend).await;
    let body = newest(&federation, "platform-a").body;
    let own = file(&federation, "platform-a", body);
    harm(&own);
    let c = federation.join("platform-c", "CN", &["platform-a"]).await;
    assert!(c.sync(None, false).await.unwrap().is_complete(), "{backend:?}");
    assert_eq!(verdict(&c, 1).await, VerdictName::Block, "{backend:?}");
    a.build_digests().await.unwrap();
    let again = fs::read(&own).unwrap();
    assert_eq!(BodyRef::of(&again).sha256, body.sha256, "{backend:?}");
}

#[tokio::test]
async fn a_body_that_its_publisher_has_lost_comes_from_another_member_and_is_made_again_by_the_next_build() {
    for backend in BACKENDS {
        comes_from_another_member_and_is_made_again(backend, |own| fs::remove_file(own).unwrap()).await;
    }
}

#[tokio::test]
async fn a_body_that_its_publisher_s_disk_has_spoilt_comes_from_another_member_and_is_made_again() {
    for backend in BACKENDS {
        let spoil = |own: &Path| {
            let length = fs::metadata(own).unwrap().len() as usize;
            fs::write(own, vec![0; length]).unwrap();
        };
        comes_from_another_member_and_is_made_again(backend, spoil).await;
        let cut = |own: &Path| fs::write(own, [0; 100]).unwrap();
        comes_from_another_member_and_is_made_again(backend, cut).await;
    }
}

#[tokio::test]
async fn a_member_that_names_another_s_body_and_never_sends_it_doesn_t_hold_that_one_s_digest_up() {
    for backend in BACKENDS {
        let (federation, [a, m, b]) = published(backend).await;
        for (node, number) in [(&a, 3), (&m, 4)] {
            record(node, number).await;
            node.build_digests().await.unwrap();
        }
        let body = newest(&federation, "platform-a").body;
        federation
            .network
            .tamper(signed_by_m(federation.signing_key("platform-m"), move |header| {
                header.body = body;
                header.state = lianfang_digest::state_hash(&body.sha256, []);
            }));
        federation.network.hold("body", m.id());
        let node = Arc::clone(&b);
        let stalled = tokio::spawn(async move { node.sync(Some(id("platform-m")), false).await });
        federation.network.is_held("body", m.id()).await;
        let of_a = b.sync(Some(id("platform-a")), false);
        let of_a = tokio::time::timeout(NEVER, of_a).await;
        let report = of_a.expect("A's digest waits for M's").unwrap();
        assert!(report.is_complete(), "{backend:?} {report:?}");
        assert!(!stalled.is_finished(), "{backend:?}");
        assert_eq!(verdict(&b, 3).await, VerdictName::Block, "{backend:?}");
        federation.network.let_go();
        stalled.await.unwrap().unwrap();
        assert_eq!(verdict(&b, 3).await, VerdictName::Block, "{backend:?}");
    }
}
