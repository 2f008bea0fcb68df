//! A flood from one publisher waits for a person; what was good before stays in force, for review.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::screening::ReasonCode;
use lianfang_wire::vocabulary::{BrakeAction, VerdictName};

use crate::alerts::{alerts, watch};
use crate::harness::{BACKENDS, Federation, code, company, entry, identifier, operator, screening};

const CODE: &str = "91110108661572276L";
const OTHER: &str = "91130105MA0FRNGTXX";

pub(crate) async fn brake_of(node: &Arc<Node>, publisher: &str) -> Option<String> {
    let peers = node.peers().await.unwrap();
    let peer = peers.into_iter().find(|peer| peer.id.as_str() == publisher);
    peer.unwrap().brake_reason
}

pub(crate) async fn release(node: &Arc<Node>, publisher: &str) {
    let decision = BrakeDecision {
        action: BrakeAction::Release,
        reason: "looked at it: a real wave".to_owned(),
    };
    let publisher = publisher.parse().unwrap();
    let begun = node.decide_brake(&operator(), &publisher, decision).await;
    begun.unwrap().unwrap().await.unwrap();
}

/// Why `publisher` is held back, once it is.
async fn held_back_for(node: &Arc<Node>, publisher: &str) -> String {
    for _ in 0..100_000 {
        if let Some(reason) = brake_of(node, publisher).await {
            return reason;
        }
        tokio::task::yield_now().await;
    }
    panic!("{publisher} isn't held back");
}

#[tokio::test]
async fn a_publisher_that_hits_too_many_applicants_is_held_back_until_released() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        for number in 1..=50 {
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
        }
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        for number in 1..=49 {
            let asked = screening(company(&code(number)));
            b.screen(&operator(), asked).await.unwrap();
        }
        b.apply_brake().await.unwrap();
        assert_eq!(brake_of(&b, "platform-a").await, None, "49 may be chance");
        let asked = || screening(company(&code(50)));
        let last = b.screen(&operator(), asked()).await.unwrap();
        assert_eq!(last.verdict, VerdictName::Block);
        // The flood may have had it looked at already, and then that look comes to the same end by itself.
        b.apply_brake().await.unwrap();
        assert_eq!(held_back_for(&b, "platform-a").await, "brake_too_many_hits");
        let answer = b.screen(&operator(), asked()).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Review);
        assert!(
            answer
                .reasons
                .iter()
                .any(|reason| reason.code == ReasonCode::PublisherQuarantined)
        );

        a.record_entry(&operator(), entry(company(OTHER), a.now()))
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        let held_back = b.screen(&operator(), screening(company(OTHER))).await.unwrap();
        assert_eq!(held_back.verdict, VerdictName::Clear, "what it says anew waits");
        release(&b, "platform-a").await;
        assert_eq!(brake_of(&b, "platform-a").await, None);
        let released = b.screen(&operator(), screening(company(OTHER))).await.unwrap();
        assert_eq!(
            released.verdict,
            VerdictName::Block,
            "what waited is fetched with the release"
        );
        assert_eq!(b.apply_brake().await.unwrap(), 0, "and is counted anew");
    }
}

#[tokio::test]
async fn who_is_listed_and_applies_again_and_again_doesn_t_have_its_publisher_held_back() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        for number in 0..60 {
            // With something else each time.
            let mut subject = company(CODE);
            subject.identifiers.push(identifier("cn_uscc", &code(number)));
            b.screen(&operator(), screening(subject)).await.unwrap();
        }
        b.apply_brake().await.unwrap();
        assert_eq!(brake_of(&b, "platform-a").await, None, "{backend:?}");
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block, "{backend:?}");
    }
}

#[tokio::test]
async fn sellers_who_are_screened_every_day_count_every_day() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        for number in 0..25 {
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
        }
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        for _ in 0..2 {
            for number in (0..25).chain(0..25) {
                let asked = screening(company(&code(number)));
                b.screen(&operator(), asked).await.unwrap();
            }
            b.apply_brake().await.unwrap();
            federation.clock.advance(Duration::from_secs(86_400));
        }
        let days = federation.store("platform-b").brake_days(a.id(), 0).unwrap();
        let hits: Vec<_> = days.iter().map(|day| day.hits).filter(|hits| *hits > 0).collect();
        assert_eq!(hits, [25, 25], "{backend:?}");
        assert_eq!(held_back_for(&b, "platform-a").await, "brake_too_many_hits");
    }
}

#[tokio::test]
async fn a_publisher_that_lists_what_many_applicants_share_is_held_back() {
    for backend in BACKENDS {
        let (_federation, a, b) = Federation::of_two(backend).await;
        let shared = || identifier("domain", "invented-host.com");
        let with = |code: &str| {
            let mut subject = company(code);
            subject.identifiers.push(shared());
            subject
        };
        a.record_entry(&operator(), entry(with(CODE), a.now()))
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
        for number in 0..50 {
            let asked = screening(with(&code(number)));
            b.screen(&operator(), asked).await.unwrap();
        }
        b.apply_brake().await.unwrap();
        assert_eq!(
            held_back_for(&b, "platform-a").await,
            "brake_too_many_hits",
            "{backend:?}"
        );
    }
}

