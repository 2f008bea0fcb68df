//! Why something was, or wasn't, sent or matched.

use std::sync::Arc;

use lianfang_flow::{FlowError, Node};
use lianfang_wire::entry::NewEvent;
use lianfang_wire::explanation::{Arrival, EntryExplanation, Explanation, FormOutcome};
use lianfang_wire::vocabulary::EventType;

use crate::harness::{
    BACKENDS, Federation, company, entry, identifier, operator, screening, shared_with, withdraw,
};

const CODE: &str = "91110108661572276L";

async fn explain_entry(node: &Arc<Node>, id: uuid::Uuid) -> EntryExplanation {
    match node.explain(&id.to_string()).await.unwrap() {
        Explanation::Entry(entry) => *entry,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn an_entry_says_form_by_form_what_is_out_what_waits_and_which_rule_keeps_the_rest() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let mut subject = company(CODE);
        subject
            .identifiers
            .push(identifier("email", "seller@shop.example.cn"));
        let recorded = a
            .record_entry(&operator(), entry(subject, a.now()))
            .await
            .unwrap();
        let id = recorded.entry.id;
        let waiting = explain_entry(&a, id).await;
        let of_company = |outcome| move |form: &&_| outcome_of(form) == outcome;
        assert_eq!(waiting.sequence, None);
        assert_eq!(
            waiting
                .forms
                .iter()
                .filter(of_company(FormOutcome::Waiting))
                .count(),
            2
        );
        a.publish_changes().await.unwrap();
        let published = explain_entry(&a, id).await;
        assert_eq!(published.sequence, Some(1));
        assert_eq!(
            published
                .forms
                .iter()
                .filter(of_company(FormOutcome::Published))
                .count(),
            2
        );
        let email = published.forms.iter().find(|form| form.kind == "email").unwrap();
        assert_eq!(email.outcome, FormOutcome::Withheld);
        assert_eq!(email.reason.as_deref(), Some("committee_too_small"));
        assert!(email.rule.is_some());
        let withdrawal = NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        a.apply_event(&operator(), id, recorded.entry.revision, withdrawal)
            .await
            .unwrap();
        let leaving = explain_entry(&a, id).await;
        assert_eq!(
            leaving
                .forms
                .iter()
                .filter(of_company(FormOutcome::Leaving))
                .count(),
            2
        );
        a.publish_changes().await.unwrap();
        let gone = explain_entry(&a, id).await;
        assert!(
            gone.forms
                .iter()
                .all(|form| form.outcome == FormOutcome::Withheld)
        );
        assert!(
            gone.forms
                .iter()
                .all(|form| form.reason.as_deref() == Some("state"))
        );
    }
}

#[tokio::test]
async fn an_entry_says_which_of_its_identifiers_cannot_be_read() {
    for backend in BACKENDS {
        let (_federation, a, _) = Federation::of_two(backend).await;
        let mut subject = company(CODE);
        subject
            .identifiers
            .insert(0, identifier("cn_uscc", "91110108661572276M"));
        let new = entry(subject, a.now());
        let id = a.record_entry(&operator(), new).await.unwrap().entry.id;
        let explained = explain_entry(&a, id).await;
        assert!(explained.forms.iter().all(|form| form.index == 1), "{backend:?}");
        let rejected: Vec<_> = explained
            .rejected
            .iter()
            .map(|identifier| (identifier.index, identifier.reason.as_deref()))
            .collect();
        assert_eq!(rejected, [(0, Some("check_digit"))], "{backend:?}");
    }
}

fn outcome_of(form: &lianfang_wire::explanation::FormExplanation) -> FormOutcome {
    form.outcome
}

