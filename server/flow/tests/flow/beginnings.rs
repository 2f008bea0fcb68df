//! Deadlines begin when they do by the clocks of most members, whatever one clock says.

use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_encoding::Timestamp;
use lianfang_flow::Node;
use lianfang_wire::ProblemType;
use lianfang_wire::alert::AlertState;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::{EventType, StateName, VerdictName};
use uuid::Uuid;

use crate::alerts::{CODE, publish, states, watch};
use crate::clocks::{DAY, of_five, put_others_ahead};
use crate::feed::{everything, extension, indicators};
use crate::harness::{BACKENDS, code, company, event, operator, screening};

/// What a node last tells regulators of an entry, and until when that lasts.
async fn told_of(node: &Node, entry: Uuid) -> (StateName, Option<Timestamp>) {
    let told = everything(node, "regulator").await;
    let mut told = indicators(&told).into_iter().map(extension);
    let told = told.rfind(|said| said.entry == entry).unwrap();
    (told.state, told.deadline)
}

#[tokio::test]
async fn a_clock_that_is_behind_starts_no_deadline_that_is_over_already() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        watch(&b, "shop-1", company(CODE)).await;
        let recorded = publish(&a, CODE).await;
        let contested = event(&a, &recorded, EventType::Contested).await;
        b.sync(None, false).await.unwrap();
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}");
        put_others_ahead(&federation, DAY * 6);
        a.sync(None, false).await.unwrap();
        let forwarded = event(&a, &contested, EventType::Forwarded).await;
        let left = forwarded.deadline.map(|due| due.since(b.now()));
        assert!(left.is_some_and(|left| left >= DAY * 3), "{backend:?} {left:?}");
        let told = told_of(&a, forwarded.id).await;
        assert_eq!(told, (StateName::Forwarded, forwarded.deadline), "{backend:?}");
        b.sync(None, false).await.unwrap();
        b.watch_roster().await.unwrap();
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}");
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Review, "{backend:?} {answer:?}");
    }
}

#[tokio::test]
async fn what_follows_a_deadline_that_began_by_the_peers_time_counts_and_is_dated_by_the_node_itself() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        let (contested, withdrawn) = (publish(&a, &code(1)).await, publish(&a, &code(2)).await);
        put_others_ahead(&federation, DAY * 6);
        a.sync(None, false).await.unwrap();
        let contested = event(&a, &contested, EventType::Contested).await;
        b.sync(None, false).await.unwrap();
        event(&a, &contested, EventType::Upheld).await;
        event(&a, &withdrawn, EventType::Withdrawn).await;
        b.sync(None, false).await.unwrap();
        for (entry, state) in [
            (&contested, StateName::Upheld),
            (&withdrawn, StateName::Withdrawn),
        ] {
            let heard = federation.store("platform-b").peer_entry_state(a.id(), entry.id);
            let heard = heard.unwrap().unwrap().state;
            assert_eq!(heard, i16::from(state.number()), "{backend:?} {state}");
        }
        federation.clock.advance(Duration::from_secs(1));
        let head = federation.store("platform-a").event_head().unwrap().at;
        assert!(
            head <= federation.clock.now(),
            "{backend:?}: the chain is at {head}"
        );
    }
}

#[tokio::test]
async fn peers_that_are_years_ahead_date_nothing_that_stays_and_begin_no_deadline() {
    for (backend, years) in BACKENDS
        .into_iter()
        .flat_map(|backend| [(backend, 20), (backend, 8_000)])
    {
        let federation = of_five(backend).await;
        let a = federation.node("platform-a");
        let (withdrawn, disputed) = (publish(&a, &code(1)).await, publish(&a, &code(2)).await);
        put_others_ahead(&federation, DAY * 365 * years);
        a.sync(None, false).await.unwrap();
        event(&a, &withdrawn, EventType::Withdrawn).await;
        let contest = NewEvent {
            kind: EventType::Contested,
            reason: None,
            reference: None,
        };
        let refused = a.apply_event_anyway(&operator(), disputed.id, contest).await;
        let refused = refused.unwrap_err().problem().kind();
        assert_eq!(refused, Some(ProblemType::Unavailable), "{backend:?} {years}");
        put_others_ahead(&federation, Duration::ZERO);
        a.sync(None, false).await.unwrap();
        event(&a, &disputed, EventType::Contested).await;
        publish(&a, &code(3)).await;
        federation.clock.advance(Duration::from_secs(1));
        let now = federation.clock.now();
        let head = federation.store("platform-a").event_head().unwrap().at;
        assert!(head <= now, "{backend:?} {years}: the chain is at {head}");
        let feed = everything(&a, "regulator").await;
        assert!(
            feed.iter().all(|listed| listed.added <= now),
            "{backend:?} {years}"
        );
    }
}

#[tokio::test]
async fn what_was_heard_under_a_clock_that_was_behind_lasts_as_long_as_for_everybody_else() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        let recorded = publish(&a, CODE).await;
        watch(&b, "shop-1", company(CODE)).await;
        b.sync(None, false).await.unwrap();
        for other in ["regulator", "platform-a", "platform-c", "platform-d"] {
            federation.put_ahead(other, DAY * 6);
        }
        b.sync(None, false).await.unwrap();
        let contested = event(&a, &recorded, EventType::Contested).await;
        let due = event(&a, &contested, EventType::Forwarded).await.deadline;
        let judged = async |when: &str| {
            b.sync(None, false).await.unwrap();
            let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(
                answer.verdict,
                VerdictName::Review,
                "{backend:?} {when}: {answer:?}"
            );
        };
        judged("behind").await;
        federation.clock.advance(DAY * 6);
        for name in ["regulator", "platform-a", "platform-c", "platform-d"] {
            federation.put_ahead(name, Duration::ZERO);
        }
        judged("right").await;
        assert_eq!(b.watch_roster().await.unwrap().closed, 0, "{backend:?}");
        for node in [&a, &b] {
            let told = told_of(node, recorded.id).await;
            assert_eq!(told, (StateName::Forwarded, due), "{backend:?} {}", node.id());
        }
    }
}