#[tokio::test]
async fn a_publisher_that_hits_too_many_of_those_who_trade_alarms_nobody_until_released() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.brake.least_hits = 2;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        for (reference, code) in [
            ("shop-1", CODE),
            ("shop-2", OTHER),
            ("shop-3", "91350100M000100Y43"),
        ] {
            watch(&c, reference, company(code)).await;
        }
        for code in [CODE, OTHER] {
            a.record_entry(&operator(), entry(company(code), a.now()))
                .await
                .unwrap();
        }
        a.publish_changes().await.unwrap();
        c.sync(None, false).await.unwrap();
        assert_eq!(
            brake_of(&c, "platform-a").await.as_deref(),
            Some("brake_too_many_monitored")
        );
        assert!(alerts(&c).await.is_empty());
        assert!(c.roster_status().await.unwrap().pending_hits >= 2);
        release(&c, "platform-a").await;
        let mut alarmed: Vec<_> = alerts(&c)
            .await
            .into_iter()
            .map(|alert| alert.client_reference)
            .collect();
        alarmed.sort();
        assert_eq!(alarmed, ["shop-1", "shop-2"]);
        assert_eq!(
            brake_of(&c, "platform-a").await,
            None,
            "what was released counts no more"
        );
    }
}

#[tokio::test]
async fn what_was_found_before_a_release_and_confirmed_long_after_it_counts_no_more() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.brake.least_hits = 2;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        for number in 1..=4 {
            watch(&c, &format!("shop-{number}"), company(&code(number))).await;
        }
        let brings = async |number| {
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
            a.publish_changes().await.unwrap();
            c.sync(None, false).await.unwrap();
        };
        for number in [1, 2] {
            brings(number).await;
        }
        assert!(brake_of(&c, "platform-a").await.is_some(), "{backend:?}");
        federation.network.stop(a.id());
        release(&c, "platform-a").await;
        federation.network.add(a.clone());
        federation.clock.advance(Duration::from_secs(600));
        c.watch_roster().await.unwrap();
        assert_eq!(alerts(&c).await.len(), 2, "{backend:?}");
        brings(3).await;
        assert_eq!(brake_of(&c, "platform-a").await, None, "{backend:?}");
        brings(4).await;
        assert!(
            brake_of(&c, "platform-a").await.is_some(),
            "{backend:?}: two since"
        );
    }
}

#[tokio::test]
async fn what_a_quarantined_publisher_withdraws_still_counts() {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    let recorded = a
        .record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.publish_changes().await.unwrap();
    b.sync(None, false).await.unwrap();
    let hold = BrakeDecision {
        action: BrakeAction::Quarantine,
        reason: "asked them about a case".to_owned(),
    };
    b.decide_brake(&operator(), &"platform-a".parse().unwrap(), hold)
        .await
        .unwrap();
    assert_eq!(brake_of(&b, "platform-a").await.as_deref(), Some("operator"));
    let withdrawn = lianfang_wire::entry::NewEvent {
        kind: lianfang_wire::vocabulary::EventType::Withdrawn,
        reason: None,
        reference: None,
    };
    a.apply_event(&operator(), recorded.entry.id, recorded.entry.revision, withdrawn)
        .await
        .unwrap();
    a.publish_changes().await.unwrap();
    b.sync(None, false).await.unwrap();
    let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Clear);
}

#[tokio::test]
async fn a_publisher_that_grows_beyond_its_habit_is_held_back_with_its_last_good_list_in_force() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    (federation.brake.free_growth, federation.brake.growth_factor) = (3, 1);
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    let codes = [CODE, OTHER, "91350100M000100Y43", "91440300708461136T"];
    for code in &codes[..2] {
        a.record_entry(&operator(), entry(company(code), a.now()))
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        b.sync(None, false).await.unwrap();
    }
    federation.clock.advance(Duration::from_secs(86_400));
    for code in &codes[2..] {
        a.record_entry(&operator(), entry(company(code), a.now()))
            .await
            .unwrap();
    }
    a.publish_changes().await.unwrap();
    let report = b.sync(None, false).await.unwrap();
    let error = report.peers.iter().find_map(|peer| peer.error.as_deref());
    assert_eq!(error, Some("quarantined"), "{report:?}");
    assert_eq!(brake_of(&b, "platform-a").await.as_deref(), Some("brake_growth"));
    let verdict = async |code| {
        b.screen(&operator(), screening(company(code)))
            .await
            .unwrap()
            .verdict
    };
    assert_eq!(verdict(codes[3]).await, VerdictName::Clear);
    assert_eq!(verdict(OTHER).await, VerdictName::Review);
    release(&b, "platform-a").await;
    assert_eq!(verdict(codes[3]).await, VerdictName::Block);
    assert_eq!(verdict(OTHER).await, VerdictName::Block);
}

