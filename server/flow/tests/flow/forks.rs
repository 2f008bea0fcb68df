//! A publisher that tells one member this and another that is found out by what the members hold.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{Fork, SignedHead, VerifiedHead};
use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_wire::info::ListHead;
use lianfang_wire::membership::Hash32;
use lianfang_wire::peer::{BrakeDecision, ForkProof};
use lianfang_wire::vocabulary::{BrakeAction, VerdictName};

use crate::digests::{offering_another_head, signed_by_a};
use crate::harness::{
    BACKENDS, Federation, company, entry, id, operator, screening, shared_with, signing_key,
};

const CODE: &str = "91110108661572276L";
const OTHER: &str = "91130105MA0FRNGTXX";

struct Scene {
    federation: Federation,
    a: Arc<Node>,
    b: Arc<Node>,
    c: Arc<Node>,
}

/// B has taken over another head of A's than C.
async fn two_faced(backend: Backend) -> Scene {
    let mut federation = Federation::found(backend).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    let c = federation
        .join("platform-c", "CN", &["platform-a", "platform-b"])
        .await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    c.sync(Some(id("platform-a")), false).await.unwrap();
    let other_head = signed_by_a(|header| header.created = header.created + Duration::from_micros(1));
    federation
        .network
        .tamper(Box::new(move |asked, answer| match asked {
            "info" => offering_another_head(&answer),
            _ => other_head(asked, answer),
        }));
    b.sync(Some(id("platform-a")), false).await.unwrap();
    federation.network.tamper(Box::new(|_, answer| answer));
    Scene { federation, a, b, c }
}

async fn brake_reason(node: &Node) -> Option<String> {
    let peers = node.peers().await.unwrap();
    let a = peers.into_iter().find(|peer| peer.id.as_str() == "platform-a");
    a.unwrap().brake_reason
}

/// What anybody can check who knows A's key.
fn check(proof: &ForkProof) -> Fork {
    let verified = |head: &str| -> VerifiedHead {
        let head = SignedHead::decode(&STANDARD.decode(head).unwrap()).unwrap();
        head.verify(&signing_key(2).public()).unwrap()
    };
    Fork::of(&verified(&proof.first), &verified(&proof.second)).unwrap()
}

#[tokio::test]
async fn a_publisher_that_shows_two_members_different_heads_is_held_back_by_both() {
    for backend in BACKENDS {
        let scene = two_faced(backend).await;
        // Neither hears from A again: what they hold themselves is enough.
        for node in [&scene.b, &scene.c] {
            scene.federation.network.cut(&id("platform-a"), node.id());
        }
        for node in [&scene.b, &scene.c] {
            node.sync(None, false).await.unwrap();
            assert_eq!(
                brake_reason(node).await.as_deref(),
                Some("digest_fork"),
                "{backend:?}"
            );
            let answer = node.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(answer.verdict, VerdictName::Review);
        }
        let proofs = scene.b.forks(&id("platform-a")).await.unwrap();
        assert_eq!(proofs.len(), 1);
        assert_eq!(check(&proofs[0]).second().header().sequence, proofs[0].sequence);
        let of_c = scene.c.forks(&id("platform-a")).await.unwrap();
        assert_eq!(
            (&of_c[0].first, &of_c[0].second),
            (&proofs[0].first, &proofs[0].second)
        );
    }
}

async fn decide(node: &Arc<Node>, action: BrakeAction, reason: &str) {
    let decision = BrakeDecision {
        action,
        reason: reason.to_owned(),
    };
    let begun = node
        .decide_brake(&operator(), &id("platform-a"), decision)
        .await
        .unwrap();
    if let Some(begun) = begun {
        begun.await.unwrap();
    }
}

#[tokio::test]
async fn a_fork_of_a_publisher_that_is_held_back_already_is_what_it_is_held_back_for_from_then_on() {
    for backend in BACKENDS {
        let scene = two_faced(backend).await;
        scene.federation.network.cut(&id("platform-a"), scene.b.id());
        decide(&scene.b, BrakeAction::Quarantine, "it floods everybody").await;
        assert_eq!(brake_reason(&scene.b).await.as_deref(), Some("operator"));
        scene.b.sync(None, false).await.unwrap();
        assert_eq!(
            brake_reason(&scene.b).await.as_deref(),
            Some("digest_fork"),
            "{backend:?}"
        );
    }
}

