//! A clock that has run out releases: no event undoes that, and no publisher sets a later one.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_encoding::{SigningKey, Timestamp};
use lianfang_flow::Node;
use lianfang_wire::ProblemType;
use lianfang_wire::alert::AlertState;
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::feed::{StatusItem, StatusPage};
use lianfang_wire::vocabulary::{DeadlineRule, EventType, StateName};

use crate::alerts::{CODE, publish, states, watch};
use crate::harness::{BACKENDS, Federation, Tampering, code, company, event};

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

/// A publisher whose status feed states another deadline of contested entries.
fn stating(deadline: Option<(Timestamp, DeadlineRule)>, key: SigningKey) -> Tampering {
    let restate = move |item: &String| {
        let mut read = StatusItem::read(&STANDARD.decode(item).unwrap()).unwrap();
        if read.state == StateName::Contested {
            (read.deadline, read.rule) = deadline.unzip();
        }
        STANDARD.encode(read.sign(&key))
    };
    Box::new(move |asked, answer| {
        if asked != "status" {
            return answer;
        }
        let mut page: StatusPage = serde_json::from_slice(&answer).unwrap();
        page.items = page.items.iter().map(&restate).collect();
        serde_json::to_vec(&page).unwrap()
    })
}

#[tokio::test]
async fn a_contest_ends_by_the_rule_whatever_deadline_its_publisher_states() {
    let far = Timestamp::parse_rfc3339("2100-01-01T00:00:00Z").unwrap();
    for backend in BACKENDS {
        for stated in [None, Some((far, DeadlineRule::PlatformReview))] {
            let (federation, a, b) = Federation::of_two(backend).await;
            watch(&b, "shop-1", company(CODE)).await;
            let entry = publish(&a, CODE).await;
            b.sync(None, false).await.unwrap();
            b.watch_roster().await.unwrap();
            assert_eq!(states(&b).await, [AlertState::Open]);
            let key = federation.signing_key("platform-a");
            federation.network.tamper(stating(stated, key));
            event(&a, &entry, EventType::Contested).await;
            assert!(b.sync(None, false).await.unwrap().is_complete());
            federation.clock.advance(DAY * 13);
            b.watch_roster().await.unwrap();
            assert_eq!(
                states(&b).await,
                [AlertState::Open],
                "ten working days aren't over"
            );
            federation.clock.advance(DAY * 2);
            b.watch_roster().await.unwrap();
            assert_eq!(states(&b).await, [AlertState::Closed], "{stated:?}");
        }
    }
}

/// By a clock that is ahead, but not so far that it is in doubt.
#[tokio::test]
async fn an_alert_that_a_lapse_closed_comes_back_when_its_entry_turns_out_to_have_been_upheld_in_time() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        watch(&b, "shop-1", company(CODE)).await;
        let entry = publish(&a, CODE).await;
        let contested = event(&a, &entry, EventType::Contested).await;
        let due = contested.deadline.unwrap();
        while a.now() + DAY < due {
            federation.clock.advance(DAY);
            a.build_digests().await.unwrap();
            b.sync(None, false).await.unwrap();
        }
        federation
            .clock
            .advance(due.since(a.now()) - Duration::from_secs(10));
        federation.put_ahead("platform-b", Duration::from_secs(20));
        assert!(b.sync(None, false).await.unwrap().is_complete());
        b.watch_roster().await.unwrap();
        assert_eq!(states(&b).await, [AlertState::Closed]);
        assert_eq!(b.roster_status().await.unwrap().pending_hits, 0);
        event(&a, &contested, EventType::Upheld).await;
        assert!(b.sync(None, false).await.unwrap().is_complete());
        assert_eq!(states(&b).await, [AlertState::Closed, AlertState::Open]);
        b.watch_roster().await.unwrap();
        assert_eq!(
            states(&b).await,
            [AlertState::Closed, AlertState::Open],
            "it lasts"
        );
    }
}