#[tokio::test]
async fn members_outside_the_audience_are_named_as_such_and_readers_by_what_they_hold() {
    let (mut federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    federation.join("platform-d", "DE", &[]).await;
    let new = shared_with("cn", entry(company(CODE), a.now()));
    let id = a.record_entry(&operator(), new).await.unwrap().entry.id;
    a.publish_changes().await.unwrap();
    let reader = |explained: &EntryExplanation, name: &str| {
        let mut readers = explained.readers.iter();
        let reader = readers.find(|reader| reader.peer.as_str() == name).unwrap();
        (reader.may_read, reader.acknowledged)
    };
    let before = explain_entry(&a, id).await;
    assert_eq!(reader(&before, "platform-b"), (true, None));
    assert_eq!(reader(&before, "platform-d"), (false, None));
    b.sync(None, false).await.unwrap();
    assert_eq!(
        reader(&explain_entry(&a, id).await, "platform-b"),
        (true, Some(1))
    );
    federation.network.stop(b.id());
    assert_eq!(
        reader(&explain_entry(&a, id).await, "platform-b"),
        (true, Some(1))
    );
}

/// Whether the list and the status item got to a member, and whether it was asked just now.
fn arrival(explained: &EntryExplanation, name: &str) -> (Arrival, Arrival, bool) {
    let mut readers = explained.readers.iter();
    let reader = readers.find(|reader| reader.peer.as_str() == name).unwrap();
    assert_eq!(
        reader.said_at.is_some(),
        reader.list != Arrival::Unknown && reader.status != Arrival::Unknown
    );
    (reader.list, reader.status, reader.answered)
}

async fn record(node: &Arc<Node>, code: &str) -> lianfang_wire::entry::Entry {
    let new = entry(company(code), node.now());
    node.record_entry(&operator(), new).await.unwrap().entry
}

#[tokio::test]
async fn whoever_took_a_removal_over_has_it_whatever_the_list_became_since_and_when_it_is_gone_too() {
    use Arrival::{Behind, TakenOver, Unknown};
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let never_heard = federation.join("platform-d", "CN", &[]).await;
        federation.network.stop(never_heard.id());
        let recorded = record(&a, CODE).await;
        a.publish_changes().await.unwrap();
        for node in [&b, &c] {
            node.sync(None, false).await.unwrap();
        }
        let published = explain_entry(&a, recorded.id).await;
        assert_eq!(
            (published.came, published.left, published.status),
            (Some(1), None, Some(1))
        );
        for name in ["platform-b", "platform-c"] {
            assert_eq!(arrival(&published, name), (TakenOver, TakenOver, true));
        }
        // The regulator, who never synced, said that it has nothing.
        assert_eq!(arrival(&published, "regulator"), (Behind, Behind, true));

        withdraw(&a, &recorded).await;
        a.publish_changes().await.unwrap();
        let removed = explain_entry(&a, recorded.id).await;
        assert_eq!(
            (removed.came, removed.left, removed.status),
            (None, Some(2), Some(2))
        );
        assert_eq!(arrival(&removed, "platform-b"), (Behind, Behind, true));
        b.sync(None, false).await.unwrap();
        record(&a, "91130105MA0FRNGTXX").await;
        a.publish_changes().await.unwrap();
        a.build_digests().await.unwrap();
        let later = explain_entry(&a, recorded.id).await;
        assert_eq!((later.left, later.status), (Some(2), Some(2)));
        assert!(later.sequence > Some(2));
        assert_eq!(arrival(&later, "platform-b"), (TakenOver, TakenOver, true));
        assert_eq!(arrival(&later, "platform-c"), (Behind, Behind, true));

        federation.network.stop(b.id());
        let gone = explain_entry(&a, recorded.id).await;
        assert_eq!(arrival(&gone, "platform-b"), (TakenOver, TakenOver, false));
        let a = federation.restart("platform-a").await;
        let gone = explain_entry(&a, recorded.id).await;
        assert_eq!(arrival(&gone, "platform-b"), (TakenOver, TakenOver, false));
        assert_eq!(arrival(&gone, "platform-d"), (Unknown, Unknown, false));
    }
}

#[tokio::test]
async fn a_base_that_folds_a_removal_in_is_the_version_with_which_it_left() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let (first, second) = (record(&a, CODE).await, record(&a, "91130105MA0FRNGTXX").await);
        a.build_digests().await.unwrap();
        withdraw(&a, &first).await;
        b.sync(None, false).await.unwrap();
        // Never as a delta: the night comes first.
        a.build_digests().await.unwrap();
        let removed = explain_entry(&a, first.id).await;
        assert_eq!((removed.came, removed.left), (None, Some(2)));
        assert_eq!(
            arrival(&removed, "platform-b"),
            (Arrival::Behind, Arrival::TakenOver, true)
        );
        let stays = explain_entry(&a, second.id).await;
        assert_eq!((stays.came, stays.left), (Some(1), None));
        assert_eq!(
            arrival(&stays, "platform-b"),
            (Arrival::TakenOver, Arrival::TakenOver, true)
        );
    }
}

#[tokio::test]
async fn what_a_reader_has_is_heard_by_the_way_when_the_publisher_syncs_and_asked_once() {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let recorded = record(&a, CODE).await;
    a.publish_changes().await.unwrap();
    withdraw(&a, &recorded).await;
    a.publish_changes().await.unwrap();
    b.sync(None, false).await.unwrap();
    federation.node("regulator").sync(None, false).await.unwrap();
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    federation.network.tamper(Box::new(move |what, answer| {
        counted.fetch_add(usize::from(what == "seen"), std::sync::atomic::Ordering::Relaxed);
        answer
    }));
    for _ in 0..3 {
        a.sync(None, false).await.unwrap();
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 2);
    }
    federation.network.stop(b.id());
    let gone = explain_entry(&a, recorded.id).await;
    assert_eq!(
        arrival(&gone, "platform-b"),
        (Arrival::TakenOver, Arrival::TakenOver, false)
    );
}

#[tokio::test]
async fn a_peer_is_explained_by_what_is_held_of_it_and_what_it_may_read() {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.publish_changes().await.unwrap();
    b.sync(None, false).await.unwrap();
    let Explanation::Peer(of_b) = a.explain("platform-b").await.unwrap() else {
        unreachable!("a member's id names a member");
    };
    assert_eq!(of_b.lists.len(), 1);
    assert!(of_b.lists[0].may_read);
    assert_eq!(of_b.lists[0].acknowledged, Some(1));
    let Explanation::Peer(of_a) = b.explain("platform-a").await.unwrap() else {
        unreachable!("a member's id names a member");
    };
    assert_eq!((of_a.peer.lists.len(), of_a.lists.len()), (1, 0));
}

#[tokio::test]
async fn a_screening_is_explained_as_it_was_given_and_what_nobody_knows_not_at_all() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let answer = a.screen(&operator(), screening(company(CODE))).await.unwrap();
    let explained = a.explain(&answer.id.to_string()).await.unwrap();
    assert_eq!(explained, Explanation::Screening(Box::new(answer)));
    for unknown in [
        "00000000-0000-4000-8000-000000000000",
        "platform-z",
        "No Such Thing",
    ] {
        let refused = a.explain(unknown).await.unwrap_err();
        assert!(matches!(refused, FlowError::NotFound), "{unknown}");
    }
}
