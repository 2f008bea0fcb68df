//! An answer says so when what it rests on is old, however it came to be.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::screening::{ExceptionReason, Screening};
use lianfang_wire::vocabulary::{BrakeAction, VerdictName};

use crate::alerts::{CODE, publish};
use crate::harness::{BACKENDS, Federation, company, id, operator, screening};

const DAY: Duration = Duration::from_secs(86_400);
/// Nobody publishes anything about it.
const OTHER: &str = "91130105MA0FRNGTXX";

async fn answer(node: &Arc<Node>, code: &str) -> Screening {
    node.screen(&operator(), screening(company(code))).await.unwrap()
}

fn exceptions(answer: &Screening) -> Vec<(&str, ExceptionReason)> {
    let exceptions = answer.publishers.exceptions.iter();
    exceptions
        .map(|exception| (exception.id.as_str(), exception.reason))
        .collect()
}

fn is_told_stale(answer: &Screening) -> bool {
    !answer.complete
        && answer.recommended == ["screen_again_later"]
        && exceptions(answer) == [("platform-a", ExceptionReason::Stale)]
}

#[tokio::test]
async fn a_publisher_that_answers_but_whose_list_has_expired_makes_answers_incomplete() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        publish(&a, CODE).await;
        b.sync(None, false).await.unwrap();
        assert_eq!(answer(&b, CODE).await.verdict, VerdictName::Block);
        for _ in 0..8 {
            federation.clock.advance(DAY);
            assert!(b.sync(None, false).await.unwrap().is_complete());
        }
        let expired = answer(&b, CODE).await;
        assert_eq!(
            expired.verdict,
            VerdictName::Clear,
            "the list is no longer in force"
        );
        assert!(is_told_stale(&expired), "{expired:?}");
        drop(b);
        let b = federation.restart("platform-b").await;
        let restarted = answer(&b, CODE).await;
        assert!(is_told_stale(&restarted), "{restarted:?}");

        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        let renewed = answer(&b, CODE).await;
        assert_eq!(renewed.verdict, VerdictName::Block);
        assert!(renewed.complete, "{renewed:?}");
    }
}

#[tokio::test]
async fn members_that_have_published_nothing_leave_answers_complete() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    publish(&a, CODE).await;
    for _ in 0..8 {
        federation.clock.advance(DAY);
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
    }
    let answer = answer(&b, OTHER).await;
    assert!(answer.complete && exceptions(&answer).is_empty(), "{answer:?}");
}

#[tokio::test]
async fn a_quarantine_makes_answers_incomplete_once_what_is_held_is_old() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        publish(&a, CODE).await;
        b.sync(None, false).await.unwrap();
        let decision = BrakeDecision {
            action: BrakeAction::Quarantine,
            reason: "looks odd".to_owned(),
        };
        b.decide_brake(&operator(), &id("platform-a"), decision)
            .await
            .unwrap();
        let night_and_sync = async || {
            federation.clock.advance(DAY);
            a.build_digests().await.unwrap();
            b.sync(None, false).await.unwrap();
        };
        night_and_sync().await;
        let fresh = answer(&b, OTHER).await;
        assert!(fresh.complete, "what is held is a day old: {fresh:?}");
        night_and_sync().await;
        night_and_sync().await;
        let old = answer(&b, OTHER).await;
        assert_eq!(old.verdict, VerdictName::Clear);
        assert!(!old.complete, "{old:?}");
        let exception = &old.publishers.exceptions[0];
        assert_eq!(exception.reason, ExceptionReason::Quarantined);
        assert_eq!(exception.freshness_seconds, 3 * DAY.as_secs());
    }
}

/// A list that is fetched late is old already, however fresh the sync is.
#[tokio::test]
async fn of_each_peer_it_is_said_how_old_its_newest_list_was_when_it_was_fetched() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let lag = async || {
            let peers = b.peers().await.unwrap();
            let peer = peers.into_iter().find(|peer| peer.id == id("platform-a"));
            peer.unwrap().lag_seconds
        };
        publish(&a, CODE).await;
        federation.clock.advance(Duration::from_secs(9));
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(30));
        assert_eq!(lag().await, Some(9));
    }
}
