//! Why something was, or wasn't, sent or matched.

use std::sync::Arc;

use lianfang_flow::{FlowError, Node};
use lianfang_wire::entry::NewEvent;
use lianfang_wire::explanation::{EntryExplanation, Explanation, FormOutcome};
use lianfang_wire::vocabulary::EventType;

use crate::harness::{BACKENDS, Federation, company, entry, identifier, operator, screening, shared_with};

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
    assert_eq!(reader(&explain_entry(&a, id).await, "platform-b"), (true, None));
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
