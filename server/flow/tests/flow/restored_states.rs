//! What had become of entries and alerts after the backup, as it stands once the node is restored from it.

use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::SubjectType;
use lianfang_flow::{FeedQuery, FlowError, Node, Recovery, RequestName, RestorePlan};
use lianfang_wire::ProblemType;
use lianfang_wire::alert::AlertState;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::{EventType, StateName, VerdictName};
use uuid::Uuid;

use crate::alerts::{states, watch};
use crate::feed::states_told;
use crate::harness::{BACKENDS, Backup, Copy, Federation, code, company, entry, id, operator};
use crate::restore::{BEFORE, apply, federation, record, spread, verdict};

const READERS: [&str; 2] = ["platform-b", "regulator"];
const DAY: Duration = Duration::from_secs(86_400);

/// platform-a as it comes back from the backup, with its incarnation, before it has repeated anything.
async fn restored(federation: &Federation, backup: &Backup) -> Copy {
    federation.network.stop(&id("platform-a"));
    let copy = federation
        .restored("platform-a", backup, RestorePlan::default())
        .await;
    assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
    federation.network.add(Arc::clone(&copy.node));
    copy
}

/// An entry of platform-a after these events, a day apart, of which everybody has heard.
async fn told(federation: &Federation, entry: Uuid, events: &[EventType]) {
    let a = federation.node("platform-a");
    for event in events {
        federation.clock.advance(DAY);
        apply(&a, entry, *event).await;
    }
    spread(federation, &a, &READERS).await;
}

async fn state(copy: &Copy, entry: Uuid) -> StateName {
    copy.node.entry(entry).await.unwrap().state
}

#[tokio::test]
async fn what_was_contested_after_the_backup_isn_t_active_again_however_it_went_on() {
    use EventType::{Contested, Corrected, Forwarded, Litigated, Released, Settled, Suspended, Withdrawn};
    let lives: [(&[EventType], StateName); 8] = [
        (&[Contested, Settled], StateName::Withdrawn),
        (&[Contested, Forwarded, Settled], StateName::Withdrawn),
        (&[Contested, Released], StateName::Withdrawn),
        (&[Contested, Withdrawn], StateName::Withdrawn),
        (&[Corrected], StateName::Corrected),
        (&[Contested, Forwarded], StateName::Contested),
        (&[Contested, Forwarded, Litigated], StateName::Contested),
        (&[Suspended, Released], StateName::Withdrawn),
    ];
    for backend in BACKENDS {
        let readers = ["platform-b", "regulator"];
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        let mut entries = Vec::new();
        for (n, (events, expected)) in (1..).zip(lives) {
            entries.push((record(&a, &code(n)).await, n, events, expected));
        }
        spread(&federation, &a, &readers).await;
        let backup = federation.back_up("platform-a");
        for (id, _, events, _) in &entries {
            for event in *events {
                federation.clock.advance(Duration::from_secs(1));
                apply(&a, *id, *event).await;
            }
        }
        spread(&federation, &a, &readers).await;
        federation.network.stop(&id("platform-a"));
        drop(a);
        let copy = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        federation.network.add(Arc::clone(&copy.node));
        spread(&federation, &copy.node, &readers).await;
        for (id, n, events, expected) in entries {
            let state = copy.node.entry(id).await.unwrap().state;
            assert_eq!(state, expected, "{backend:?}: {events:?}");
            let told = verdict(&federation, "platform-b", &code(n)).await;
            assert_ne!(told, VerdictName::Block, "{backend:?}: {events:?}");
        }
    }
}

#[tokio::test]
async fn a_restored_node_tells_regulators_what_it_had_said_after_the_backup() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        let kept = record(&a, BEFORE).await;
        spread(&federation, &a, &READERS).await;
        let backup = federation.back_up("platform-a");
        let lost = record(&a, &code(1)).await;
        apply(&a, kept, EventType::Contested).await;
        spread(&federation, &a, &READERS).await;
        drop(a);
        let copy = restored(&federation, &backup).await;
        let early = copy
            .node
            .feed(&id("regulator"), &FeedQuery::all_of(SubjectType::Seller))
            .await;
        let problem = early.unwrap_err().problem().kind();
        assert_eq!(
            problem,
            Some(ProblemType::Recovering),
            "its entries are older than that"
        );
        spread(&federation, &copy.node, &READERS).await;
        let told = states_told(&copy.node, "regulator").await;
        assert_eq!(told.get(&kept), Some(&StateName::Contested));
        assert!(told.contains_key(&lost), "{backend:?}: {told:?}");
        let elsewhere = states_told(&federation.node("regulator"), "regulator").await;
        assert_eq!(told, elsewhere, "{backend:?}");
    }
}

