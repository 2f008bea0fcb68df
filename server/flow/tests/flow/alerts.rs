//! Who trades already is alerted about as soon as a publisher's finding arrives, and no longer than it lasts.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::{AlertFilter, Node};
use lianfang_store::testing::Backend;
use lianfang_wire::alert::{Alert, AlertDecision, AlertOutcome, AlertState};
use lianfang_wire::entry::{Entry, Subject};
use lianfang_wire::roster::NewMonitoredSubject;
use lianfang_wire::vocabulary::EventType;

use crate::harness::{BACKENDS, Federation, company, entry, event, id, identifier, operator};

pub(crate) const CODE: &str = "91110108661572276L";
/// Another valid code.
const NEIGHBOUR: &str = "91130105MA0FRNGTXX";

pub(crate) async fn watch(node: &Arc<Node>, reference: &str, subject: Subject) {
    node.put_subject(&operator(), reference.to_owned(), NewMonitoredSubject { subject })
        .await
        .unwrap();
}

/// A publisher, and a reader that watches one shop of the company with [`CODE`].
async fn shop_watched(backend: Backend) -> (Federation, Arc<Node>, Arc<Node>) {
    let mut federation = Federation::found(backend).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    watch(&c, "shop-1", company(CODE)).await;
    (federation, a, c)
}

pub(crate) async fn publish(node: &Arc<Node>, code: &str) -> Entry {
    let recorded = node
        .record_entry(&operator(), entry(company(code), node.now()))
        .await
        .unwrap()
        .entry;
    node.build_digests().await.unwrap();
    recorded
}

pub(crate) async fn alerts(node: &Arc<Node>) -> Vec<Alert> {
    let filter = AlertFilter {
        limit: 100,
        ..AlertFilter::default()
    };
    node.alerts(filter).await.unwrap().items
}

pub(crate) async fn states(node: &Arc<Node>) -> Vec<AlertState> {
    alerts(node).await.iter().map(|alert| alert.state).collect()
}

fn not_ours() -> AlertDecision {
    AlertDecision {
        outcome: AlertOutcome::NotOurs,
        reviewer: "staff-7".to_owned(),
        reason: "another company".to_owned(),
    }
}

#[tokio::test]
async fn a_seller_in_the_roster_is_alerted_about_with_the_sync_that_brings_the_entry() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company("９１１１-0108 661572276l")).await;
        watch(&c, "shop-2", company(NEIGHBOUR)).await;
        let recorded = publish(&a, CODE).await;
        assert!(alerts(&c).await.is_empty());
        c.sync(None, false).await.unwrap();
        let alerts = alerts(&c).await;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        let alert = &alerts[0];
        assert_eq!(
            (alert.client_reference.as_str(), alert.state),
            ("shop-1", AlertState::Open)
        );
        assert_eq!(
            (&alert.finding.publisher, alert.finding.entry),
            (&id("platform-a"), recorded.id)
        );
        assert_eq!(alert.matches[0].kind, "cn_uscc");
    }
}

#[tokio::test]
async fn a_seller_that_comes_after_the_entry_is_alerted_about_at_once() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        watch(&c, "shop-1", company(CODE)).await;
        assert_eq!(states(&c).await, [AlertState::Open]);
    }
}

#[tokio::test]
async fn a_node_is_alerted_about_its_own_sellers_by_its_own_entries() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        let recorded = publish(&a, CODE).await;
        assert_eq!(states(&a).await, [AlertState::Open]);
        event(&a, &recorded, EventType::Withdrawn).await;
        assert_eq!(states(&a).await, [AlertState::Closed]);
    }
}

#[tokio::test]
async fn an_alert_shows_the_dispute_and_closes_with_the_withdrawal() {
    for backend in BACKENDS {
        let (_federation, a, c) = shop_watched(backend).await;
        let recorded = publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let contested = event(&a, &recorded, EventType::Contested).await;
        c.sync(None, false).await.unwrap();
        let shown = alerts(&c).await.remove(0);
        assert_eq!((shown.state, shown.finding.disputed), (AlertState::Open, true));
        assert!(shown.finding.deadline.is_some());
        event(&a, &contested, EventType::Withdrawn).await;
        c.sync(None, false).await.unwrap();
        let shown = alerts(&c).await.remove(0);
        assert_eq!(
            (shown.state, shown.ended_by.as_deref()),
            (AlertState::Closed, Some("withdrawn"))
        );
    }
}

