//! A clock that has run out releases: no event undoes that.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::vocabulary::{EventType, StateName};

use crate::alerts::{event, publish};
use crate::harness::{BACKENDS, Federation, code};

const DAY: Duration = Duration::from_secs(86_400);

async fn refused(node: &Arc<Node>, entry: &Entry, kind: EventType) -> bool {
    let event = NewEvent {
        kind,
        reason: None,
        reference: None,
    };
    let moved = node
        .apply_event(&crate::harness::operator(), entry.id, entry.revision, event)
        .await;
    moved.is_err_and(|error| error.problem().kind() == Some(ProblemType::IllegalTransition))
}

#[tokio::test]
async fn no_event_revives_what_a_lapse_has_released() {
    use EventType::{Contested, Forwarded, Litigated, Settled, Upheld};
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let ways: [(&[EventType], EventType); 4] = [
            (&[Contested], Upheld),
            (&[Contested], Forwarded),
            (&[Contested, Forwarded], Upheld),
            (&[Contested, Forwarded], Litigated),
        ];
        let mut lapsing = Vec::new();
        for (number, (events, revival)) in (1..).zip(ways) {
            let mut entry = publish(&a, &code(number)).await;
            for kind in events {
                entry = event(&a, &entry, *kind).await;
            }
            lapsing.push((entry, revival));
        }
        federation.clock.advance(DAY * 20);
        for (entry, revival) in &lapsing {
            let name = a.entry(entry.id).await.unwrap().state;
            assert_eq!(name, StateName::Released);
            assert!(refused(&a, entry, *revival).await, "{revival} after {name}");
        }
        let settled = event(&a, &lapsing[0].0, Settled).await;
        assert_eq!(settled.state, StateName::Settled, "an end may still be said");
        assert_eq!(a.expire_entries().await.unwrap(), 3);
    }
}
