//! The n-th statement of a store fails, for every n: each flow stays consistent and can be repeated.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_flow::{FlowError, Node};
use lianfang_store::{AuditRow, Store};
use lianfang_wire::alert::{AlertDecision, AlertOutcome};
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::event::EventHeader;
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::roster::NewMonitoredSubject;
use lianfang_wire::screening::{DecisionOutcome, ScreeningDecision};
use lianfang_wire::vocabulary::{BrakeAction, EventType, StateName, VerdictName};
use uuid::Uuid;

use crate::alerts::{alerts, watch};
use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const CODE: &str = "91110108661572276L";
/// No flow here has as many statements.
pub(crate) const MOST: u64 = 2_000;

/// Runs `attempt` with the n-th statement of `store` failing, then again without a failure, for every n that it reaches.
/// `attempt` is told its round, so that each has a subject of its own, and has to bear to be repeated.
pub(crate) async fn for_every_statement(
    store: &Store,
    mut attempt: impl AsyncFnMut(u64) -> Result<(), FlowError>,
) {
    for n in 1..MOST {
        store.fail_statement(n);
        let outcome = attempt(n).await;
        let reached = store.stop_failing();
        if !reached {
            outcome.unwrap();
            return;
        }
        attempt(n)
            .await
            .unwrap_or_else(|error| panic!("repeated after statement {n}: {error}"));
    }
    panic!("no end after {MOST} statements");
}

/// The chain holds, and every entry has exactly the events that its revision says.
pub(crate) fn check_chain(federation: &Federation, name: &str) {
    let node = federation.node(name);
    let key = federation.signing_key(name).public();
    let store = federation.store(name);
    let (mut previous, mut events) = ([0; 32], BTreeMap::<Uuid, u64>::new());
    for (place, event) in store.events_after(0, usize::MAX).unwrap().into_iter().enumerate() {
        let header = EventHeader {
            fed: node.trust().federation(),
            publisher: node.id().clone(),
            seq: event.seq,
            at: event.at,
            previous: event.previous_hash,
            commitment: event.commitment,
        };
        assert_eq!((event.seq, event.previous_hash), (place as u64 + 1, previous));
        header.verify(&key, &event.signature).unwrap();
        previous = header.hash();
        *events.entry(event.entry_id).or_default() += 1;
    }
    assert_eq!(store.event_head().unwrap().hash, previous);
    let ids: Vec<_> = events.keys().copied().collect();
    let entries = store.entries(&ids).unwrap();
    assert_eq!(entries.len(), events.len());
    for entry in entries {
        assert_eq!(entry.revision, events[&entry.id]);
    }
}

fn count(store: &Store) -> usize {
    store
        .entries_page(&lianfang_store::EntryFilter::default(), 0, usize::MAX)
        .unwrap()
        .len()
}

async fn record(node: &Arc<Node>, reference: &str) -> Result<Entry, FlowError> {
    let mut new = entry(company(CODE), node.now());
    new.client_reference = Some(reference.to_owned());
    Ok(node.record_entry(&operator(), new).await?.entry)
}

async fn withdraw(node: &Arc<Node>, entry: &Entry) -> Result<(), FlowError> {
    let event = NewEvent {
        kind: EventType::Withdrawn,
        reason: Some("test".to_owned()),
        reference: None,
    };
    node.apply_event(&operator(), entry.id, entry.revision, event)
        .await
        .map(drop)
}

#[tokio::test]
async fn an_entry_is_recorded_once_or_not_at_all() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let store = federation.store("platform-a");
        let mut rounds = 0;
        for_every_statement(store, async |round| {
            rounds = round as usize;
            record(&a, &format!("case-{round}")).await.map(drop)
        })
        .await;
        assert_eq!(count(store), rounds);
        check_chain(&federation, "platform-a");
    }
}

#[tokio::test]
async fn a_batch_is_imported_once_or_not_at_all() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let store = federation.store("platform-a");
        let mut rounds = 0;
        for_every_statement(store, async |round| {
            rounds = round as usize;
            let line = |line: u64| {
                let mut new = entry(company(CODE), a.now());
                new.client_reference = Some(format!("case-{round}-{line}"));
                (line, Ok(new))
            };
            let results = a.record_entries(&operator(), (1..=3).map(line).collect()).await?;
            assert!(
                results.iter().all(|result| result.problem.is_none()),
                "{results:?}"
            );
            Ok(())
        })
        .await;
        assert_eq!(count(store), 3 * rounds);
        check_chain(&federation, "platform-a");
    }
}

