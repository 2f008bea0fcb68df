//! What a platform reads back of what it has recorded.

use lianfang_wire::entry::{NewEvent, Source};
use lianfang_wire::vocabulary::{BasisType, EventType};

use crate::harness::{BACKENDS, Federation, code, company, entry, id, operator};

#[tokio::test]
async fn an_event_is_read_back_with_its_reason_and_the_number_of_its_case() {
    for backend in BACKENDS {
        let (_federation, a, _) = Federation::of_two(backend).await;
        let new = entry(company(&code(1)), a.now());
        let recorded = a.record_entry(&operator(), new).await.unwrap().entry;
        let contested = NewEvent {
            kind: EventType::Contested,
            reason: Some("says that it bought the goods".to_owned()),
            reference: Some("(2026) Min Chu 7".to_owned()),
        };
        a.apply_event(&operator(), recorded.id, recorded.revision, contested)
            .await
            .unwrap();
        let told = a.timeline(recorded.id).await.unwrap();
        assert_eq!((&told[0].reason, &told[0].reference), (&None, &None));
        assert_eq!(told[1].reason.as_deref(), Some("says that it bought the goods"));
        assert_eq!(told[1].reference.as_deref(), Some("(2026) Min Chu 7"));
    }
}

#[tokio::test]
async fn each_line_of_a_batch_says_why_its_entry_stays_here_however_often_it_is_sent() {
    for backend in BACKENDS {
        let (_federation, a, _) = Federation::of_two(backend).await;
        let numbered = |number: u32| {
            let mut new = entry(company(&code(number)), a.now());
            new.client_reference = Some(number.to_string());
            new
        };
        let (complete, mut incomplete, mut derived) = (numbered(1), numbered(2), numbered(3));
        incomplete.subject_notice = None;
        derived.basis.kind = BasisType::PlatformDecision;
        derived.derived_from = vec![Source {
            publisher: id("platform-b"),
            entry: uuid::Uuid::from_u128(1),
        }];
        let mut conflict = incomplete.clone();
        conflict.subject = company(&code(4));
        let lines = [complete, incomplete, derived, conflict];
        for created in [true, false] {
            let numbered = (1..).zip(lines.iter().cloned().map(Ok)).collect();
            let results = a.record_entries(&operator(), numbered).await.unwrap();
            let reasons: Vec<_> = results
                .iter()
                .map(|result| result.local_reason.as_deref())
                .collect();
            assert_eq!(reasons, [None, Some("incomplete"), Some("derived"), None]);
            assert!(results[..3].iter().all(|result| result.created == Some(created)));
            assert!(results[3].problem.is_some());
        }
    }
}
