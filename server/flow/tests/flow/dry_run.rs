//! What a sync and a publication would move, said without moving it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use lianfang_flow::{Node, PeerSync, PublicationPlan, SyncReport, SyncSummary};
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::explanation::{Explanation, FormOutcome};
use lianfang_wire::vocabulary::EventType;

use crate::harness::{BACKENDS, Federation, code, company, entry, id, identifier, operator};

const CODE: &str = "91110108661572276L";

async fn record(node: &Arc<Node>, code: &str) -> Entry {
    let new = entry(company(code), node.now());
    node.record_entry(&operator(), new).await.unwrap().entry
}

async fn dry_run(node: &Arc<Node>) -> SyncReport {
    let report = node.sync(None, true).await.unwrap();
    assert!(report.dry_run && report.is_complete(), "{report:?}");
    report
}

fn of<'a>(report: &'a SyncReport, name: &str) -> &'a PeerSync {
    let mut peers = report.peers.iter();
    peers.find(|peer| peer.peer.as_str() == name).unwrap()
}

/// Everything that a sync would change at platform B.
fn state_of_b(federation: &Federation) -> impl PartialEq + std::fmt::Debug + use<> {
    let store = federation.store("platform-b");
    let (a, all) = (id("platform-a"), "all".parse().unwrap());
    (
        store.heads_in_force(None).unwrap(),
        store.status_cursor(&a, &all).unwrap(),
        store.peers().unwrap(),
        store.acknowledgements().unwrap(),
        files(federation.folder("platform-b")),
    )
}

fn files(folder: &std::path::Path) -> BTreeSet<std::path::PathBuf> {
    let mut all = BTreeSet::new();
    for found in std::fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        }
        all.insert(path);
    }
    all
}

#[tokio::test]
async fn a_dry_run_says_list_by_list_what_a_sync_then_moves_and_changes_nothing() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        assert!(dry_run(&b).await.is_idle());
        for number in 0..3 {
            record(&a, &code(number)).await;
        }
        a.publish_changes().await.unwrap();
        let before = state_of_b(&federation);
        for (from, to, items) in [(0, 1, 3), (1, 2, 1)] {
            let before = state_of_b(&federation);
            let planned = dry_run(&b).await;
            assert_eq!(planned.version, 2);
            assert!(!planned.is_idle());
            assert_eq!(state_of_b(&federation), before);
            let plan = of(&planned, "platform-a");
            let list = &plan.lists[0];
            assert_eq!((plan.lists.len(), plan.status_items), (1, items));
            assert_eq!((list.from_sequence, list.to_sequence), (from, to));
            assert_eq!(
                (list.audience.as_str(), list.subject_type.as_str()),
                ("all", "seller")
            );
            assert!(list.bytes > 0 && plan.bytes == list.bytes);
            let done = b.sync(None, false).await.unwrap();
            let done = of(&done, "platform-a");
            assert_eq!((done.bytes, done.lists[0].bytes), (plan.bytes, plan.bytes));
            assert_eq!(done.status_items, items);
            // A delta comes next.
            record(&a, &code(10 + u32::try_from(to).unwrap())).await;
            a.publish_changes().await.unwrap();
        }
        assert_ne!(state_of_b(&federation), before);
        b.sync(None, false).await.unwrap();
        let current = dry_run(&b).await;
        assert!(current.is_idle(), "{current:?}");
        assert_eq!(of(&current, "platform-a").unchanged, 1);
    }
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_refused_and_who_has_a_newer_membership() {
    let (mut federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    for other in ["platform-a", "regulator"] {
        federation.network.cut(b.id(), &id(other));
    }
    federation.join("platform-c", "CN", &[]).await;
    federation.network.heal(b.id(), a.id());
    record(&a, CODE).await;
    a.publish_changes().await.unwrap();
    federation.network.tamper(Box::new(|what, mut answer| {
        if what == "head"
            && let Some(last) = answer.last_mut()
        {
            *last ^= 1;
        }
        answer
    }));
    let report = b.sync(Some(id("platform-a")), true).await.unwrap();
    let plan = of(&report, "platform-a");
    let newer = plan.membership.unwrap();
    assert!(
        federation
            .store("platform-a")
            .membership(newer)
            .unwrap()
            .is_some()
    );
    assert!(
        federation
            .store("platform-b")
            .membership(newer)
            .unwrap()
            .is_none()
    );
    assert_eq!(plan.lists[0].refused.as_deref(), Some("digest-signature"));
    assert_eq!(plan.bytes, 0);
    assert!(report.sends.is_none());
}

/// What a dry run and then a sync say of A: its error, and why its only list would wait.
async fn refused(node: &Arc<Node>) -> [(Option<String>, Option<String>); 2] {
    let mut said = Vec::new();
    for dry_run in [true, false] {
        let report = node.sync(Some(id("platform-a")), dry_run).await.unwrap();
        let of_a = of(&report, "platform-a");
        let list = of_a.lists.first().and_then(|list| list.refused.clone());
        said.push((of_a.error.clone(), list));
    }
    said.try_into().unwrap()
}

#[tokio::test]
async fn a_dry_run_says_that_digests_beyond_the_quota_would_wait() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let b = federation
            .limit("platform-b", "platform-a", |quotas| quotas.digests_per_day = 1)
            .await;
        for number in 0..2 {
            record(&a, &code(number)).await;
            a.publish_changes().await.unwrap();
            let [planned, done] = refused(&b).await;
            assert_eq!(planned, done, "{backend:?}");
            let expected = (number == 1).then_some("digest-quota");
            assert_eq!((planned.0.as_deref(), planned.1.as_deref()), (expected, expected));
        }
    }
}