#[tokio::test]
async fn time_ends_an_alert_although_its_publisher_is_silent() {
    for backend in BACKENDS {
        let (federation, a, c) = shop_watched(backend).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        federation.network.stop(&id("platform-a"));
        federation.clock.advance(Duration::from_secs(301 * 86_400));
        let shown = alerts(&c).await.remove(0);
        assert_eq!(
            (shown.state, shown.ended_by.as_deref()),
            (AlertState::Closed, Some("expired"))
        );
    }
}

#[tokio::test]
async fn a_deadline_that_lapses_ends_an_alert_although_its_publisher_is_silent() {
    let (federation, a, c) = shop_watched(BACKENDS[0]).await;
    let recorded = publish(&a, CODE).await;
    event(&a, &recorded, EventType::Contested).await;
    c.sync(None, false).await.unwrap();
    federation.network.stop(&id("platform-a"));
    federation.clock.advance(Duration::from_secs(30 * 86_400));
    let shown = alerts(&c).await.remove(0);
    assert_eq!(
        (shown.state, shown.ended_by.as_deref()),
        (AlertState::Closed, Some("released"))
    );
}

#[tokio::test]
async fn what_a_person_has_cleared_comes_back_only_when_the_record_changes() {
    for backend in BACKENDS {
        let (_federation, a, c) = shop_watched(backend).await;
        let recorded = publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let alert = alerts(&c).await.remove(0);
        let resolved = c.resolve_alert(&operator(), alert.id, not_ours()).await.unwrap();
        assert_eq!(resolved.state, AlertState::Resolved);
        // A newer base, the same seller again, and a restart's matching of everything.
        publish(&a, NEIGHBOUR).await;
        c.sync(None, false).await.unwrap();
        watch(&c, "shop-1", company(CODE)).await;
        c.watch_roster().await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Resolved]);
        event(&a, &recorded, EventType::Contested).await;
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Resolved, AlertState::Open]);
    }
}

#[tokio::test]
async fn a_cleared_hit_does_not_hide_another_identifier() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let both = || Subject {
            identifiers: vec![identifier("cn_uscc", CODE), identifier("cn_uscc", NEIGHBOUR)],
            ..company(CODE)
        };
        a.record_entry(&operator(), entry(both(), a.now())).await.unwrap();
        a.build_digests().await.unwrap();
        c.sync(None, false).await.unwrap();
        watch(&c, "shop-1", company(NEIGHBOUR)).await;
        let alert = alerts(&c).await.remove(0);
        c.resolve_alert(&operator(), alert.id, not_ours()).await.unwrap();
        watch(&c, "shop-1", both()).await;
        let after = alerts(&c).await;
        assert_eq!(after.len(), 2, "{after:?}");
        assert_eq!(after[1].matches[0].identifier_index, 0);
    }
}

#[tokio::test]
async fn the_first_decision_stands() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        publish(&a, CODE).await;
        let alert = alerts(&a).await.remove(0);
        let first = a.resolve_alert(&operator(), alert.id, not_ours()).await.unwrap();
        assert_eq!(
            a.resolve_alert(&operator(), alert.id, not_ours()).await.unwrap(),
            first
        );
        let other = AlertDecision {
            outcome: AlertOutcome::Acted,
            ..not_ours()
        };
        let refused = a.resolve_alert(&operator(), alert.id, other).await.unwrap_err();
        assert_eq!(
            refused.problem().kind(),
            Some(lianfang_wire::ProblemType::Conflict)
        );
    }
}

#[tokio::test]
async fn a_name_alone_opens_nothing_but_counts_beside_an_identity() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    let named = |others: Vec<_>| Subject {
        identifiers: [
            vec![identifier("legal_name_en", "Invented Trading Co., Ltd.")],
            others,
        ]
        .concat(),
        ..company(CODE)
    };
    let identity = || vec![identifier("cn_uscc", CODE)];
    a.record_entry(&operator(), entry(named(identity()), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    watch(&c, "namesake", named(Vec::new())).await;
    watch(&c, "offender", named(identity())).await;
    c.sync(None, false).await.unwrap();
    let alerts = alerts(&c).await;
    let about: Vec<_> = alerts
        .iter()
        .map(|alert| alert.client_reference.as_str())
        .collect();
    assert_eq!(about, ["offender"]);
    let levels: Vec<_> = alerts[0]
        .matches
        .iter()
        .map(|found| found.level.as_str())
        .collect();
    assert!(
        levels.contains(&"strict") && levels.contains(&"folded"),
        "{levels:?}"
    );
}

#[tokio::test]
async fn events_go_on_where_a_follower_stopped() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        let mut news = a.alert_news();
        news.mark_unchanged();
        let recorded = publish(&a, CODE).await;
        assert!(news.has_changed().unwrap());
        let seen = a.alert_events(0, 10).await.unwrap();
        assert_eq!(seen.len(), 1);
        event(&a, &recorded, EventType::Withdrawn).await;
        let missed = a.alert_events(seen[0].seq, 10).await.unwrap();
        let changes: Vec<_> = missed.iter().map(|event| event.change.as_str()).collect();
        assert_eq!(changes, ["alert.closed"]);
    }
}

