//! A node whose clock is off by what most of the others say releases nothing by itself and blocks nobody.

use std::time::Duration;

use lianfang_store::testing::Backend;
use lianfang_wire::alert::AlertState;
use lianfang_wire::info::Info;
use lianfang_wire::vocabulary::{EventType, VerdictName};

use crate::alerts::{CODE, alerts, publish, states, watch};
use crate::brake::{brake_of, release};
use crate::harness::{BACKENDS, Federation, Tampering, code, company, entry, event, operator, screening};

pub(crate) const DAY: Duration = Duration::from_secs(86_400);
pub(crate) const OTHERS: [&str; 4] = ["regulator", "platform-b", "platform-c", "platform-d"];

pub(crate) async fn of_five(backend: Backend) -> Federation {
    let mut federation = Federation::found(backend).await;
    federation.join("platform-a", "CN", &["platform-b"]).await;
    for name in ["platform-b", "platform-c", "platform-d"] {
        federation.join(name, "CN", &[]).await;
    }
    federation
}

pub(crate) fn put_others_ahead(federation: &Federation, by: Duration) {
    for other in OTHERS {
        federation.put_ahead(other, by);
    }
}

/// The clocks of these are so far behind everybody else's.
fn behind(who: &'static [&'static str], by: Duration) -> Tampering {
    Box::new(move |asked, answer| {
        if asked != "info" {
            return answer;
        }
        let mut info: Info = serde_json::from_slice(&answer).unwrap();
        if who.contains(&info.node.as_str()) {
            info.now = info.now - by;
        }
        serde_json::to_vec(&info).unwrap()
    })
}

#[tokio::test]
async fn a_clock_that_is_ahead_of_most_others_releases_nothing_for_good() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let a = federation.node("platform-a");
        let entry = publish(&a, CODE).await;
        event(&a, &entry, EventType::Contested).await;
        federation.clock.advance(DAY * 20);
        assert_eq!(
            a.expire_entries().await.unwrap(),
            0,
            "nobody has said what time it is"
        );
        federation.network.tamper(behind(&OTHERS, DAY * 20));
        a.sync(None, false).await.unwrap();
        assert_eq!(
            a.expire_entries().await.unwrap(),
            0,
            "everybody says that it is earlier"
        );
        federation.network.tamper(behind(&["platform-d"], DAY * 20));
        a.sync(None, false).await.unwrap();
        assert_eq!(a.expire_entries().await.unwrap(), 1, "one alone doesn't stop it");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_blocks_nobody() {
    const MINUTE: Duration = Duration::from_secs(60);
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let a = federation.node("platform-a");
        publish(&federation.node("platform-b"), CODE).await;
        let ways: [(&'static [&'static str], Duration, VerdictName); 4] = [
            (&OTHERS, MINUTE, VerdictName::Block),
            (&OTHERS, MINUTE + Duration::from_secs(1), VerdictName::Review),
            (&["platform-d"], DAY, VerdictName::Block),
            (&["platform-c", "platform-d"], DAY, VerdictName::Block),
        ];
        for (who, by, expected) in ways {
            federation.network.tamper(behind(who, by));
            a.sync(None, false).await.unwrap();
            let answer = a.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(answer.verdict, expected, "{who:?} behind by {by:?}");
            let code = serde_json::to_value(answer.reasons[0].code).unwrap();
            assert_eq!(code == "clock_off", expected == VerdictName::Review, "{code}");
        }
    }
}

#[tokio::test]
async fn a_clock_that_leaps_ahead_closes_no_alert_for_good() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        watch(&a, "shop-1", company(CODE)).await;
        let entry = publish(&b, CODE).await;
        event(&b, &entry, EventType::Contested).await;
        a.sync(None, false).await.unwrap();
        federation.put_ahead("platform-a", DAY * 20);
        for heard in [false, true] {
            if heard {
                let _ = a.sync(None, false).await;
            }
            assert_eq!(a.watch_roster().await.unwrap().closed, 0, "{backend:?} {heard}");
            assert_eq!(states(&a).await, [AlertState::Open], "{backend:?} {heard}");
        }
        federation.put_ahead("platform-a", Duration::ZERO);
        federation.clock.advance(DAY * 20);
        a.sync(None, false).await.unwrap();
        assert_eq!(a.watch_roster().await.unwrap().closed, 1, "{backend:?}");
    }
}

