//! A node whose clock is off by what most of the others say releases nothing by itself and blocks nobody.

use std::time::Duration;

use lianfang_store::testing::Backend;
use lianfang_wire::info::Info;
use lianfang_wire::vocabulary::{EventType, VerdictName};

use crate::alerts::{CODE, event, publish};
use crate::harness::{BACKENDS, Federation, Tampering, company, operator, screening};

const DAY: Duration = Duration::from_secs(86_400);
const OTHERS: [&str; 4] = ["regulator", "platform-b", "platform-c", "platform-d"];

async fn of_five(backend: Backend) -> Federation {
    let mut federation = Federation::found(backend).await;
    federation.join("platform-a", "CN", &["platform-b"]).await;
    for name in ["platform-b", "platform-c", "platform-d"] {
        federation.join(name, "CN", &[]).await;
    }
    federation
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