#[tokio::test]
async fn who_has_followed_alerts_before_a_restore_is_told_of_those_after_it() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        record(&a, BEFORE).await;
        spread(&federation, &a, &["platform-b", "regulator"]).await;
        watch(&b, "before", company(BEFORE)).await;
        let backup = federation.back_up("platform-b");
        for reference in ["lost-1", "lost-2", "lost-3"] {
            watch(&b, reference, company(BEFORE)).await;
        }
        let seen = b.last_alert_event().await.unwrap();
        federation.network.stop(&id("platform-b"));
        drop(b);
        let copy = federation
            .restored("platform-b", &backup, RestorePlan::default())
            .await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        watch(&copy.node, "afterwards", company(BEFORE)).await;
        let told = copy.node.alert_events(seen, 10).await.unwrap();
        let about: Vec<_> = told
            .iter()
            .map(|event| event.alert.client_reference.as_str())
            .collect();
        assert_eq!(about, ["afterwards"], "{backend:?}");
    }
}

#[tokio::test]
async fn what_was_recorded_after_the_backup_is_withdrawn_and_alerts_about_it_end() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        record(&a, BEFORE).await;
        spread(&federation, &a, &READERS).await;
        watch(&b, "shop", company(&code(1))).await;
        let backup = federation.back_up("platform-a");
        let lost = record(&a, &code(1)).await;
        spread(&federation, &a, &READERS).await;
        assert_eq!(states(&b).await, [AlertState::Open]);
        drop(a);
        let mut copy = restored(&federation, &backup).await;
        spread(&federation, &copy.node, &READERS).await;
        assert_eq!(states(&b).await, [AlertState::Closed], "{backend:?}");
        let withdrawn = i16::from(StateName::Withdrawn.number());
        for reader in READERS {
            let heard = federation.store(reader).peer_entry_state(&id("platform-a"), lost);
            assert_eq!(heard.unwrap().unwrap().state, withdrawn, "{backend:?}: {reader}");
        }
        let regulators = states_told(&copy.node, "regulator").await;
        assert_eq!(regulators[&lost], StateName::Withdrawn);
        let all = "all".parse().unwrap();
        let end = copy.store.audience_head(&all).unwrap();
        federation.restart_copy("platform-a", &mut copy).await;
        federation.network.add(Arc::clone(&copy.node));
        record(&copy.node, &code(1)).await;
        spread(&federation, &copy.node, &READERS).await;
        assert_eq!(copy.store.audience_head(&all).unwrap(), end + 1, "said once");
        assert_eq!(
            verdict(&federation, "platform-b", &code(1)).await,
            VerdictName::Block
        );
    }
}

#[tokio::test]
async fn what_was_completed_after_the_backup_is_withdrawn_and_can_be_completed_again() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        record(&a, BEFORE).await;
        let mut complete = entry(company(&code(1)), a.now());
        complete.client_reference = Some("case-1".to_owned());
        let mut incomplete = complete.clone();
        incomplete.evidence.clear();
        a.record_entry(&operator(), incomplete).await.unwrap();
        spread(&federation, &a, &READERS).await;
        watch(&b, "shop", company(&code(1))).await;
        let backup = federation.back_up("platform-a");
        let lost = a
            .record_entry(&operator(), complete.clone())
            .await
            .unwrap()
            .entry
            .id;
        spread(&federation, &a, &READERS).await;
        assert_eq!(states(&b).await, [AlertState::Open]);
        drop(a);
        let copy = restored(&federation, &backup).await;
        spread(&federation, &copy.node, &READERS).await;
        assert_eq!(states(&b).await, [AlertState::Closed], "{backend:?}");
        let regulators = states_told(&copy.node, "regulator").await;
        assert_eq!(regulators[&lost], StateName::Withdrawn);
        copy.node.record_entry(&operator(), complete).await.unwrap();
        spread(&federation, &copy.node, &READERS).await;
        assert_eq!(
            verdict(&federation, "platform-b", &code(1)).await,
            VerdictName::Block
        );
    }
}

#[tokio::test]
async fn what_was_upheld_in_time_isn_t_released_because_the_node_was_restored_after_its_clock() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let disputed = record(&federation.node("platform-a"), BEFORE).await;
        told(&federation, disputed, &[EventType::Contested]).await;
        let backup = federation.back_up("platform-a");
        told(&federation, disputed, &[EventType::Upheld]).await;
        federation.clock.advance(20 * DAY);
        let copy = restored(&federation, &backup).await;
        let early = copy.node.expire_entries().await.unwrap_err().problem();
        assert_eq!(early.kind(), Some(ProblemType::Recovering), "{backend:?}");
        copy.node.publish_changes().await.unwrap();
        assert_eq!(copy.node.expire_entries().await.unwrap(), 0);
        assert_eq!(state(&copy, disputed).await, StateName::Upheld, "{backend:?}");
    }
}

#[tokio::test]
async fn nobody_decides_on_what_the_backup_has_otherwise_than_it_was_told() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let over = record(&federation.node("platform-a"), BEFORE).await;
        told(&federation, over, &[]).await;
        let backup = federation.back_up("platform-a");
        told(&federation, over, &[EventType::Withdrawn]).await;
        let copy = restored(&federation, &backup).await;
        let revision = copy.node.entry(over).await.unwrap().revision;
        let contested = NewEvent {
            kind: EventType::Contested,
            reason: None,
            reference: None,
        };
        let decided = copy
            .node
            .apply_event(&operator(), over, revision, contested)
            .await;
        assert!(
            matches!(decided, Err(FlowError::Stale(_))),
            "{backend:?}: {decided:?}"
        );
        assert_eq!(state(&copy, over).await, StateName::Withdrawn);
    }
}