#[tokio::test]
async fn a_fork_that_a_person_has_looked_at_holds_nobody_back_again() {
    for backend in BACKENDS {
        let scene = two_faced(backend).await;
        scene.federation.network.cut(&id("platform-a"), scene.b.id());
        scene.b.sync(None, false).await.unwrap();
        decide(&scene.b, BrakeAction::Release, "its operator has explained").await;
        scene.b.sync(None, false).await.unwrap();
        assert_eq!(brake_reason(&scene.b).await, None);
        assert_eq!(
            scene.b.forks(&id("platform-a")).await.unwrap().len(),
            1,
            "the proof stays"
        );
    }
}

#[tokio::test]
async fn a_head_that_names_another_one_before_it_proves_a_fork() {
    for backend in BACKENDS {
        let scene = two_faced(backend).await;
        scene
            .a
            .record_entry(&operator(), entry(company(OTHER), scene.a.now()))
            .await
            .unwrap();
        scene.a.publish_changes().await.unwrap();
        let report = scene.b.sync(Some(id("platform-a")), false).await.unwrap();
        assert_eq!(report.peers[0].error.as_deref(), Some("digest-chain"));
        assert_eq!(brake_reason(&scene.b).await.as_deref(), Some("digest_fork"));
        let proof = check(&scene.b.forks(&id("platform-a")).await.unwrap()[0]);
        let (first, second) = (proof.first().header(), proof.second().header());
        assert_eq!(first.sequence + 1, second.sequence);
    }
}

#[tokio::test]
async fn a_member_that_lies_about_what_it_holds_proves_nothing() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        let list = a.info(b.id()).await.unwrap().lists.remove(0);
        for forged in [
            b"not a head".to_vec(),
            a.digest_head(b.id(), &list.list).await.unwrap(),
        ] {
            let said = vec![ListHead {
                head: Hash32([1; 32]),
                ..list.clone()
            }];
            federation
                .network
                .tamper(Box::new(move |asked, answer| match asked {
                    "held" => serde_json::to_vec(&Some(&said)).unwrap(),
                    "held_head" => forged.clone(),
                    _ => answer,
                }));
            assert!(b.sync(None, false).await.unwrap().is_complete());
            assert_eq!(brake_reason(&b).await, None);
            assert!(b.forks(&id("platform-a")).await.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn what_a_member_holds_is_told_to_nobody_outside_the_audience_and_not_at_all_to_who_holds_the_same() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        let c = federation
            .join("platform-c", "CN", &["platform-a", "platform-b"])
            .await;
        let german = federation
            .join("platform-d", "DE", &["platform-a", "platform-b", "platform-c"])
            .await;
        let new = shared_with("cn", entry(company(CODE), a.now()));
        a.record_entry(&operator(), new).await.unwrap();
        a.build_digests().await.unwrap();
        for node in [&b, &c, &german] {
            node.sync(None, false).await.unwrap();
        }
        let nothing = lianfang_wire::info::held_hash(&[]);
        let held = b.held(c.id(), &nothing).await.unwrap().unwrap();
        assert_eq!(held.len(), 1, "{held:?}");
        let own = lianfang_wire::info::held_hash(&held);
        assert_eq!(b.held(c.id(), &own).await.unwrap(), None, "C holds the same");
        assert_eq!(b.held(german.id(), &nothing).await.unwrap(), None);
        assert_eq!(
            b.held(a.id(), &nothing).await.unwrap(),
            None,
            "its own aren't told"
        );
        let (list, sequence) = (&held[0].list, held[0].sequence);
        assert!(b.held_head(c.id(), list, sequence).await.is_ok());
        for refused in [
            b.held_head(german.id(), list, sequence).await,
            b.held_head(c.id(), list, sequence + 1).await,
        ] {
            assert!(matches!(refused, Err(lianfang_flow::FlowError::NotFound)));
        }
    }
}
