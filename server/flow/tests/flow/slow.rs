//! A member that takes its time to answer holds up nobody else's news.

use std::sync::Arc;

use lianfang_wire::alert::AlertState;
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::vocabulary::BrakeAction;

use crate::alerts::{CODE, alerts, publish, states, watch};
use crate::brake::brake_of;
use crate::dropped::alerts_become;
use crate::harness::{BACKENDS, Federation, code, company, entry, operator};

const OTHER: &str = "91130105MA0FRNGTXX";
/// What hasn't come by then doesn't come.
const NEVER: std::time::Duration = std::time::Duration::from_secs(60);

#[tokio::test]
async fn what_others_have_brought_is_in_force_while_one_is_still_being_asked() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        watch(&c, "shop-2", company(OTHER)).await;
        publish(&a, CODE).await;
        publish(&b, OTHER).await;
        federation.network.hold("info", a.id());
        let node = Arc::clone(&c);
        let syncing = tokio::spawn(async move { node.sync(None, false).await });
        alerts_become(&c, &[AlertState::Open]).await;
        assert_eq!(alerts(&c).await[0].client_reference, "shop-2");
        assert!(!syncing.is_finished());
        federation.network.let_go();
        let report = syncing.await.unwrap().unwrap();
        assert_eq!(report.peers.len(), 3, "{report:?}");
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(states(&c).await, [AlertState::Open; 2]);
    }
}

#[tokio::test]
async fn what_one_confirms_is_alerted_about_while_another_is_still_being_asked() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        watch(&c, "shop-2", company(OTHER)).await;
        publish(&a, CODE).await;
        federation.network.hold("confirm", a.id());
        let node = Arc::clone(&c);
        let asking = tokio::spawn(async move { node.sync(None, false).await });
        while federation.network.confirmations_asked_of(a.id()) == 0 {
            tokio::task::yield_now().await;
        }
        publish(&b, OTHER).await;
        // In the run after that which asks A, and in one with it.
        let node = Arc::clone(&c);
        let later = tokio::spawn(async move { node.sync(Some("platform-b".parse().unwrap()), false).await });
        alerts_become(&c, &[AlertState::Open]).await;
        assert_eq!(alerts(&c).await[0].client_reference, "shop-2");
        federation.network.let_go();
        later.await.unwrap().unwrap();
        asking.await.unwrap().unwrap();
        assert_eq!(states(&c).await, [AlertState::Open; 2]);
    }
}

#[tokio::test]
async fn a_publisher_that_is_away_is_asked_once_about_however_many_hits() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        for number in 0..40 {
            watch(&c, &format!("shop-{number}"), company(&code(number))).await;
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
        }
        a.build_digests().await.unwrap();
        federation.network.refuse_to_confirm(a.id());
        c.sync(None, false).await.unwrap();
        assert_eq!(federation.network.confirmations_asked_of(a.id()), 1);
        assert!(c.roster_status().await.unwrap().pending_hits >= 40);
    }
}

#[tokio::test]
async fn a_release_stands_at_once_and_what_waited_is_fetched_though_nobody_waits_for_it() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let decide = async |action| {
            let reason = "looked at it".to_owned();
            b.decide_brake(&operator(), a.id(), BrakeDecision { action, reason })
                .await
                .unwrap()
        };
        watch(&b, "shop-1", company(CODE)).await;
        assert!(decide(BrakeAction::Quarantine).await.is_none());
        publish(&a, CODE).await;
        federation.network.hold("info", a.id());
        let begun = tokio::time::timeout(NEVER, decide(BrakeAction::Release)).await;
        let begun = begun.expect("it waits for the publisher").unwrap();
        assert_eq!(brake_of(&b, "platform-a").await, None);
        assert!(!begun.is_finished());
        drop(begun);
        federation.network.let_go();
        alerts_become(&b, &[AlertState::Open]).await;
    }
}
