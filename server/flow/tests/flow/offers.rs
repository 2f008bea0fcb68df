//! What a peer offers needn't be true, nor end.

use std::sync::OnceLock;

use lianfang_wire::info::Info;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator};

const CODE: &str = "91110108661572276L";

/// An answer to `/info` of platform-a, changed.
fn offering(change: impl Fn(&mut Info), info: &[u8]) -> Vec<u8> {
    let mut info: Info = serde_json::from_slice(info).unwrap();
    if info.node.as_str() == "platform-a" {
        change(&mut info);
    }
    serde_json::to_vec(&info).unwrap()
}

#[tokio::test]
async fn a_feed_that_says_the_same_again_and_again_ends_the_sync() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        let first = OnceLock::new();
        federation
            .network
            .tamper(Box::new(move |asked, answer| match asked {
                "info" => offering(
                    |info| {
                        info.feeds
                            .iter_mut()
                            .for_each(|feed| feed.sequence = u64::MAX / 4)
                    },
                    &answer,
                ),
                "status" => first.get_or_init(|| answer).clone(),
                _ => answer,
            }));
        let report = b.sync(Some(id("platform-a")), false).await.unwrap();
        assert_eq!(report.peers[0].error.as_deref(), Some("malformed_answer"));
        assert_eq!(report.peers[0].status_items, 1, "what was true counts");
    }
}

#[tokio::test]
async fn lists_and_feeds_that_the_federation_doesn_t_know_are_left_alone() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        federation
            .network
            .tamper(Box::new(move |asked, answer| match asked {
                "info" => offering(
                    |info| {
                        let (list, feed) = (info.lists[0].clone(), info.feeds[0].clone());
                        for number in 0..100 {
                            let mut other_epoch = list.clone();
                            other_epoch.list.epoch = 1_000 + number;
                            let mut other_audience = list.clone();
                            other_audience.list.audience = format!("made-up-{number}").parse().unwrap();
                            info.lists.extend([other_epoch, other_audience]);
                            let mut other_feed = feed.clone();
                            other_feed.audience = format!("made-up-{number}").parse().unwrap();
                            info.feeds.push(other_feed);
                        }
                    },
                    &answer,
                ),
                _ => answer,
            }));
        let report = b.sync(Some(id("platform-a")), false).await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(report.peers[0].lists.len(), 1);
    }
}