/// The newest change stays when its alert is forgotten, and by and by there are many such.
#[tokio::test]
async fn a_change_whose_alert_is_forgotten_holds_up_none_that_follows() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        let recorded = publish(&a, CODE).await;
        event(&a, &recorded, EventType::Withdrawn).await;
        a.build_digests().await.unwrap();
        let store = federation.store("platform-a");
        assert_eq!(store.forget_alerts(a.now() + Duration::from_secs(1)).unwrap(), 1);
        assert_eq!(store.alert_events_after(0, 10).unwrap().len(), 1);
        assert!(a.alert_events(0, 1).await.unwrap().is_empty());
        publish(&a, CODE).await;
        assert_eq!(store.alert_events_after(0, 10).unwrap().len(), 2);
        let told = a.alert_events(0, 1).await.unwrap();
        let changes: Vec<_> = told.iter().map(|event| event.change.as_str()).collect();
        assert_eq!(changes, ["alert.opened"]);
    }
}

#[tokio::test]
async fn an_ended_alert_is_forgotten_after_its_time_and_not_by_a_clock_that_was_ahead() {
    const DAY: Duration = Duration::from_secs(86_400);
    for backend in BACKENDS {
        let (federation, a, c) = shop_watched(backend).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let alert = alerts(&c).await.remove(0);
        c.resolve_alert(&operator(), alert.id, not_ours()).await.unwrap();
        // Each a night; after the long time without one, two years count only as two days.
        for (days, forgotten) in [(0, 0), (731, 0), (1, 1), (1, 0)] {
            federation.clock.advance(DAY * days);
            let report = c.forget_old().await.unwrap();
            assert_eq!(report.alerts, forgotten, "{backend:?}: {days}");
        }
        assert!(alerts(&c).await.is_empty());
    }
}

/// A correction, for instance: the second entry is about the same company, whose token the digest doesn't lose.
#[tokio::test]
async fn a_further_entry_about_a_seller_whose_alert_has_ended_alerts_anew() {
    for backend in BACKENDS {
        let (_federation, a, c) = shop_watched(backend).await;
        let first = publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        event(&a, &first, EventType::Corrected).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        // The end of the first is heard before the digest says anything of the second.
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Closed]);
        a.publish_changes().await.unwrap();
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Closed, AlertState::Open]);
    }
}

#[tokio::test]
async fn an_entry_that_stood_behind_another_alerts_when_that_one_ends() {
    for backend in BACKENDS {
        let (federation, a, c) = shop_watched(backend).await;
        let first = publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let mut second = entry(company(CODE), a.now());
        second.client_reference = Some("second".to_owned());
        a.record_entry(&operator(), second).await.unwrap();
        a.publish_changes().await.unwrap();
        c.sync(None, false).await.unwrap();
        let contested = event(&a, &first, EventType::Contested).await;
        c.sync(None, false).await.unwrap();
        // Its deadline lapses, and nobody says so. By night lists are renewed.
        while a.now() < contested.deadline.unwrap() {
            federation.clock.advance(Duration::from_secs(86_400));
            a.build_digests().await.unwrap();
            c.sync(None, false).await.unwrap();
        }
        c.watch_roster().await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Closed, AlertState::Open]);
    }
}

/// The record of the first is still good when the second comes: it is no answer to that.
#[tokio::test]
async fn a_further_entry_about_a_seller_whose_alert_was_resolved_alerts_anew() {
    for backend in BACKENDS {
        let (_federation, a, c) = shop_watched(backend).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let alert = alerts(&c).await.remove(0);
        c.resolve_alert(&operator(), alert.id, not_ours()).await.unwrap();
        let mut second = entry(company(CODE), a.now());
        second.client_reference = Some("second".to_owned());
        a.record_entry(&operator(), second).await.unwrap();
        a.publish_changes().await.unwrap();
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Resolved, AlertState::Open]);
    }
}

#[tokio::test]
async fn a_new_base_and_a_delta_on_it_that_come_together_are_both_matched() {
    for backend in BACKENDS {
        let (_federation, a, c) = shop_watched(backend).await;
        publish(&a, NEIGHBOUR).await;
        let new = entry(company(CODE), a.now());
        a.record_entry(&operator(), new).await.unwrap();
        let published = a.publish_changes().await.unwrap().published;
        assert_eq!(published[0].sequence, 2, "it went out as a delta");
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open]);
    }
}
