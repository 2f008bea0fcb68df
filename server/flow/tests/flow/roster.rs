//! What the roster holds, how it is asked about, and what survives.

use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::alert::AlertState;
use lianfang_wire::roster::{NewMonitoredSubject, RosterLine};
use lianfang_wire::screening::IdentifierStatus;

use crate::alerts::{CODE, alerts, publish, states, watch};
use crate::harness::{BACKENDS, Federation, company, operator, product};
use crate::statements::{MOST, told};

/// Another valid code.
const OTHER: &str = "91130105MA0FRNGTXX";

/// A publisher that went away before anybody could be asked about the shop that a reader watches.
async fn watched_while_the_publisher_is_down(backend: Backend) -> (Federation, Arc<Node>, Arc<Node>) {
    let mut federation = Federation::found(backend).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    publish(&a, CODE).await;
    c.sync(None, false).await.unwrap();
    federation.network.stop(a.id());
    watch(&c, "shop-1", company(CODE)).await;
    (federation, a, c)
}

#[tokio::test]
async fn a_deleted_seller_is_matched_no_more_and_its_alert_closes() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "gone-before", company(CODE)).await;
        watch(&c, "gone-after", company(CODE)).await;
        c.delete_subject(&operator(), "gone-before".to_owned())
            .await
            .unwrap();
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let open = alerts(&c).await;
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!(open[0].client_reference, "gone-after");
        c.delete_subject(&operator(), "gone-after".to_owned())
            .await
            .unwrap();
        let closed = alerts(&c).await.remove(0);
        assert_eq!(
            (closed.state, closed.ended_by.as_deref()),
            (AlertState::Closed, Some("subject_removed"))
        );
        let again = c.delete_subject(&operator(), "gone-after".to_owned()).await;
        assert_eq!(again.unwrap_err().problem().kind(), Some(ProblemType::NotFound));
        assert_eq!(c.roster_status().await.unwrap().subjects, 0);
    }
}

#[tokio::test]
async fn a_seller_is_deleted_with_the_audit_line_or_stays() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let store = federation.store("platform-c");
        for n in 1.. {
            assert!(n < MOST, "no end");
            let name = format!("shop-{n}");
            watch(&c, &name, company(CODE)).await;
            store.fail_statement(n);
            let deleted = c.delete_subject(&operator(), name.clone()).await;
            let reached = store.stop_failing();
            let stays = c.monitored_subject(name.clone()).await.is_ok();
            let told = told(store, "delete_subject", &name).len();
            assert_eq!(told, usize::from(!stays), "{backend:?}: statement {n}");
            if !reached {
                deleted.unwrap();
                assert!(!stays);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_seller_that_loses_the_matched_identifier_loses_the_alert() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        publish(&a, CODE).await;
        watch(&a, "shop-1", company("91130105MA0FRNGTXX")).await;
        let closed = alerts(&a).await.remove(0);
        assert_eq!(closed.ended_by.as_deref(), Some("subject_changed"));
    }
}

#[tokio::test]
async fn alerts_and_the_roster_survive_a_restart() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        drop(c);
        let c = federation.restart("platform-c").await;
        c.watch_roster().await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open]);
        watch(&c, "shop-2", company("91130105MA0FRNGTXX")).await;
        publish(&a, "91130105MA0FRNGTXX").await;
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open, AlertState::Open]);
    }
}

#[tokio::test]
async fn what_arrived_without_having_been_matched_is_made_up_for_after_a_start() {
    for backend in BACKENDS {
        let (federation, a, c) = watched_while_the_publisher_is_down(backend).await;
        // As if the node had died before it wrote down what it had found.
        let store = federation.store("platform-c");
        let found = store.hits_due(Timestamp::MAX, 10).unwrap();
        assert!(!found.is_empty());
        store.settle_hits(&found).unwrap();
        drop(c);
        federation.network.add(a);
        let c = federation.restart("platform-c").await;
        assert!(alerts(&c).await.is_empty());
        c.watch_roster().await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open]);
    }
}

#[tokio::test]
async fn a_hit_whose_publisher_is_down_waits_and_is_confirmed_later() {
    for backend in BACKENDS {
        let (federation, a, c) = watched_while_the_publisher_is_down(backend).await;
        assert!(alerts(&c).await.is_empty());
        assert!(c.roster_status().await.unwrap().pending_hits > 0);
        drop(c);
        let c = federation.restart("platform-c").await;
        federation.network.add(a);
        federation.clock.advance(Duration::from_secs(61));
        c.watch_roster().await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open]);
        assert_eq!(c.roster_status().await.unwrap().pending_hits, 0);
    }
}

