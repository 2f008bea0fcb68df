//! What a platform reads back of what it has recorded.

use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::EventType;

use crate::harness::{BACKENDS, Federation, code, company, entry, operator};

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