#[tokio::test]
async fn a_withdrawal_happens_once_or_not_at_all() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let store = federation.store("platform-a");
        let mut entries = BTreeMap::new();
        for round in 1..=200 {
            entries.insert(round, record(&a, &format!("case-{round}")).await.unwrap().id);
        }
        for_every_statement(store, async |round| {
            let present = a.entry(entries[&round]).await?;
            if present.state == StateName::Withdrawn {
                return Ok(());
            }
            withdraw(&a, &present).await
        })
        .await;
        assert_eq!(count(store), 200);
        check_chain(&federation, "platform-a");
    }
}

/// What a publisher says a reader can verify, and confirms.
async fn check_spread(federation: &Federation) {
    let b = federation.node("platform-b");
    let report = b.sync(None, false).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
}

#[tokio::test]
async fn a_base_is_in_force_with_its_records_or_not_at_all() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let store = federation.store("platform-a");
        for_every_statement(store, async |round| {
            record(&a, &format!("case-{round}")).await?;
            a.build_digests().await?;
            Ok(())
        })
        .await;
        check_spread(&federation).await;
        check_chain(&federation, "platform-a");
    }
}

#[tokio::test]
async fn a_delta_is_in_force_with_its_records_or_not_at_all() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, "first").await.unwrap();
        a.build_digests().await.unwrap();
        let store = federation.store("platform-a");
        for_every_statement(store, async |round| {
            let code = ["91350100M000100Y43", "91130105MA0FRNGTXX"][(round % 2) as usize];
            let mut new = entry(company(code), a.now());
            new.client_reference = Some(format!("case-{round}"));
            a.record_entry(&operator(), new).await?;
            a.publish_changes().await?;
            Ok(())
        })
        .await;
        check_spread(&federation).await;
        check_chain(&federation, "platform-a");
        let answer = b
            .screen(&operator(), screening(company("91130105MA0FRNGTXX")))
            .await
            .unwrap();
        assert_eq!(answer.verdict, VerdictName::Block);
    }
}

#[tokio::test]
async fn a_sync_takes_a_list_over_whole_or_not_at_all() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let store = federation.store("platform-b");
        let mut round_seen = 0;
        for_every_statement(store, async |round| {
            if round != round_seen {
                round_seen = round;
                record(&a, &format!("case-{round}")).await?;
                a.publish_changes().await?;
            }
            let report = b.sync(None, false).await?;
            let failed = report.peers.iter().find_map(|peer| peer.error.clone());
            match failed {
                None => Ok(()),
                Some(_) => Err(FlowError::Internal("a peer wasn't synced")),
            }
        })
        .await;
        check_spread(&federation).await;
        let all = "all".parse().unwrap();
        let heard = store
            .heard_status(&id("platform-a"), &all, 0, usize::MAX)
            .unwrap();
        assert_eq!(heard.len(), count(federation.store("platform-a")));
    }
}

#[tokio::test]
async fn a_screening_that_was_answered_is_kept_with_its_audit_row() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, "first").await.unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        let store = federation.store("platform-b");
        let mut answered = Vec::new();
        for_every_statement(store, async |_| {
            let answer = b.screen(&operator(), screening(company(CODE))).await?;
            answered.push(answer.id);
            Ok(())
        })
        .await;
        let audit = store
            .audit_page(lianfang_encoding::Timestamp::default(), None, usize::MAX)
            .unwrap();
        for id in answered {
            assert_eq!(b.screening(id).await.unwrap().id, id);
            let rows = audit.iter().filter(|row| row.object == id.to_string()).count();
            assert_eq!(rows, 1, "{id}");
        }
    }
}

#[tokio::test]
async fn a_subject_is_taken_into_the_roster_once() {
    for backend in BACKENDS {
        let (federation, _, b) = Federation::of_two(backend).await;
        let store = federation.store("platform-b");
        let mut rounds = 0;
        for_every_statement(store, async |round| {
            rounds = round;
            let subject = NewMonitoredSubject {
                subject: company(CODE),
            };
            b.put_subject(&operator(), format!("shop-{round}"), subject)
                .await
                .map(drop)
        })
        .await;
        assert_eq!(b.roster_status().await.unwrap().subjects, rounds);
    }
}