#[tokio::test]
async fn a_dry_run_says_that_growth_beyond_the_habit_would_hold_the_publisher_back_and_does_not() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        (federation.brake.free_growth, federation.brake.growth_factor) = (1, 1);
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        for number in 0..2 {
            record(&a, &code(number)).await;
            a.publish_changes().await.unwrap();
            assert_eq!(refused(&b).await, [(None, None), (None, None)]);
        }
        federation.clock.advance(std::time::Duration::from_secs(86_400));
        // Each is within the habit, and both together aren't.
        for number in 2..4 {
            record(&a, &code(number)).await;
            a.publish_changes().await.unwrap();
        }
        let before = state_of_b(&federation);
        let report = b.sync(Some(id("platform-a")), true).await.unwrap();
        let planned = of(&report, "platform-a");
        assert_eq!(planned.error.as_deref(), Some("quarantined"));
        assert_eq!(planned.lists[0].refused.as_deref(), Some("quarantined"));
        assert_eq!(state_of_b(&federation), before, "{backend:?}");
        let done = b.sync(None, false).await.unwrap();
        assert_eq!(of(&done, "platform-a").error.as_deref(), Some("quarantined"));
    }
}

async fn plan(node: &Arc<Node>) -> PublicationPlan {
    dry_run(node).await.sends.unwrap()
}

/// Additions and removals of the only list that would change.
fn counts(plan: &PublicationPlan) -> (u64, u64, usize) {
    let [list] = &plan.lists[..] else {
        unreachable!("{plan:?}")
    };
    assert_eq!(
        (list.audience.as_str(), list.subject_type.as_str()),
        ("all", "seller")
    );
    (list.additions, list.removals, list.readers)
}

#[tokio::test]
async fn a_dry_run_counts_what_would_be_sent_and_what_is_kept_back_by_reason_and_sends_nothing() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        assert_eq!(plan(&a).await, PublicationPlan::default());
        let mut subject = company(CODE);
        subject
            .identifiers
            .push(identifier("email", "seller@shop.example.cn"));
        let new = entry(subject, a.now());
        let recorded = a.record_entry(&operator(), new).await.unwrap().entry;
        let mut incomplete = entry(company("91130105MA0FRNGTXX"), a.now());
        incomplete.evidence.clear();
        a.record_entry(&operator(), incomplete).await.unwrap();
        let Explanation::Entry(explained) = a.explain(&recorded.id.to_string()).await.unwrap() else {
            unreachable!("an entry's id names an entry");
        };
        let of = |outcome| {
            explained
                .forms
                .iter()
                .filter(|form| form.outcome == outcome)
                .count() as u64
        };
        federation.network.forget_what_was_said();
        let waiting = plan(&a).await;
        assert_eq!(counts(&waiting), (of(FormOutcome::Waiting), 0, 2));
        let kept = ("committee_too_small".to_owned(), of(FormOutcome::Withheld));
        assert_eq!(waiting.withheld, [kept.clone()].into());
        assert_eq!(waiting.local, [("incomplete".to_owned(), 1)].into());
        let store = federation.store("platform-a");
        assert!(store.heads_in_force(Some(a.id())).unwrap().is_empty());
        assert!(store.tokens_of(&[recorded.id]).unwrap().is_empty());
        assert_eq!(store.meta("published_through").unwrap(), None);
        assert!(federation.network.notices_to(&id("platform-b")).is_empty());

        a.publish_changes().await.unwrap();
        let published = plan(&a).await;
        assert!(published.lists.is_empty(), "{published:?}");
        assert_eq!(published.withheld, [kept].into());
        assert!(dry_run(&a).await.is_idle());
        let event = NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        a.apply_event(&operator(), recorded.id, recorded.revision, event)
            .await
            .unwrap();
        assert_eq!(counts(&plan(&a).await), (0, of(FormOutcome::Waiting), 2));
        a.publish_changes().await.unwrap();
        assert!(plan(&a).await.lists.is_empty());
    }
}

#[tokio::test]
async fn each_peer_is_told_of_as_it_is_done_and_the_summary_holds_all_of_them() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    record(&a, CODE).await;
    a.publish_changes().await.unwrap();
    federation.network.stop(&id("regulator"));
    let told = Mutex::new(BTreeSet::new());
    let tell = |peer: &PeerSync| {
        told.lock().unwrap().insert(peer.peer.clone());
    };
    let report = b.sync_telling(None, false, tell).await.unwrap();
    let all: BTreeSet<_> = report.peers.iter().map(|peer| peer.peer.clone()).collect();
    assert_eq!(told.into_inner().unwrap(), all);
    let summary = SyncSummary::from(&report);
    assert_eq!((summary.peers, summary.lists, summary.unchanged), (2, 1, 0));
    assert_eq!(
        summary.failed,
        [(id("regulator"), "unreachable".to_owned())].into()
    );
    assert_eq!(
        (summary.status_items, summary.bytes),
        (1, of(&report, "platform-a").bytes)
    );
}
