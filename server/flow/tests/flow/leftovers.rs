//! What no list needs any more goes from the disk, whatever its publisher says of how long it lives.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::harness::{BACKENDS, Federation, code, company, entry, operator};

const HOUR: Duration = Duration::from_secs(3_600);

fn files(federation: &Federation, node: &str) -> BTreeSet<PathBuf> {
    let folder = federation.folder(node).join("digests");
    fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect()
}

async fn publish(federation: &Federation, number: u32) {
    let a = federation.node("platform-a");
    let new = entry(company(&code(number)), a.now());
    a.record_entry(&operator(), new).await.unwrap();
    a.build_digests().await.unwrap();
    federation.node("platform-b").sync(None, false).await.unwrap();
}

#[tokio::test]
async fn a_base_that_another_has_followed_is_kept_for_an_hour_and_no_longer() {
    for backend in BACKENDS {
        let (federation, _a, b) = Federation::of_two(backend).await;
        publish(&federation, 1).await;
        let first = files(&federation, "platform-b");
        publish(&federation, 2).await;
        federation.clock.advance(HOUR / 2);
        b.sync(None, false).await.unwrap();
        assert!(files(&federation, "platform-b").is_superset(&first));
        federation.clock.advance(HOUR);
        b.sync(None, false).await.unwrap();
        let left = files(&federation, "platform-b");
        assert!(left.is_disjoint(&first), "{left:?}");
        assert_eq!(left.len(), first.len());
        // What is in force is still here.
        let b = federation.restart("platform-b").await;
        let report = b.sync(None, false).await.unwrap();
        assert!(report.peers.iter().all(|peer| peer.bytes == 0), "{report:?}");
    }
}

#[tokio::test]
async fn what_a_broken_transfer_left_behind_goes_when_nobody_comes_back_to_it() {
    for backend in BACKENDS {
        let (federation, _a, b) = Federation::of_two(backend).await;
        publish(&federation, 1).await;
        let before = files(&federation, "platform-b");
        let folder = federation.folder("platform-b").join("digests");
        fs::write(folder.join(format!("{}.part", "5a".repeat(32))), "half").unwrap();
        fs::write(folder.join("a5".repeat(32)), "refused").unwrap();
        // Of a body that is in force, as somebody else's head may name it.
        let named = before.first().unwrap().display();
        fs::write(format!("{named}.platform-m.part"), "half").unwrap();
        for _ in 0..2 {
            federation.clock.advance(HOUR);
            b.sync(None, false).await.unwrap();
        }
        assert_eq!(files(&federation, "platform-b"), before);
    }
}
