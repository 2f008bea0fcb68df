//! What a restored node had told after its backup was made is repeated before anything is published again, whatever fails
//! on the way.

use std::sync::Arc;

use lianfang_flow::{Node, Recovery, RestorePlan};
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::feed::StatusItem;
use lianfang_wire::vocabulary::{EventType, StateName, VerdictName};

use crate::harness::{BACKENDS, Backup, Copy, Federation, company, entry, operator, screening};

const CODE: &str = "91110108661572276L";
const LOST: &str = "91350100M000100Y43";
/// No repetition has as many statements.
const MOST: u32 = 200;

async fn record(node: &Arc<Node>, code: &str) -> Entry {
    let new = entry(company(code), node.now());
    let recorded = node.record_entry(&operator(), new).await.unwrap().entry;
    node.publish_changes().await.unwrap();
    recorded
}

/// Lets most of the members hear of everything.
async fn spread(federation: &Federation, node: &Arc<Node>) {
    node.publish_changes().await.unwrap();
    for reader in ["platform-b", "regulator"] {
        let reader = federation.node(reader);
        assert!(reader.sync(None, false).await.unwrap().is_complete());
    }
}

/// Withdraws, and lets most of the members hear of it.
async fn withdraw(federation: &Federation, node: &Arc<Node>, entry: &Entry) {
    let event = NewEvent {
        kind: EventType::Withdrawn,
        reason: Some("test".to_owned()),
        reference: None,
    };
    node.apply_event(&operator(), entry.id, entry.revision, event)
        .await
        .unwrap();
    spread(federation, node).await;
}

/// The copy that goes on after `earlier` others.
fn over(earlier: u32) -> RestorePlan {
    RestorePlan {
        over: Some(earlier),
        ..RestorePlan::default()
    }
}

/// A copy whose first publication failed at its `n`-th statement and then succeeded, and whether it was done before that.
async fn stumbled(
    federation: &Federation,
    backup: &Backup,
    n: u32,
    is_done: impl AsyncFn(&Copy) -> bool,
) -> (Copy, bool) {
    let copy = federation.restored("platform-a", backup, over(n - 1)).await;
    assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
    copy.store.fail_statement(n.into());
    let outcome = copy.node.publish_changes().await;
    copy.store.stop_failing();
    let was_done = is_done(&copy).await;
    if outcome.is_err() {
        copy.node.publish_changes().await.unwrap();
    }
    (copy, was_done)
}

#[tokio::test]
async fn a_withdrawal_told_after_the_backup_is_repeated_whichever_statement_fails() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        let entry = record(&a, CODE).await;
        let backup = federation.back_up("platform-a");
        withdraw(&federation, &a, &entry).await;
        federation.network.stop(a.id());
        let is_withdrawn =
            async |copy: &Copy| copy.node.entry(entry.id).await.unwrap().state == StateName::Withdrawn;
        for n in 1.. {
            assert!(n < MOST, "no end");
            let (copy, was_repeated) = stumbled(&federation, &backup, n, &is_withdrawn).await;
            assert!(is_withdrawn(&copy).await, "statement {n}");
            if was_repeated {
                assert!(n > 10, "repeated although statement {n} failed");
                federation.network.add(Arc::clone(&copy.node));
                assert!(b.sync(None, false).await.unwrap().is_complete());
                let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
                assert_ne!(answer.verdict, VerdictName::Block);
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_is_lost_is_withdrawn_once_whichever_statement_fails() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        record(&a, CODE).await;
        let backup = federation.back_up("platform-a");
        let lost = record(&a, LOST).await.id;
        spread(&federation, &a).await;
        federation.network.stop(a.id());
        let all = "all".parse().unwrap();
        let said = |copy: &Copy| {
            let items = copy.store.status_after(&all, 0, 100).unwrap();
            let about = items.iter().filter(|item| item.entry_id == lost);
            let states = about.map(|item| StatusItem::read(&item.bytes).unwrap().state);
            states.collect::<Vec<_>>()
        };
        for n in 1.. {
            assert!(n < MOST, "no end");
            let is_withdrawn = async |copy: &Copy| said(copy).len() > 1;
            let (copy, was_said) = stumbled(&federation, &backup, n, &is_withdrawn).await;
            let told = [StateName::Active, StateName::Withdrawn];
            assert_eq!(said(&copy), told, "{backend:?}: statement {n}");
            if was_said {
                assert!(n > 5, "withdrawn although statement {n} failed");
                break;
            }
        }
    }
}