#[tokio::test]
async fn hits_that_waited_through_an_outage_are_asked_about_as_soon_as_the_publisher_is_back() {
    for backend in BACKENDS {
        let (federation, a, c) = watched_while_the_publisher_is_down(backend).await;
        // Each time it waits for twice as long.
        for minutes in 1..=12 {
            federation.clock.advance(Duration::from_secs(60) * (1 << minutes));
            assert!(!c.sync(None, false).await.unwrap().is_complete());
            c.watch_roster().await.unwrap();
        }
        federation.network.add(a);
        c.watch_roster().await.unwrap();
        assert!(alerts(&c).await.is_empty(), "{backend:?}: it waits");
        assert!(c.sync(None, false).await.unwrap().is_complete());
        c.watch_roster().await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open], "{backend:?}");
    }
}

#[tokio::test]
async fn a_false_positive_opens_nothing_and_is_forgotten() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        // The publisher's answer opens with no token of the roster: every record in it is another's.
        federation.network.tamper(Box::new(|asked, answer| match asked {
            "confirm" => br#"{"records":["AAAA"]}"#.to_vec(),
            _ => answer,
        }));
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        assert!(alerts(&c).await.is_empty());
        assert_eq!(c.roster_status().await.unwrap().pending_hits, 0);
    }
}

#[tokio::test]
async fn of_a_flood_one_run_confirms_a_part_and_the_rest_keeps_its_place() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        // One seller has every shop here: no brake.
        federation.brake.hits_per_million = 1_000_000;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        let shop = |number: u64| {
            let line = RosterLine {
                client_reference: format!("shop-{number:03}"),
                subject: company(CODE),
            };
            (number, Ok(line))
        };
        let results = c
            .put_subjects(&operator(), (1..=150).map(shop).collect())
            .await
            .unwrap();
        assert!(results.iter().all(|result| result.created == Some(true)));
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let status = c.roster_status().await.unwrap();
        assert!(status.pending_hits > 0 && status.open_alerts < 150, "{status:?}");
        let mut runs = 1;
        while c.roster_status().await.unwrap().pending_hits > 0 {
            c.watch_roster().await.unwrap();
            runs += 1;
            assert!(runs < 10);
        }
        assert_eq!(c.roster_status().await.unwrap().open_alerts, 150);
        assert!(runs > 1);
    }
}

#[tokio::test]
async fn tokens_that_were_missing_are_asked_for_again_and_matched() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let regulator = federation.node("regulator");
        federation.network.stop(regulator.id());
        watch(&c, "shop-1", company(CODE)).await;
        let put = c.monitored_subject("shop-1".to_owned()).await.unwrap();
        assert!(!put.complete);
        assert_eq!(put.identifiers[0].reason.as_deref(), Some("tokens_unavailable"));
        assert_eq!(c.roster_status().await.unwrap().incomplete, 1);
        federation.network.add(regulator);
        federation.clock.advance(Duration::from_secs(61));
        assert_eq!(c.watch_roster().await.unwrap().tokenised, 1);
        assert!(c.monitored_subject("shop-1".to_owned()).await.unwrap().complete);
        assert_eq!(states(&c).await, [AlertState::Open]);
    }
}

#[tokio::test]
async fn the_same_seller_again_asks_nobody() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let _ = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        drop(c);
        let c = federation.restart("platform-c").await;
        let before = federation.network.capture().len();
        watch(&c, "shop-1", company(CODE)).await;
        assert_eq!(federation.network.capture().len(), before);
    }
}

/// One batch about one shop, whose company has these codes one after the other. Whether each line brought it in.
async fn put_codes(node: &Arc<Node>, codes: &[&str]) -> Vec<bool> {
    let line = |code: &&str| RosterLine {
        client_reference: "shop-1".to_owned(),
        subject: company(code),
    };
    let lines = (1..).zip(codes.iter().map(line).map(Ok)).collect();
    let results = node.put_subjects(&operator(), lines).await.unwrap();
    assert!(results.iter().all(|result| result.complete == Some(true)));
    results.iter().filter_map(|result| result.created).collect()
}

