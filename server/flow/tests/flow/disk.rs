//! Folders of the node's own files that take nothing: what is in force stays, nothing is half done, and the node goes on by
//! itself once it has them back. Tests run as root, too, whom no permission stops.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lianfang_flow::{FlowError, Node, SyncReport};
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::vocabulary::VerdictName;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, screening};

const FIRST: &str = "91110108661572276L";
const SECOND: &str = "91350100M000100Y43";

/// How a folder takes nothing.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// It is none: nothing in it can be read or written.
    IsAFile,
    /// Not even root can make a file there.
    IsClosed,
}

impl Way {
    fn code(self) -> &'static str {
        match self {
            Self::IsAFile => "files_unavailable",
            Self::IsClosed => "files_read_only",
        }
    }
}

fn every_way() -> impl Iterator<Item = (Backend, Way)> {
    let ways = [Way::IsAFile, Way::IsClosed];
    BACKENDS
        .into_iter()
        .flat_map(move |backend| ways.map(|way| (backend, way)))
}

/// A folder that the node doesn't have at present.
struct Taken {
    place: PathBuf,
    kept: PathBuf,
}

impl Taken {
    fn from(federation: &Federation, node: &str, folder: &str, way: Way) -> Self {
        let place = federation.folder(node).join(folder);
        let kept = place.with_extension("kept");
        fs::rename(&place, &kept).unwrap();
        match way {
            Way::IsAFile => fs::write(&place, b"").unwrap(),
            Way::IsClosed => symlink("/sys", &place).unwrap(),
        }
        Self { place, kept }
    }

    fn give_back(self) {
        fs::remove_file(&self.place).unwrap();
        fs::rename(&self.kept, &self.place).unwrap();
    }
}

async fn record(node: &Arc<Node>, code: &str) {
    let new = entry(company(code), node.now());
    node.record_entry(&operator(), new).await.unwrap();
}

async fn blocks(node: &Arc<Node>, code: &str) -> bool {
    let answer = node.screen(&operator(), screening(company(code))).await;
    answer.unwrap().verdict == VerdictName::Block
}

/// The same at the publisher itself, who isn't in its own trust.
async fn finds(node: &Arc<Node>, code: &str) -> bool {
    let answer = node.screen(&operator(), screening(company(code))).await;
    answer.unwrap().verdict != VerdictName::Clear
}

/// A problem with a time to come back, and a code of its own.
fn check_told<T: std::fmt::Debug>(outcome: Result<T, FlowError>, way: Way) {
    let error = outcome.unwrap_err();
    let is_told = matches!(&error, FlowError::Files(files) if files.code() == way.code());
    assert!(is_told, "{way:?}: {error}");
    let problem = error.problem();
    assert_eq!(problem.kind(), Some(ProblemType::Unavailable));
    assert_eq!((problem.status, problem.retry_after), (503, Some(2)));
}

fn failure(report: &SyncReport, peer: &str) -> Option<String> {
    let of = report.peers.iter().find(|done| done.peer == id(peer));
    of.unwrap().error.clone()
}

/// How often files of `folder` have failed.
fn failures(node: &Node, folder: &'static str, way: Way) -> u64 {
    let counted = node.figures().file_failures;
    counted.get(&(folder, way.code())).copied().unwrap_or(0)
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn what_cannot_be_kept_as_a_body_is_published_once_there_is_a_place_for_it() {
    for (backend, way) in every_way() {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, FIRST).await;
        a.build_digests().await.unwrap();
        let heads = || federation.store("platform-a").heads_in_force(None).unwrap();
        let (before, bodies) = (heads(), federation.folder("platform-a").join("digests"));
        let stored = files(&bodies);
        record(&a, SECOND).await;
        let taken = Taken::from(&federation, "platform-a", "digests", way);
        check_told(a.publish_changes().await, way);
        check_told(a.build_digests().await, way);
        assert!(failures(&a, "bodies", way) >= 2);
        assert_eq!(heads(), before, "{backend:?} {way:?}");
        assert!(finds(&a, FIRST).await, "what was in force stays");
        taken.give_back();
        assert_eq!(files(&bodies), stored, "{backend:?} {way:?}");
        assert_eq!(a.publish_changes().await.unwrap().published.len(), 1);
        b.sync(None, false).await.unwrap();
        assert!(blocks(&b, SECOND).await, "{backend:?} {way:?}");
    }
}