#[tokio::test]
async fn what_a_clock_that_is_off_has_ended_is_review_and_not_clear() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        let (contested, expiring, living) = (code(1), code(2), code(3));
        let recorded = publish(&b, &contested).await;
        let mut short = entry(company(&expiring), b.now());
        short.expires = b.now() + DAY * 15;
        b.record_entry(&operator(), short).await.unwrap();
        event(&b, &recorded, EventType::Contested).await;
        federation.clock.advance(DAY * 13);
        publish(&b, &living).await;
        a.sync(None, false).await.unwrap();
        federation.put_ahead("platform-a", DAY * 3);
        a.sync(None, false).await.unwrap();
        for about in [&contested, &expiring, &living] {
            let answer = a.screen(&operator(), screening(company(about))).await.unwrap();
            assert_eq!(
                answer.verdict,
                VerdictName::Review,
                "{backend:?} {about}: {answer:?}"
            );
        }
        federation.put_ahead("platform-a", Duration::ZERO);
        federation.clock.advance(DAY * 3);
        publish(&b, &code(4)).await;
        a.sync(None, false).await.unwrap();
        for (about, expected) in [
            (&contested, VerdictName::Clear),
            (&expiring, VerdictName::Clear),
            (&living, VerdictName::Block),
        ] {
            let answer = a.screen(&operator(), screening(company(about))).await.unwrap();
            assert_eq!(answer.verdict, expected, "{backend:?} {about}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn an_own_entry_that_a_clock_that_is_off_has_ended_is_still_found_here() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let a = federation.node("platform-a");
        let mut local = entry(company(CODE), a.now());
        local.evidence.clear();
        local.expires = a.now() + DAY * 15;
        a.record_entry(&operator(), local).await.unwrap();
        federation.clock.advance(DAY * 13);
        let screened = async |expected, when: &str| {
            a.sync(None, false).await.unwrap();
            let answer = a.screen(&operator(), screening(company(CODE))).await.unwrap();
            assert_eq!(answer.verdict, expected, "{backend:?} {when}: {answer:?}");
        };
        federation.put_ahead("platform-a", DAY * 3);
        screened(VerdictName::Review, "by a clock that is off").await;
        federation.put_ahead("platform-a", Duration::ZERO);
        federation.clock.advance(DAY * 3);
        screened(VerdictName::Clear, "by a clock that is right").await;
    }
}

/// Readers release it at the deadline that its publisher states.
#[tokio::test]
async fn who_joins_the_roster_under_a_clock_that_is_off_is_matched_again_once_it_is_right() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        publish(&b, CODE).await;
        a.sync(None, false).await.unwrap();
        a.watch_roster().await.unwrap();
        // Its lists have expired by then.
        federation.put_ahead("platform-a", DAY * 8);
        a.watch_roster().await.unwrap();
        watch(&a, "shop-1", company(CODE)).await;
        assert!(alerts(&a).await.is_empty(), "{backend:?}");
        federation.put_ahead("platform-a", Duration::ZERO);
        a.sync(None, false).await.unwrap();
        a.watch_roster().await.unwrap();
        assert_eq!(states(&a).await, [AlertState::Open], "{backend:?}");
    }
}

#[tokio::test]
async fn a_list_that_was_built_by_a_clock_ahead_lacks_nothing_and_is_built_again_once_it_is_right() {
    for backend in BACKENDS {
        let federation = of_five(backend).await;
        let (a, b) = (federation.node("platform-a"), federation.node("platform-b"));
        let (contested, new) = (code(1), code(2));
        let recorded = publish(&a, &contested).await;
        event(&a, &recorded, EventType::Contested).await;
        for node in [&a, &b] {
            node.sync(None, false).await.unwrap();
        }
        federation.put_ahead("platform-a", DAY * 20);
        a.build_digests().await.unwrap();
        federation.put_ahead("platform-a", Duration::ZERO);
        let refused = b.sync(None, false).await.unwrap();
        assert!(!refused.is_complete(), "{backend:?}: its head is of the future");
        let answer = b
            .screen(&operator(), screening(company(&contested)))
            .await
            .unwrap();
        assert_eq!(answer.verdict, VerdictName::Review, "{backend:?}");
        a.record_entry(&operator(), entry(company(&new), a.now()))
            .await
            .unwrap();
        a.publish_changes().await.unwrap();
        assert!(b.sync(None, false).await.unwrap().is_complete(), "{backend:?}");
        for about in [&contested, &new] {
            let answer = b.screen(&operator(), screening(company(about))).await.unwrap();
            assert_eq!(answer.verdict, VerdictName::Review, "{backend:?} {about}");
            assert!(answer.complete, "{backend:?} {about}");
        }
    }
}

