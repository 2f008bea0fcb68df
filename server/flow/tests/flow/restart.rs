//! What a node had it has again.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lianfang_flow::Node;
use lianfang_store::{HeadRow, ListKey};
use lianfang_wire::alert::AlertState;
use lianfang_wire::vocabulary::VerdictName;

use crate::alerts::{publish, states, watch};
use crate::harness::{BACKENDS, Federation, company, entry, id, operator, product, screening, shared_with};

const CODE: &str = "91110108661572276L";
const OTHER: &str = "91130105MA0FRNGTXX";
const GOODS: &str = "4006381333931";

#[tokio::test]
async fn digests_and_confirmed_records_survive_a_restart_while_the_publisher_is_down() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(120));
        assert_eq!(
            b.screen(&operator(), screening(company(CODE)))
                .await
                .unwrap()
                .verdict,
            VerdictName::Block
        );
        drop(b);
        federation.network.stop(&id("platform-a"));
        let b = federation.restart("platform-b").await;
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!((answer.verdict, answer.complete), (VerdictName::Block, true));
    }
}

/// A federation in which B holds a base of A and the screening index over it.
async fn with_an_index() -> Federation {
    let (federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    federation
}

/// The file that B's index is, and when it was written.
fn image(federation: &Federation) -> (PathBuf, SystemTime) {
    let folder = federation.folder("platform-b").join("index");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert_eq!(files.len(), 1, "one image is in use");
    let path = files.remove(0).unwrap().path();
    let written = path.metadata().unwrap().modified().unwrap();
    (path, written)
}

async fn verdict_of_b(federation: &Federation) -> VerdictName {
    let b = federation.node("platform-b");
    let answer = b.screen(&operator(), screening(company(CODE))).await;
    answer.unwrap().verdict
}

#[tokio::test]
async fn a_restart_goes_on_with_the_index_that_was_built_before_and_needs_no_body_for_it() {
    let federation = with_an_index().await;
    let before = image(&federation);
    let bodies = federation.folder("platform-b").join("digests");
    std::fs::remove_dir_all(bodies).unwrap();
    federation.restart("platform-b").await;
    assert_eq!(verdict_of_b(&federation).await, VerdictName::Block);
    assert_eq!(image(&federation), before);
}

/// C has news for B in one list after the other: each base gets an image of its own until they are too many.
async fn make_many_images(c: &Arc<Node>, b: &Arc<Node>) {
    for audience in ["all", "cn"] {
        for subject in [company(OTHER), product(GOODS)] {
            let new = shared_with(audience, entry(subject, c.now()));
            c.record_entry(&operator(), new).await.unwrap();
            c.build_digests().await.unwrap();
            b.sync(Some(c.id().clone()), false).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_list_whose_body_is_lost_stays_in_force_when_images_are_made_into_one_and_its_body_comes_back() {
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        publish(&a, CODE).await;
        b.sync(None, false).await.unwrap();
        federation.clock.advance(Duration::from_secs(120));
        assert_eq!(verdict_of_b(&federation).await, VerdictName::Block);
        let heads = federation.store("platform-a").heads_in_force(Some(a.id()));
        let body = federation
            .folder("platform-b")
            .join("digests")
            .join(hex::encode(heads.unwrap()[0].body_hash));
        std::fs::remove_file(&body).unwrap();
        federation.network.cut(a.id(), b.id());
        make_many_images(&c, &b).await;
        assert_eq!(verdict_of_b(&federation).await, VerdictName::Block, "{backend:?}");
        federation.network.heal(a.id(), b.id());
        assert!(b.sync(None, false).await.unwrap().is_complete());
        assert!(body.exists(), "{backend:?}");
    }
}

fn spoil(image: &Path) {
    let sound = std::fs::read(image).unwrap();
    // Its directory, which a start reads, stays as it is.
    let (front, rows) = sound.split_at(4_096);
    std::fs::remove_file(image).unwrap();
    std::fs::write(image, [front, &vec![0; rows.len()]].concat()).unwrap();
    std::fs::set_permissions(image, Permissions::from_mode(0o400)).unwrap();
}

#[tokio::test]
async fn an_index_that_the_disk_has_spoilt_is_built_anew() {
    let federation = with_an_index().await;
    let (path, _) = image(&federation);
    let sound = std::fs::read(&path).unwrap();
    spoil(&path);
    let b = federation.restart("platform-b").await;
    assert_eq!(
        verdict_of_b(&federation).await,
        VerdictName::Clear,
        "the damage was done"
    );
    b.check_index().await.unwrap();
    assert_eq!(verdict_of_b(&federation).await, VerdictName::Block);
    assert_eq!(std::fs::read(&path).unwrap(), sound);
}

#[tokio::test]
async fn a_list_that_comes_into_force_with_an_index_built_anew_is_matched() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let b = federation.join("platform-b", "CN", &["platform-a"]).await;
    watch(&b, "shop-1", company(OTHER)).await;
    publish(&a, CODE).await;
    b.sync(None, false).await.unwrap();
    drop(b);
    let (path, _) = image(&federation);
    spoil(&path);
    let b = federation.restart("platform-b").await;
    b.watch_roster().await.unwrap();
    publish(&a, OTHER).await;
    // Another replica of B's has taken it over.
    let list = ListKey {
        publisher: a.id().clone(),
        audience: "all".parse().unwrap(),
        subject_type: 1,
        epoch: 1,
    };
    let newer = HeadRow {
        tokens: None,
        ..federation.store("platform-a").head(&list).unwrap()
    };
    let bodies = ["platform-a", "platform-b"].map(|node| federation.folder(node).join("digests"));
    for file in std::fs::read_dir(&bodies[0]).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), bodies[1].join(file.file_name())).unwrap();
    }
    federation
        .store("platform-b")
        .adopt_heads(vec![newer], b.now())
        .unwrap();
    b.check_index().await.unwrap();
    assert_eq!(states(&b).await, [AlertState::Open]);
}

#[tokio::test]
async fn what_isn_t_an_index_is_cleared_away_at_the_start() {
    let federation = with_an_index().await;
    let (path, _) = image(&federation);
    let whole = std::fs::read(&path).unwrap();
    for torn in [&whole[..0], &whole[..40], &whole[..whole.len() - 1]] {
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, torn).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        std::fs::write(path.with_file_name("left-over"), b"x").unwrap();
        federation.restart("platform-b").await;
        assert_eq!(verdict_of_b(&federation).await, VerdictName::Block);
        assert_eq!(std::fs::read(image(&federation).0).unwrap(), whole);
    }
}

#[tokio::test]
async fn building_again_without_a_change_publishes_nothing_and_syncing_again_moves_nothing() {
    let (_federation, a, b) = Federation::of_two(BACKENDS[0]).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    assert_eq!(a.build_digests().await.unwrap().published.len(), 1);
    b.sync(None, false).await.unwrap();
    assert!(a.build_digests().await.unwrap().published.is_empty());
    let again = b.sync(None, false).await.unwrap();
    assert!(
        again
            .peers
            .iter()
            .all(|peer| peer.bytes == 0 && peer.lists.is_empty()),
        "{again:?}"
    );
}

#[tokio::test]
async fn an_entry_whose_time_is_over_is_written_down_once() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        assert_eq!(a.expire_entries().await.unwrap(), 0);
        federation
            .clock
            .advance(std::time::Duration::from_secs(301 * 86_400));
        assert_eq!(a.expire_entries().await.unwrap(), 1);
        assert_eq!(a.expire_entries().await.unwrap(), 0);
    }
}