#[tokio::test]
async fn a_sync_that_has_no_place_for_bodies_says_so_and_the_next_one_makes_up_for_it() {
    for (backend, way) in every_way() {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, FIRST).await;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        record(&a, SECOND).await;
        a.publish_changes().await.unwrap();
        let taken = Taken::from(&federation, "platform-b", "digests", way);
        let report = b.sync(None, false).await.unwrap();
        assert_eq!(failure(&report, "platform-a").as_deref(), Some(way.code()));
        assert!(blocks(&b, FIRST).await, "what was in force stays");
        taken.give_back();
        let report = b.sync(None, false).await.unwrap();
        assert_eq!(failure(&report, "platform-a"), None, "{backend:?} {way:?}");
        assert!(blocks(&b, SECOND).await, "{backend:?} {way:?}");
    }
}

#[tokio::test]
async fn a_body_that_the_disk_has_no_room_for_is_none_until_there_is() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, FIRST).await;
        a.build_digests().await.unwrap();
        let partial = partial(&federation);
        symlink("/dev/full", &partial).unwrap();
        let report = b.sync(None, false).await.unwrap();
        assert_eq!(failure(&report, "platform-a").as_deref(), Some("files_full"));
        let heads = federation.store("platform-b").heads_in_force(None);
        assert!(heads.unwrap().is_empty());
        assert!(!blocks(&b, FIRST).await);
        fs::remove_file(&partial).unwrap();
        b.sync(None, false).await.unwrap();
        assert!(blocks(&b, FIRST).await, "{backend:?}");
    }
}

#[tokio::test]
async fn an_index_that_cannot_be_written_leaves_the_old_one_in_force_and_is_made_up_for() {
    for (backend, way) in every_way() {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, FIRST).await;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        record(&a, SECOND).await;
        let own = Taken::from(&federation, "platform-a", "index", way);
        check_told(a.build_digests().await, way);
        assert!(failures(&a, "index", way) >= 1);
        assert!(finds(&a, FIRST).await, "{backend:?} {way:?}");
        let others = Taken::from(&federation, "platform-b", "index", way);
        check_told(b.sync(None, false).await, way);
        assert!(blocks(&b, FIRST).await, "{backend:?} {way:?}");
        own.give_back();
        others.give_back();
        assert!(a.build_digests().await.unwrap().published.is_empty());
        b.sync(None, false).await.unwrap();
        for node in [&a, &b] {
            assert!(finds(node, SECOND).await, "{backend:?} {way:?}");
            let index = federation.folder(node.id().as_str()).join("index");
            assert_eq!(files(&index), 1, "what nobody uses any more is gone");
        }
    }
}

/// Where B collects the body of A's list.
fn partial(federation: &Federation) -> PathBuf {
    let body = federation.store("platform-a").heads_in_force(None).unwrap()[0].body_hash;
    let name: String = body.iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = federation.folder("platform-b").join("digests");
    folder.join(format!("{name}.platform-a.part"))
}

#[tokio::test]
async fn what_the_disk_has_spoilt_of_an_interrupted_transfer_is_fetched_again_at_once() {
    let (federation, a, b) = Federation::of_two(Backend::Sqlite).await;
    record(&a, FIRST).await;
    a.build_digests().await.unwrap();
    fs::write(partial(&federation), vec![0; 1 << 20]).unwrap();
    let report = b.sync(None, false).await.unwrap();
    assert_eq!(failure(&report, "platform-a"), None);
    assert!(
        report
            .peers
            .iter()
            .all(|peer| peer.lists.iter().all(|list| list.refused.is_none()))
    );
    assert!(blocks(&b, FIRST).await);
}

/// The heads are taken over and the index isn't up to date yet when the bodies can't be reached any more.
#[tokio::test]
async fn a_list_whose_bodies_cannot_be_reached_stays_in_force_as_it_was() {
    for backend in BACKENDS {
        let (federation, a, b) = Federation::of_two(backend).await;
        record(&a, FIRST).await;
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        record(&a, SECOND).await;
        a.build_digests().await.unwrap();
        let index = Taken::from(&federation, "platform-b", "index", Way::IsAFile);
        check_told(b.sync(None, false).await, Way::IsAFile);
        index.give_back();
        let bodies = Taken::from(&federation, "platform-b", "digests", Way::IsAFile);
        check_told(b.sync(None, false).await, Way::IsAFile);
        assert!(blocks(&b, FIRST).await, "{backend:?}");
        bodies.give_back();
        b.sync(None, false).await.unwrap();
        assert!(blocks(&b, SECOND).await, "{backend:?}");
    }
}