#[tokio::test]
async fn an_alert_is_resolved_once() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        // One seller has every shop here: no brake.
        federation.brake.hits_per_million = 1_000_000;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        record(&a, "first").await.unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        for round in 0..60 {
            watch(&b, &format!("shop-{round}"), company(CODE)).await;
        }
        let open = alerts(&b).await;
        assert_eq!(open.len(), 60);
        let store = federation.store("platform-b");
        for_every_statement(store, async |round| {
            let decision = AlertDecision {
                outcome: AlertOutcome::NotOurs,
                reviewer: "staff-7".to_owned(),
                reason: "another company".to_owned(),
            };
            b.resolve_alert(&operator(), open[round as usize].id, decision)
                .await
                .map(drop)
        })
        .await;
        let audit = store
            .audit_page(lianfang_encoding::Timestamp::default(), None, usize::MAX)
            .unwrap();
        for alert in alerts(&b).await.iter().filter(|alert| alert.decision.is_some()) {
            let told = audit
                .iter()
                .any(|row| row.action.contains("resolve") && row.object == alert.id.to_string());
            assert!(told, "a decision without its audit row");
        }
    }
}

/// Lines of the audit log that tell of `action` on `object`.
pub(crate) fn lines(store: &Store, action: &str) -> impl Iterator<Item = AuditRow> {
    let audit = store
        .audit_page(lianfang_encoding::Timestamp::default(), None, usize::MAX)
        .unwrap();
    audit.into_iter().filter(move |row| row.action == action)
}

pub(crate) fn told(store: &Store, action: &str, object: &str) -> Vec<String> {
    let of = |row: &AuditRow| row.object == object;
    lines(store, action).filter(of).map(|row| row.outcome).collect()
}

#[tokio::test]
async fn what_is_recorded_and_what_becomes_of_it_stand_with_their_audit_rows_or_not_at_all() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let store = federation.store("platform-a");
        for n in 1.. {
            assert!(n < MOST, "no end");
            let entry = record(&a, &format!("whole-{n}")).await.unwrap();
            store.fail_statement(n);
            let recorded = record(&a, &format!("case-{n}")).await;
            let withdrawn = withdraw(&a, &entry).await;
            let reached = store.stop_failing();
            let recorded_now = lines(store, "record_entry").count();
            assert_eq!(recorded_now, count(store), "statement {n}");
            let moved = store.entry(entry.id).unwrap().revision > entry.revision;
            let told = told(store, "apply_event", &entry.id.to_string()).len();
            assert_eq!(told, usize::from(moved), "statement {n}");
            if !reached {
                recorded.unwrap();
                withdrawn.unwrap();
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_decision_about_a_screening_stands_with_its_audit_row_or_not_at_all() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, "first").await.unwrap();
        let store = federation.store("platform-b");
        let mut screened = Vec::new();
        for _ in 0..30 {
            let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
            screened.push(answer.id);
        }
        let decision = || ScreeningDecision {
            outcome: DecisionOutcome::Accepted,
            reviewer: "staff-7".to_owned(),
            reason: "papers seen".to_owned(),
        };
        let mut ended = false;
        for (n, id) in (1..).zip(screened) {
            store.fail_statement(n);
            let decided = b.decide(&operator(), id, decision()).await;
            let reached = store.stop_failing();
            let stands = store.screening(id).unwrap().decision.is_some();
            let lines = told(store, "decide", &id.to_string()).len();
            assert_eq!(lines, usize::from(stands), "statement {n}");
            if !reached {
                decided.unwrap();
                assert!(stands);
                ended = true;
                break;
            }
            b.decide(&operator(), id, decision()).await.unwrap();
            assert_eq!(told(store, "decide", &id.to_string()).len(), 1);
        }
        assert!(ended, "no end");
    }
}

#[tokio::test]
async fn a_publisher_is_held_back_with_the_audit_row_or_not_at_all() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let store = federation.store("platform-b");
        let hold = || BrakeDecision {
            action: BrakeAction::Quarantine,
            reason: "looks odd".to_owned(),
        };
        for n in 1.. {
            assert!(n < MOST, "no end");
            let before = told(store, "brake", a.id().as_str()).len();
            store.fail_statement(n);
            let decided = b.decide_brake(&operator(), a.id(), hold()).await;
            let reached = store.stop_failing();
            let told = told(store, "brake", a.id().as_str()).len() > before;
            let held = store
                .peers()
                .unwrap()
                .iter()
                .any(|peer| peer.quarantine.is_some());
            assert_eq!(told, held, "statement {n}");
            if !reached {
                decided.unwrap();
                assert!(held);
                break;
            }
            let freed = BrakeDecision {
                action: BrakeAction::Release,
                reason: "looked at".to_owned(),
            };
            let begun = b.decide_brake(&operator(), a.id(), freed).await;
            begun.unwrap().unwrap().await.unwrap();
        }
    }
}
