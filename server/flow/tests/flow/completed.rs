//! An entry that lacks what sharing asks for is completed by posting it again, as long as nobody has been told of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lianfang_flow::{EntryFilter, FlowError, Node, Recorded, RequestName};
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, Evidence, NewEntry, NewEvent, Source};
use lianfang_wire::vocabulary::{BasisType, Category, EventType, EvidenceGrade, StateName, VerdictName};

use crate::harness::{
    BACKENDS, Federation, company, entry, event, id, identifier, operator, screening, shared_with, withdraw,
};
use crate::statements::{check_chain, for_every_statement};

const CODE: &str = "91110108661572276L";
const OTHER: &str = "91130105MA0FRNGTXX";

fn complete(node: &Node) -> NewEntry {
    let mut new = entry(company(CODE), node.now());
    new.client_reference = Some("case-1".to_owned());
    new
}

/// As an old closure is known: without evidence.
fn incomplete(node: &Node) -> NewEntry {
    let mut new = complete(node);
    new.evidence.clear();
    new
}

async fn record(node: &Arc<Node>, new: &NewEntry) -> Recorded {
    node.record_entry(&operator(), new.clone()).await.unwrap()
}

async fn verdict(node: &Arc<Node>) -> VerdictName {
    let answer = node.screen(&operator(), screening(company(CODE))).await.unwrap();
    answer.verdict
}

async fn assert_taken(node: &Arc<Node>, new: NewEntry) {
    let before = entries(node).await;
    match node.record_entry(&operator(), new).await {
        Err(FlowError::Problem(ProblemType::Conflict, _)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(entries(node).await, before);
}

async fn entries(node: &Arc<Node>) -> Vec<Entry> {
    let filter = EntryFilter {
        state: None,
        cursor: None,
        limit: 500,
    };
    node.entries(filter).await.unwrap().items
}

#[tokio::test]
async fn what_was_missing_comes_under_the_same_reference_and_the_entry_is_told_from_then_on() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "DE", &["platform-a"]).await;
        let (before, after) = (shared_with("cn", incomplete(&a)), complete(&a));
        let first = record(&a, &before).await;
        assert_eq!(first.entry.local_reason.as_deref(), Some("incomplete"));
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b).await, VerdictName::Clear, "{backend:?}");

        federation.clock.advance(Duration::from_secs(60));
        let then = record(&a, &after).await;
        assert!(then.created, "{backend:?}");
        assert_eq!((then.entry.revision, &then.entry.content), (1, &after));
        assert_eq!(then.entry.local_reason, None);
        let replaced = a.entry(first.entry.id).await.unwrap();
        assert_eq!(replaced.state, StateName::Corrected, "{backend:?}");
        let last = a.timeline(replaced.id).await.unwrap().pop().unwrap();
        assert_eq!(last.reference, Some(then.entry.id.to_string()), "{backend:?}");
        assert_eq!(then.entry.evidence_grade, EvidenceGrade::Documented);
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b).await, VerdictName::Block, "{backend:?}");
        let again = record(&a, &after).await;
        assert_eq!(
            (again.created, again.entry.id),
            (false, then.entry.id),
            "{backend:?}"
        );

        withdraw(&a, &again.entry).await;
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b).await, VerdictName::Clear, "{backend:?}");
    }
}

#[tokio::test]
async fn who_withdraws_what_was_completed_is_told_which_entry_counts_now() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        let first = record(&a, &incomplete(&a)).await.entry;
        let second = record(&a, &complete(&a)).await.entry;
        let withdrawn = || NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        let refused = a.apply_event_anyway(&operator(), first.id, withdrawn()).await;
        let said = refused.unwrap_err().problem().detail.unwrap();
        assert!(said.contains(&second.id.to_string()), "{backend:?}: {said}");
        withdraw(&a, &second).await;
        let refused = a.apply_event_anyway(&operator(), second.id, withdrawn()).await;
        let said = refused.unwrap_err().problem().detail.unwrap();
        assert!(!said.contains("has taken its place"), "{backend:?}: {said}");
    }
}

#[tokio::test]
async fn what_still_lacks_something_stays_and_has_what_came() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let mut bare = incomplete(&a);
        bare.violation = None;
        record(&a, &bare).await;
        let half = record(&a, &incomplete(&a)).await.entry;
        assert_eq!(half.local_reason.as_deref(), Some("incomplete"));
        assert_eq!(half.content.violation, incomplete(&a).violation);
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        assert_eq!(verdict(&b).await, VerdictName::Clear, "{backend:?}");
        // Less than there is takes no place.
        assert_taken(&a, bare).await;
        let whole = record(&a, &complete(&a)).await.entry;
        assert_eq!(whole.local_reason, None);
        let living = entries(&a)
            .await
            .into_iter()
            .filter(|entry| !entry.state.is_terminal());
        assert_eq!(living.map(|entry| entry.id).collect::<Vec<_>>(), [whole.id]);
    }
}