#[tokio::test]
async fn a_seller_that_comes_twice_in_one_batch_is_watched_as_the_last_line_says() {
    for backend in BACKENDS {
        for last in [OTHER, CODE] {
            let mut federation = Federation::found(backend).await;
            let a = federation.join("platform-a", "CN", &[]).await;
            let c = federation.join("platform-c", "CN", &[]).await;
            publish(&a, CODE).await;
            c.sync(None, false).await.unwrap();
            // The second time the last line is what is held.
            for created in [[true, false], [false, false]] {
                let first = if last == CODE { OTHER } else { CODE };
                assert_eq!(put_codes(&c, &[first, last]).await, created);
                let held = c.monitored_subject("shop-1".to_owned()).await.unwrap();
                assert_eq!(
                    held.identifiers[0].status,
                    IdentifierStatus::Screened,
                    "{backend:?}"
                );
                assert_eq!(held.subject, company(last), "{backend:?}");
                let alerted = states(&c).await == [AlertState::Open];
                assert_eq!(alerted, last == CODE, "{backend:?}");
            }
            assert!(c.roster_status().await.unwrap().tokens > 0);
        }
    }
}

#[tokio::test]
async fn a_bad_line_spoils_no_other_and_says_where_it_is_wrong() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    let line = |number, subject| {
        let line = RosterLine {
            client_reference: format!("shop-{number}"),
            subject,
        };
        (number, Ok(line))
    };
    let lines = vec![
        line(1, company("91350100M000100Y44")),
        line(2, product("4006381333931")),
        (3, Err(ProblemType::Malformed.into())),
    ];
    let results = c.put_subjects(&operator(), lines).await.unwrap();
    let problem = results[0].problem.as_ref().unwrap();
    assert_eq!(problem.errors[0].field, "/subject/identifiers/0");
    assert_eq!(problem.errors[0].rule, "check_digit");
    assert_eq!(
        (results[1].created, results[1].complete),
        (Some(true), Some(true))
    );
    assert!(results[2].problem.is_some());
    assert_eq!(c.roster_status().await.unwrap().subjects, 1);
}

#[tokio::test]
async fn identifiers_of_the_roster_are_sealed_at_rest_and_named_to_nobody() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    watch(&c, "shop-1", company(CODE)).await;
    publish(&a, CODE).await;
    c.sync(None, false).await.unwrap();
    assert_eq!(states(&c).await, [AlertState::Open]);
    let store = federation.store("platform-c");
    let row = store
        .monitored_subjects(&["shop-1".to_owned()])
        .unwrap()
        .remove(0);
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(!holds(&row.body_sealed, CODE.as_bytes()));
    let said = federation.network.capture();
    assert!(!holds(&said, CODE.as_bytes()) && !holds(&said, b"shop-1"));
    for token in store.tokens_of_subjects(&["shop-1".to_owned()]).unwrap() {
        assert!(!holds(&said, &token.token));
    }
}

#[tokio::test]
async fn only_sellers_and_products_are_watched() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let c = federation.join("platform-c", "CN", &[]).await;
    let mut subject = company(CODE);
    subject.kind = lianfang_encoding::SubjectType::Consignment;
    for (reference, subject, field) in [
        ("shop-1", subject, "/subject/type"),
        ("batch", company(CODE), "/client_reference"),
    ] {
        let new = NewMonitoredSubject { subject };
        let refused = c
            .put_subject(&operator(), reference.to_owned(), new)
            .await
            .unwrap_err();
        assert_eq!(refused.problem().errors[0].field, field);
    }
}

#[tokio::test]
async fn publishers_are_asked_later_than_their_lists_arrive() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        federation.confirm_delay = Duration::from_secs(3_600);
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        let waiting = c.roster_status().await.unwrap().pending_hits;
        assert!(waiting > 0 && alerts(&c).await.is_empty());
        assert!(!said(&federation, b"confirm_bits"));
        c.watch_roster().await.unwrap();
        assert_eq!(c.roster_status().await.unwrap().pending_hits, waiting);
        federation.clock.advance(Duration::from_secs(7_200));
        c.watch_roster().await.unwrap();
        assert!(said(&federation, b"confirm_bits"));
        assert_eq!(states(&c).await, [AlertState::Open]);
    }
}

fn said(federation: &Federation, part: &[u8]) -> bool {
    let capture = federation.network.capture();
    capture.windows(part.len()).any(|window| window == part)
}