/// What a reader no longer has in force of a list comes anew, and isn't new.
#[tokio::test]
async fn a_list_that_a_reader_has_had_before_is_no_growth_when_it_comes_anew() {
    for backend in BACKENDS {
        for lost in [Lost::Expired, Lost::Body] {
            let mut federation = Federation::found(backend).await;
            (federation.brake.free_growth, federation.brake.growth_factor) = (3, 1);
            let a = federation.join("platform-a", "CN", &[]).await;
            let b = federation.join("platform-b", "CN", &["platform-a"]).await;
            // Two days of two entries each: a habit.
            for numbers in [1..=2, 3..=4] {
                for number in numbers {
                    a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                        .await
                        .unwrap();
                }
                a.publish_changes().await.unwrap();
                b.sync(None, false).await.unwrap();
                federation.clock.advance(Duration::from_secs(86_400));
            }
            assert_eq!(brake_of(&b, "platform-a").await, None);
            drop(b);
            match lost {
                Lost::Expired => federation.clock.advance(Duration::from_secs(8 * 86_400)),
                Lost::Body => {
                    for folder in ["index", "digests"] {
                        std::fs::remove_dir_all(federation.folder("platform-b").join(folder)).unwrap();
                    }
                }
            }
            let b = federation.restart("platform-b").await;
            a.record_entry(&operator(), entry(company(&code(5)), a.now()))
                .await
                .unwrap();
            a.build_digests().await.unwrap();
            let report = b.sync(None, false).await.unwrap();
            assert!(report.is_complete(), "{lost:?}: {report:?}");
            assert_eq!(brake_of(&b, "platform-a").await, None, "{lost:?}");
            let answer = b.screen(&operator(), screening(company(&code(5)))).await.unwrap();
            assert_eq!(answer.verdict, VerdictName::Block);
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Lost {
    /// B was away for longer than the list lived.
    Expired,
    /// B's disk has lost it.
    Body,
}

#[tokio::test]
async fn a_list_of_several_pages_that_comes_for_the_first_time_is_no_growth() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    federation.publish_page = 1;
    (federation.brake.free_growth, federation.brake.growth_factor) = (3, 1);
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    // B has heard of A before.
    b.screen(&operator(), screening(company(CODE))).await.unwrap();
    b.apply_brake().await.unwrap();
    federation.clock.advance(Duration::from_secs(86_400));
    // A base and its deltas; heads come 256 at a time.
    for numbers in [0..1, 1..264] {
        for number in numbers {
            a.record_entry(&operator(), entry(company(&code(number)), a.now()))
                .await
                .unwrap();
        }
        a.publish_changes().await.unwrap();
    }
    let report = b.sync(None, false).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let of_a = report.peers.iter().find(|peer| peer.peer == *a.id()).unwrap();
    assert!(of_a.lists[0].to_sequence > 256, "{report:?}");
    assert_eq!(brake_of(&b, "platform-a").await, None);
}

#[tokio::test]
async fn what_is_fetched_again_and_again_until_it_comes_counts_as_growth_once() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        (federation.brake.free_growth, federation.brake.growth_factor) = (3, 1);
        let a = federation.join("platform-a", "CN", &[]).await;
        let b = federation.join("platform-b", "CN", &["platform-a"]).await;
        for code in [CODE, OTHER] {
            a.record_entry(&operator(), entry(company(code), a.now()))
                .await
                .unwrap();
            a.publish_changes().await.unwrap();
            b.sync(None, false).await.unwrap();
        }
        federation.clock.advance(Duration::from_secs(86_400));
        a.record_entry(&operator(), entry(company("91350100M000100Y43"), a.now()))
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        federation.network.break_off_bodies_of(a.id());
        for _ in 0..5 {
            assert!(!b.sync(None, false).await.unwrap().is_complete());
        }
        assert_eq!(brake_of(&b, "platform-a").await, None);
        federation.network.deliver_bodies_of(a.id());
        assert!(b.sync(None, false).await.unwrap().is_complete());
        assert_eq!(brake_of(&b, "platform-a").await, None);
    }
}

#[tokio::test]
async fn nobody_decides_about_a_stranger_or_oneself() {
    let federation = Federation::found(BACKENDS[0]).await;
    let node = federation.node("regulator");
    for id in ["regulator", "nobody"] {
        let decision = BrakeDecision {
            action: BrakeAction::Release,
            reason: "no reason".to_owned(),
        };
        let refused = node
            .decide_brake(&operator(), &id.parse().unwrap(), decision)
            .await;
        assert_eq!(refused.unwrap_err().problem().status, 404);
    }
}
