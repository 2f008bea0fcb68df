//! What a member says beyond its quotas waits; what it withdraws doesn't.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::info::Notice;
use lianfang_wire::vocabulary::{EventType, VerdictName};
use lianfang_wire::{Problem, ProblemType};

use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator, screening};

const NOTICE: Notice = Notice {
    membership_version: 1,
};

async fn publish(node: &Arc<Node>, code: &str) -> Entry {
    let new = entry(company(code), node.now());
    let recorded = node.record_entry(&operator(), new).await.unwrap();
    node.publish_changes().await.unwrap();
    recorded.entry
}

async fn verdict(node: &Arc<Node>, code: &str) -> VerdictName {
    node.screen(&operator(), screening(company(code)))
        .await
        .unwrap()
        .verdict
}

/// What a sync with A says of it.
async fn error_of_a(node: &Arc<Node>) -> Option<String> {
    let report = node.sync(Some(id("platform-a")), false).await.unwrap();
    report.peers[0].error.clone()
}

#[tokio::test]
async fn digests_beyond_the_quota_wait_for_the_next_day_and_withdrawals_do_not() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let mut b = federation
            .limit("platform-b", "platform-a", |quotas| quotas.digests_per_day = 3)
            .await;
        let mut entries = Vec::new();
        for number in 0..3 {
            entries.push(publish(&a, &code(number)).await);
            assert_eq!(error_of_a(&b).await, None);
        }
        assert_eq!(verdict(&b, &code(0)).await, VerdictName::Block);
        publish(&a, &code(3)).await;
        let withdrawn = NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        a.apply_event(&operator(), entries[0].id, entries[0].revision, withdrawn)
            .await
            .unwrap();
        for restarts in 0..2 {
            assert_eq!(error_of_a(&b).await.as_deref(), Some("digest-quota"));
            assert_eq!(verdict(&b, &code(0)).await, VerdictName::Clear, "withdrawn");
            assert_eq!(verdict(&b, &code(1)).await, VerdictName::Block, "in force before");
            assert_eq!(verdict(&b, &code(3)).await, VerdictName::Clear, "waits");
            let peers = b.peers().await.unwrap();
            let shown = peers.iter().find(|peer| peer.id == id("platform-a")).unwrap();
            assert_eq!(shown.last_error.as_deref(), Some("digest-quota"));
            if restarts == 0 {
                b = federation.restart("platform-b").await;
            }
        }
        federation.clock.advance(Duration::from_secs(24 * 3_600));
        assert_eq!(error_of_a(&b).await, None);
        assert_eq!(verdict(&b, &code(3)).await, VerdictName::Block);
    }
}

#[tokio::test]
async fn a_notice_beyond_the_quota_is_told_when_to_come_again_and_its_news_come_with_the_next_poll() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let b = federation
            .limit("platform-b", "platform-a", |quotas| {
                quotas.notifications_per_minute = 2
            })
            .await;
        for _ in 0..2 {
            b.notified(a.id(), NOTICE).await.unwrap();
        }
        publish(&a, &code(0)).await;
        let refused = b.notified(a.id(), NOTICE).await.unwrap_err().problem();
        assert_eq!(refused.kind(), Some(ProblemType::RateLimited));
        assert_eq!((refused.status, refused.retry_after), (429, Some(30)));
        b.notified(&id("regulator"), NOTICE).await.unwrap();
        assert!(b.sync(None, false).await.unwrap().is_complete());
        assert_eq!(verdict(&b, &code(0)).await, VerdictName::Block);
        federation.clock.advance(Duration::from_secs(30));
        b.notified(a.id(), NOTICE).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_is_told_to_wait_with_a_notice_tells_it_again() {
    let (federation, a, _) = Federation::of_two(BACKENDS[0]).await;
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let refused = AtomicUsize::new(0);
    federation.network.tamper(Box::new(move |asked, answer| {
        if asked != "notify" {
            return answer;
        }
        told.send(()).unwrap();
        // Both other members have heard enough, once.
        if refused.fetch_add(1, Ordering::Relaxed) >= 2 {
            return answer;
        }
        let problem = Problem {
            retry_after: Some(1),
            ..Problem::new(ProblemType::RateLimited)
        };
        serde_json::to_vec(&problem).unwrap()
    }));
    publish(&a, &code(0)).await;
    for notice in 0..4 {
        let heard = tokio::time::timeout(Duration::from_secs(60), heard.recv());
        assert!(heard.await.is_ok(), "notice {notice} never came");
    }
}
