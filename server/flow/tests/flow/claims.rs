//! Who may ask for a member's next incarnation, and for which.

use std::sync::Arc;

use lianfang_encoding::{SigningKey, Timestamp};
use lianfang_flow::{FlowError, Node, Recovery, RestorePlan, SystemRandomness, mark_restored};
use lianfang_store::testing::TestDatabase;
use lianfang_store::{DataKey, DataKeys, Store};
use lianfang_wire::ProblemType;
use lianfang_wire::restore::{Claim, Proof};

use crate::harness::{BACKENDS, Federation, company, entry, id, operator};

/// A claim for platform-a at `peer` by whoever has its TLS key and signs with `signing`.
async fn claim(peer: &Node, incarnation: u32, signing: &SigningKey) -> Result<(), FlowError> {
    let (a, fresh) = (id("platform-a"), SigningKey::from_seed(&[99; 32]));
    let proof = Proof {
        iss: a.clone(),
        fed: peer.trust().federation(),
        aud: peer.id().clone(),
        incarnation,
        restore_key: fresh.public(),
    };
    let claim = Claim::sign(&proof, &fresh, signing, Vec::new()).unwrap();
    peer.claimed(&a, &a, claim).await.map(drop)
}

fn over(incarnation: u32) -> RestorePlan {
    RestorePlan {
        over: Some(incarnation),
        ..RestorePlan::default()
    }
}

async fn publish(node: &Arc<Node>) {
    let new = entry(company("91110108661572276L"), node.now());
    node.record_entry(&operator(), new).await.unwrap();
    node.publish_changes().await.unwrap();
}

async fn is_heard(federation: &Federation, reader: &str) -> bool {
    let report = federation
        .node(reader)
        .sync(Some(id("platform-a")), false)
        .await
        .unwrap();
    report.is_complete()
}

/// What `store` has in its audit log of claims.
fn noted(store: &Store) -> Vec<String> {
    let audit = store.audit_page(Timestamp::default(), None, usize::MAX).unwrap();
    let claims = audit.into_iter().filter(|row| row.action == "restore.claim");
    claims.map(|row| row.outcome).collect()
}

#[tokio::test]
async fn who_has_only_a_member_s_tls_key_is_granted_no_incarnation_of_it() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let thief = SigningKey::from_seed(&[98; 32]);
        for incarnation in [1, u32::MAX] {
            let refused = claim(&b, incarnation, &thief).await.unwrap_err().problem();
            assert_eq!(refused.kind(), Some(ProblemType::Malformed));
        }
        assert_eq!(noted(federation.store("platform-b")), [""; 0]);
        publish(&a).await;
        assert!(is_heard(&federation, "platform-b").await);
    }
}

#[tokio::test]
async fn not_even_with_its_signing_key_are_a_member_s_incarnations_used_up() {
    for backend in BACKENDS {
        let (federation, _, b) = Federation::of_two(backend).await;
        let signing = federation.signing_key("platform-a");
        let backup = federation.back_up("platform-a");
        federation.network.stop(&id("platform-a"));
        for peer in [&b, &federation.node("regulator")] {
            let refused = claim(peer, u32::MAX, &signing).await.unwrap_err().problem();
            assert_eq!(refused.kind(), Some(ProblemType::Invalid));
            claim(peer, 16, &signing).await.unwrap();
        }
        let copy = federation.restored("platform-a", &backup, over(16)).await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        federation.network.add(Arc::clone(&copy.node));
        publish(&copy.node).await;
        assert!(is_heard(&federation, "platform-b").await);
    }
}

#[tokio::test]
async fn a_member_that_was_away_for_many_incarnations_follows_the_majority_s_proof() {
    for backend in BACKENDS {
        let (mut federation, a, _) = Federation::of_two(backend).await;
        let c = federation.join("platform-c", "CN", &["platform-a"]).await;
        publish(&a).await;
        assert!(is_heard(&federation, "platform-c").await);
        let backup = federation.back_up("platform-a");
        federation.network.stop(&id("platform-a"));
        federation.network.stop(&id("platform-c"));
        let earlier = federation.restored("platform-a", &backup, over(10)).await;
        assert_eq!(earlier.node.recover().await.unwrap(), Recovery::Settled);
        let copy = federation.restored("platform-a", &backup, over(20)).await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        federation.network.add(Arc::clone(&copy.node));
        federation.network.add(c);
        copy.node.sync(None, false).await.unwrap();
        publish(&copy.node).await;
        assert!(is_heard(&federation, "platform-c").await);
    }
}

#[tokio::test]
async fn a_copy_that_asks_again_and_again_stands_in_the_audit_log_once() {
    for backend in BACKENDS {
        let (federation, _, b) = Federation::of_two(backend).await;
        let signing = federation.signing_key("platform-a");
        for _ in 0..3 {
            claim(&b, u32::MAX, &signing).await.unwrap_err();
        }
        for _ in 0..3 {
            claim(&b, 1, &signing).await.unwrap();
        }
        let mut noted = noted(federation.store("platform-b"));
        noted.sort();
        assert_eq!(noted, ["granted", "too far"]);
    }
}

#[tokio::test]
async fn a_restore_above_the_last_incarnation_is_refused() {
    for backend in BACKENDS {
        let database = TestDatabase::on(backend);
        let data = DataKeys::new(DataKey::new(1, [1; 32].into()), [2; 32].into());
        let restore = |plan| {
            mark_restored(
                database.store(),
                &data,
                &SystemRandomness,
                &plan,
                Timestamp::default(),
            )
        };
        assert!(restore(over(u32::MAX)).is_err());
        restore(over(u32::MAX - 1)).unwrap();
    }
}