#[tokio::test]
async fn a_head_of_the_future_is_followed_by_one_of_today_although_the_list_says_the_same() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        publish(&a, CODE).await;
        federation.put_ahead("platform-a", DAY * 20);
        a.build_digests().await.unwrap();
        federation.put_ahead("platform-a", Duration::ZERO);
        assert!(!b.sync(None, false).await.unwrap().is_complete());
        assert_eq!(a.build_digests().await.unwrap().published.len(), 1, "{backend:?}");
        assert!(b.sync(None, false).await.unwrap().is_complete(), "{backend:?}");
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(answer.verdict, VerdictName::Block);
        assert_eq!(a.build_digests().await.unwrap().published.len(), 0, "{backend:?}");
    }
}

#[tokio::test]
async fn a_clock_that_leaps_past_the_end_of_the_membership_takes_no_token_of_the_roster() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        watch(&a, "shop-1", company(CODE)).await;
        a.watch_roster().await.unwrap();
        let before = a.roster_status().await.unwrap();
        assert!(before.tokens > 0);
        for ahead in [DAY * 366, Duration::ZERO] {
            federation.put_ahead("platform-a", ahead);
            a.watch_roster().await.unwrap();
            assert_eq!(a.roster_status().await.unwrap(), before, "{backend:?}: {ahead:?}");
        }
    }
}

#[tokio::test]
async fn a_hit_that_a_clock_ahead_has_put_off_is_asked_about_once_the_clock_is_right() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        publish(&a, CODE).await;
        b.sync(None, false).await.unwrap();
        federation.network.stop(a.id());
        watch(&b, "shop-1", company(CODE)).await;
        federation.put_ahead("platform-b", DAY * 2);
        b.watch_roster().await.unwrap();
        federation.put_ahead("platform-b", Duration::ZERO);
        federation.network.add(a);
        b.watch_roster().await.unwrap();
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}");
    }
}

#[tokio::test]
async fn tokens_that_a_clock_ahead_has_put_off_are_asked_for_once_the_clock_is_right() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        publish(&a, CODE).await;
        b.sync(None, false).await.unwrap();
        let committee = federation.node("regulator");
        federation.network.stop(committee.id());
        watch(&b, "shop-1", company(CODE)).await;
        federation.put_ahead("platform-b", DAY * 2);
        b.watch_roster().await.unwrap();
        federation.put_ahead("platform-b", Duration::ZERO);
        federation.network.add(committee);
        assert_eq!(b.watch_roster().await.unwrap().tokenised, 1, "{backend:?}");
        assert_eq!(states(&b).await, [AlertState::Open], "{backend:?}");
    }
}

#[tokio::test]
async fn what_a_clock_ahead_has_found_counts_no_more_once_its_publisher_is_released() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.brake.least_hits = 2;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        for number in 1..=4 {
            watch(&c, &format!("shop-{number}"), company(&code(number))).await;
        }
        let brings = async |number| {
            publish(&a, &code(number)).await;
            c.sync(None, false).await.unwrap();
        };
        federation.put_ahead("platform-c", DAY / 2);
        brings(1).await;
        assert_eq!(states(&c).await, [AlertState::Open], "{backend:?}");
        brings(2).await;
        federation.put_ahead("platform-c", Duration::ZERO);
        assert!(brake_of(&c, "platform-a").await.is_some(), "{backend:?}");
        federation.network.stop(a.id());
        release(&c, "platform-a").await;
        federation.network.add(a.clone());
        federation.clock.advance(Duration::from_secs(600));
        brings(3).await;
        assert_eq!(brake_of(&c, "platform-a").await, None, "{backend:?}");
        assert_eq!(states(&c).await, [AlertState::Open; 3], "{backend:?}");
        brings(4).await;
        assert!(
            brake_of(&c, "platform-a").await.is_some(),
            "{backend:?}: two since"
        );
    }
}