#[tokio::test]
async fn a_contest_that_was_begun_anew_after_the_backup_runs_by_its_own_clock() {
    use EventType::{Contested, Suspended, Upheld};
    let lives: [(&[EventType], StateName); 3] = [
        (&[Upheld, Contested], StateName::Contested),
        (&[Upheld, Contested, Upheld], StateName::Upheld),
        (&[Upheld, Suspended], StateName::Suspended),
    ];
    for backend in BACKENDS {
        for (events, expected) in lives {
            let federation = federation(backend, &["platform-b"]).await;
            let disputed = record(&federation.node("platform-a"), BEFORE).await;
            told(&federation, disputed, &[Contested]).await;
            let first = federation.node("platform-a").entry(disputed).await.unwrap();
            let backup = federation.back_up("platform-a");
            federation.clock.advance(10 * DAY);
            told(&federation, disputed, events).await;
            let before = federation.node("platform-a").entry(disputed).await.unwrap();
            let copy = restored(&federation, &backup).await;
            spread(&federation, &copy.node, &READERS).await;
            let after = copy.node.entry(disputed).await.unwrap();
            assert_eq!(
                (after.state, after.deadline),
                (expected, before.deadline),
                "{events:?}"
            );
            federation
                .clock
                .advance(first.deadline.unwrap().since(copy.node.now()));
            copy.node.expire_entries().await.unwrap();
            assert_eq!(state(&copy, disputed).await, expected, "{backend:?}: {events:?}");
        }
    }
}

/// Readers take the latest of what was said.
#[tokio::test]
async fn what_follows_a_contest_that_was_told_at_the_peers_time_counts_after_a_restore_too() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b", "platform-c"]).await;
        let a = federation.node("platform-a");
        let entry = record(&a, BEFORE).await;
        spread(&federation, &a, &READERS).await;
        let backup = federation.back_up("platform-a");
        for other in ["regulator", "platform-b", "platform-c"] {
            federation.put_ahead(other, DAY * 6);
        }
        a.sync(None, false).await.unwrap();
        apply(&a, entry, EventType::Contested).await;
        spread(&federation, &a, &READERS).await;
        drop(a);
        let copy = restored(&federation, &backup).await;
        spread(&federation, &copy.node, &READERS).await;
        apply(&copy.node, entry, EventType::Upheld).await;
        spread(&federation, &copy.node, &READERS).await;
        let upheld = i16::from(StateName::Upheld.number());
        for reader in READERS {
            let heard = federation
                .store(reader)
                .peer_entry_state(&id("platform-a"), entry);
            assert_eq!(heard.unwrap().unwrap().state, upheld, "{backend:?}: {reader}");
        }
    }
}

#[tokio::test]
async fn a_request_whose_entry_was_lost_records_another_one_when_it_is_sent_again() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        let (new, name) = (entry(company(BEFORE), a.now()), Some(RequestName::new([7; 32])));
        let record = async |node: &Arc<Node>| {
            let recorded = node
                .record_entry_once(&operator(), new.clone(), name)
                .await
                .unwrap();
            (recorded.entry.id, recorded.created)
        };
        let backup = federation.back_up("platform-a");
        let (lost, _) = record(&a).await;
        spread(&federation, &a, &READERS).await;
        drop(a);
        let copy = restored(&federation, &backup).await;
        spread(&federation, &copy.node, &READERS).await;
        let (again, is_new) = record(&copy.node).await;
        assert!(
            is_new && again != lost,
            "{backend:?}: everybody was told that {lost} is over"
        );
        assert_eq!(record(&copy.node).await, (again, false));
        let line = (0, Ok(new.clone()));
        let batch = copy.node.record_entries_once(&operator(), vec![line], name).await;
        assert_eq!(batch.unwrap()[0].id, Some(again));
        spread(&federation, &copy.node, &READERS).await;
        assert_eq!(
            verdict(&federation, "platform-b", BEFORE).await,
            VerdictName::Block
        );
    }
}

#[tokio::test]
async fn a_node_that_is_restored_while_no_token_key_counts_publishes_once_one_does() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        let mut long = entry(company(BEFORE), a.now());
        long.expires = a.now() + DAY * 700;
        a.record_entry(&operator(), long).await.unwrap();
        spread(&federation, &a, &READERS).await;
        let backup = federation.back_up("platform-a");
        drop(a);
        federation.clock.advance(DAY * 366);
        let copy = restored(&federation, &backup).await;
        copy.node.publish_changes().await.unwrap();
        let governor = federation.node("regulator");
        governor.extend_membership(&operator(), 365).await.unwrap();
        for node in [&copy.node, &b] {
            node.sync(None, false).await.unwrap();
        }
        spread(&federation, &copy.node, &READERS).await;
        let answer = verdict(&federation, "platform-b", BEFORE).await;
        assert_eq!(answer, VerdictName::Block, "{backend:?}");
    }
}