#[tokio::test]
async fn what_keeps_others_from_blocking_is_said_again_or_the_reference_is_taken() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        let source = Source {
            publisher: id("platform-b"),
            entry: uuid::Uuid::from_u128(1),
        };
        let holding_back: [fn(&mut NewEntry, Source); 7] = [
            |new, _| new.subject.natural_person = true,
            |new, source| new.derived_from = vec![source],
            |new, _| new.subject.identifiers[0].verified = false,
            |new, _| new.basis.default_judgment = true,
            |new, _| new.basis.kind = BasisType::CourtInterim,
            |new, _| {
                new.violation.as_mut().unwrap().category = Category::ParallelImport;
            },
            |new, _| {
                new.subject_notice = None;
                new.evidence = complete_evidence(2);
            },
        ];
        for (number, hold_back) in holding_back.into_iter().enumerate() {
            let named = |mut new: NewEntry| {
                new.client_reference = Some(format!("held-back-{number}"));
                new
            };
            let mut before = named(incomplete(&a));
            hold_back(&mut before, source.clone());
            record(&a, &before).await;
            assert_taken(&a, named(complete(&a))).await;
            let mut after = named(complete(&a));
            hold_back(&mut after, source.clone());
            after.evidence = complete_evidence(2);
            after.subject_notice = complete(&a).subject_notice;
            assert!(record(&a, &after).await.created, "{backend:?} {number}");
        }
    }
}

fn complete_evidence(count: u8) -> Vec<Evidence> {
    let evidence = |number: u8| Evidence {
        sha256: format!("{number:02x}").repeat(32),
        media_type: "image/png".to_owned(),
        title: "purchase".to_owned(),
    };
    (0..count).map(evidence).collect()
}

#[tokio::test]
async fn what_brings_nothing_that_was_missing_leaves_the_entry_its_id_and_its_term() {
    for backend in BACKENDS {
        let (federation, a, _b) = Federation::of_two(backend).await;
        let first = record(&a, &incomplete(&a)).await.entry;
        federation.clock.advance(Duration::from_secs(3_600));
        let mut later = first.content.clone();
        later.expires = first.content.expires - Duration::from_secs(3_600);
        later.measure.effective_from = first.content.measure.effective_from + Duration::from_secs(1);
        let again = record(&a, &later).await;
        assert_eq!((again.created, &again.entry), (false, &first), "{backend:?}");
        let mut otherwise = later.clone();
        otherwise.measure.jurisdictions = vec!["DE".to_owned()];
        assert_taken(&a, otherwise).await;
    }
}

#[tokio::test]
async fn a_reference_names_one_entry_for_good_but_for_what_an_incomplete_one_lacks() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        record(&a, &incomplete(&a)).await;
        let mut further = complete(&a);
        further.subject.identifiers.push(identifier("cn_uscc", OTHER));
        let mut somebody_else = complete(&a);
        somebody_else.subject = company(OTHER);
        assert_taken(&a, further).await;
        assert_taken(&a, somebody_else).await;
        record(&a, &complete(&a)).await;
        // What was told stays as it was told.
        assert_taken(&a, incomplete(&a)).await;
        let mut longer = complete(&a);
        longer.expires = longer.expires - Duration::from_secs(3_600);
        assert_taken(&a, longer).await;
    }
}

#[tokio::test]
async fn an_entry_that_is_contested_or_has_ended_is_not_completed() {
    for backend in BACKENDS {
        for kind in [EventType::Contested, EventType::Withdrawn] {
            let (_federation, a, _b) = Federation::of_two(backend).await;
            let recorded = record(&a, &incomplete(&a)).await.entry;
            event(&a, &recorded, kind).await;
            assert_taken(&a, complete(&a)).await;
        }
        let (federation, a, _b) = Federation::of_two(backend).await;
        let mut short = incomplete(&a);
        short.expires = a.now() + Duration::from_secs(60);
        record(&a, &short).await;
        federation.clock.advance(Duration::from_secs(61));
        assert_taken(&a, complete(&a)).await;
    }
}

/// At every moment an entry about the seller is living, whichever it is.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_screened_while_one_entry_takes_the_place_of_another_is_found_in_either() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        let named = |number: u32, mut new: NewEntry| {
            new.client_reference = Some(format!("case-{number}"));
            new
        };
        let mut last = record(&a, &named(0, complete(&a))).await.entry;
        let over = Arc::new(AtomicBool::new(false));
        let screening = tokio::spawn({
            let (a, over) = (Arc::clone(&a), Arc::clone(&over));
            async move {
                while !over.load(Ordering::SeqCst) {
                    assert_eq!(verdict(&a).await, VerdictName::Review, "{backend:?}");
                }
            }
        });
        for number in 1..=40 {
            let mut bare = named(number, incomplete(&a));
            bare.violation = None;
            record(&a, &bare).await;
            withdraw(&a, &last).await;
            record(&a, &named(number, incomplete(&a))).await;
            last = record(&a, &named(number, complete(&a))).await.entry;
        }
        over.store(true, Ordering::SeqCst);
        screening.await.unwrap();
    }
}

#[tokio::test]
async fn lines_of_a_batch_complete_what_was_incomplete_and_say_so() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        let mut taken = complete(&a);
        taken.client_reference = Some("case-2".to_owned());
        record(&a, &incomplete(&a)).await;
        record(&a, &taken).await;
        taken.subject = company(OTHER);
        let lines = [complete(&a), taken, complete(&a)];
        let lines = (1..).zip(lines.map(Ok)).collect();
        let results = a.record_entries(&operator(), lines).await.unwrap();
        let said: Vec<_> = results
            .iter()
            .map(|line| {
                (
                    line.created,
                    line.completed,
                    line.local_reason.as_deref(),
                    line.problem.is_some(),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                (Some(true), true, None, false),
                (None, false, None, true),
                (Some(false), false, None, false),
            ],
            "{backend:?}"
        );
    }
}

#[tokio::test]
async fn an_entry_is_completed_once_or_not_at_all_whichever_statement_fails() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let mut rounds = 0;
        for_every_statement(federation.store("platform-a"), async |round| {
            rounds = round as usize;
            let mut new = entry(company(CODE), a.now());
            new.client_reference = Some(format!("case-{round}"));
            let lacking = NewEntry {
                evidence: Vec::new(),
                ..new.clone()
            };
            match a.record_entry(&operator(), lacking).await {
                // By the attempt before.
                Ok(_) | Err(FlowError::Problem(ProblemType::Conflict, _)) => {}
                Err(other) => return Err(other),
            }
            let completed = a.record_entry(&operator(), new).await?.entry;
            assert_eq!((completed.revision, completed.local_reason), (1, None));
            Ok(())
        })
        .await;
        let (ended, living): (Vec<_>, Vec<_>) = entries(&a)
            .await
            .into_iter()
            .partition(|entry| entry.state.is_terminal());
        assert_eq!((ended.len(), living.len()), (rounds, rounds));
        check_chain(&federation, "platform-a");
    }
}

#[tokio::test]
async fn a_line_completes_one_that_stands_before_it_in_the_same_batch() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        let lines = [incomplete(&a), complete(&a)].map(Ok);
        let results = a
            .record_entries(&operator(), (1..).zip(lines).collect())
            .await
            .unwrap();
        assert_eq!(results[1].created, Some(true), "{backend:?} {results:?}");
        assert!(results[1].completed && results[1].local_reason.is_none());
        assert_eq!(
            a.entry(results[0].id.unwrap()).await.unwrap().state,
            StateName::Corrected
        );
        assert_eq!(
            a.entry(results[1].id.unwrap()).await.unwrap().state,
            StateName::Active
        );
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_after_its_entry_was_completed_finds_what_it_recorded() {
    for backend in BACKENDS {
        let (_federation, a, _b) = Federation::of_two(backend).await;
        let name = Some(RequestName::new([7; 32]));
        let sent = async |further: usize| {
            let mut other = entry(company(OTHER), a.now());
            other.client_reference = Some("case-2".to_owned());
            let lines: Vec<_> = [incomplete(&a), other].into_iter().take(1 + further).collect();
            let lines = (1..).zip(lines.into_iter().map(Ok)).collect();
            a.record_entries_once(&operator(), lines, name).await
        };
        let first = sent(0).await.unwrap()[0].id;
        record(&a, &complete(&a)).await;
        let again = sent(1).await.unwrap();
        assert_eq!(
            (again[0].id, again[0].created),
            (first, Some(false)),
            "{backend:?}"
        );
        assert_eq!(again[1].created, Some(true), "{backend:?} {again:?}");
    }
}
