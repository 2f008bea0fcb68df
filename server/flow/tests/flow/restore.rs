//! A node that comes back from a backup: it signs nothing before it knows what it had signed, then goes on above that.

use std::sync::Arc;

use lianfang_encoding::SubjectType;
use lianfang_flow::{EntryFilter, FeedQuery, FlowError, Node, Recovery, RestorePlan};
use lianfang_wire::ProblemType;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::{EventType, StateName, VerdictName};
use uuid::Uuid;

use crate::harness::{BACKENDS, Copy, Federation, company, entry, id, operator, screening};

pub(crate) const BEFORE: &str = "91110108661572276L";
const LOST: &str = "91350100M000100Y43";
const AFTERWARDS: &str = "91130105MA0FRNGTXX";

/// The regulator, platform-a and readers of it.
pub(crate) async fn federation(backend: lianfang_store::testing::Backend, readers: &[&str]) -> Federation {
    let mut federation = Federation::found(backend).await;
    federation.join("platform-a", "CN", &[]).await;
    for reader in readers {
        federation.join(reader, "CN", &["platform-a"]).await;
    }
    federation
}

pub(crate) async fn record(node: &Arc<Node>, code: &str) -> Uuid {
    let recorded = node
        .record_entry(&operator(), entry(company(code), node.now()))
        .await
        .unwrap();
    recorded.entry.id
}

async fn withdraw(node: &Arc<Node>, id: Uuid) {
    apply(node, id, EventType::Withdrawn).await;
}

pub(crate) async fn apply(node: &Arc<Node>, id: Uuid, kind: EventType) {
    let event = NewEvent {
        kind,
        reason: Some("test".to_owned()),
        reference: None,
    };
    let revision = node.entry(id).await.unwrap().revision;
    node.apply_event(&operator(), id, revision, event).await.unwrap();
}

pub(crate) async fn spread(federation: &Federation, node: &Arc<Node>, readers: &[&str]) {
    node.publish_changes().await.unwrap();
    for reader in readers {
        let report = federation
            .node(reader)
            .sync(Some(node.id().clone()), false)
            .await
            .unwrap();
        assert!(report.is_complete(), "{report:?}");
    }
}

pub(crate) async fn verdict(federation: &Federation, reader: &str, code: &str) -> VerdictName {
    let answer = federation
        .node(reader)
        .screen(&operator(), screening(company(code)))
        .await;
    answer.unwrap().verdict
}

fn refusal(error: FlowError) -> Option<ProblemType> {
    let problem = error.problem();
    assert_eq!((problem.status, problem.retry_after), (503, Some(30)));
    problem.kind()
}

/// What the copy has published since it was restored, as others see it.
async fn signs(copy: &Copy) -> bool {
    let outcome = copy
        .node
        .record_entry(&operator(), entry(company(AFTERWARDS), copy.node.now()))
        .await;
    outcome.is_ok()
}

#[tokio::test]
async fn a_restored_node_goes_on_above_what_its_peers_saw() {
    for backend in BACKENDS {
        let readers = ["platform-b", "regulator"];
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        let kept = record(&a, BEFORE).await;
        spread(&federation, &a, &readers).await;
        let backup = federation.back_up("platform-a");
        record(&a, LOST).await;
        withdraw(&a, kept).await;
        spread(&federation, &a, &readers).await;
        assert_eq!(verdict(&federation, "platform-b", LOST).await, VerdictName::Block);
        let seen = heads(&federation, "platform-b");
        federation.network.stop(&id("platform-a"));
        drop(a);

        let copy = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        assert_eq!(copy.node.incarnation(), 1);
        federation.network.add(Arc::clone(&copy.node));
        spread(&federation, &copy.node, &readers).await;
        let entry = copy.node.entry(kept).await.unwrap();
        assert_eq!(
            entry.state,
            StateName::Withdrawn,
            "what was withdrawn stays withdrawn"
        );
        record(&copy.node, AFTERWARDS).await;
        spread(&federation, &copy.node, &readers).await;
        assert!(heads(&federation, "platform-b") > seen);
        assert_eq!(
            verdict(&federation, "platform-b", AFTERWARDS).await,
            VerdictName::Block
        );
        assert_ne!(verdict(&federation, "platform-b", LOST).await, VerdictName::Block);
        assert_ne!(
            verdict(&federation, "platform-b", BEFORE).await,
            VerdictName::Block
        );
        // Whoever lagged behind reads the feed without a gap, old items and new ones.
        let fresh = federation
            .node("platform-b")
            .status(&id("regulator"), "all".parse().unwrap(), 0, 10)
            .await;
        assert!(fresh.is_err(), "b publishes nothing");
        let feed = copy
            .node
            .status(&id("regulator"), "all".parse().unwrap(), 0, 100)
            .await
            .unwrap();
        assert!(feed.items.len() >= 5, "{}", feed.items.len());
    }
}

/// Incarnation and sequence of platform-a's list as a reader holds it.
fn heads(federation: &Federation, reader: &str) -> Vec<(u32, u64)> {
    let heads = federation
        .store(reader)
        .heads_in_force(Some(&id("platform-a")))
        .unwrap();
    heads
        .iter()
        .map(|head| (head.incarnation, head.sequence))
        .collect()
}

#[tokio::test]
async fn a_reader_that_lagged_behind_reads_on_without_a_gap() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        record(&a, BEFORE).await;
        spread(&federation, &a, &["platform-b"]).await;
        let backup = federation.back_up("platform-a");
        record(&a, LOST).await;
        spread(&federation, &a, &["regulator"]).await;
        federation.network.stop(&id("platform-a"));
        let copy = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        federation.network.add(Arc::clone(&copy.node));
        record(&copy.node, AFTERWARDS).await;
        spread(&federation, &copy.node, &["platform-b", "regulator"]).await;
        let all = "all".parse().unwrap();
        let own = copy
            .node
            .status(&id("platform-b"), "all".parse().unwrap(), 0, 100)
            .await
            .unwrap();
        for reader in ["platform-b", "regulator"] {
            let heard = federation
                .store(reader)
                .heard_status(&id("platform-a"), &all, 0, 100)
                .unwrap();
            assert_eq!(heard.len(), own.items.len(), "{reader}");
        }
    }
}

#[tokio::test]
async fn while_it_recovers_a_node_signs_nothing_and_says_so() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        record(&a, BEFORE).await;
        spread(&federation, &a, &["platform-b"]).await;
        let backup = federation.back_up("platform-a");
        federation.network.stop(&id("platform-a"));
        let copy = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        let (node, b) = (&copy.node, id("platform-b"));
        let recovering = Some(ProblemType::Recovering);
        let all = || "all".parse().unwrap();
        assert_eq!(node.ready().await, Err(vec!["recovering".to_owned()]));
        let new = entry(company(AFTERWARDS), node.now());
        assert_eq!(
            refusal(node.record_entry(&operator(), new).await.unwrap_err()),
            recovering
        );
        let asked = screening(company(BEFORE));
        assert_eq!(
            refusal(node.screen(&operator(), asked).await.unwrap_err()),
            recovering
        );
        assert_eq!(refusal(node.build_digests().await.unwrap_err()), recovering);
        assert_eq!(refusal(node.expire_entries().await.unwrap_err()), recovering);
        assert_eq!(refusal(node.info(&b).await.unwrap_err()), recovering);
        assert_eq!(
            refusal(node.status(&b, all(), 0, 9).await.unwrap_err()),
            recovering
        );
        assert_eq!(refusal(node.seen(&b, &b).await.unwrap_err()), recovering);
        let sellers = FeedQuery::all_of(SubjectType::Seller);
        let fed = node.feed(&id("regulator"), &sellers).await;
        assert_eq!(refusal(fed.unwrap_err()), recovering);
        let page = EntryFilter {
            limit: 10,
            ..EntryFilter::default()
        };
        let entries = node.entries(page).await.unwrap();
        assert_eq!(entries.items.len(), 1, "reading goes on");
        federation.network.stop(&id("regulator"));
        federation.network.stop(&b);
        assert_eq!(
            node.recover().await.unwrap(),
            Recovery::Waiting { heard: 0, needed: 2 }
        );
        assert_eq!(refusal(node.build_digests().await.unwrap_err()), recovering);
    }
}

#[tokio::test]
async fn of_two_restored_copies_exactly_one_gets_to_sign() {
    for backend in BACKENDS {
        let mut federation = federation(backend, &["platform-b", "platform-c"]).await;
        let a = federation.node("platform-a");
        record(&a, BEFORE).await;
        spread(&federation, &a, &["platform-b", "platform-c", "regulator"]).await;
        let backup = federation.back_up("platform-a");
        federation.network.stop(&id("platform-a"));
        let mut one = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        let mut other = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        // The first one can't reach everybody, and what it was granted outlives its peers' restarts.
        one.unreachable.lock().unwrap().insert(id("platform-c"));
        assert_eq!(one.node.recover().await.unwrap(), Recovery::Settled);
        for peer in ["platform-b", "platform-c"] {
            federation.restart(peer).await;
        }
        for _ in 0..2 {
            assert_ne!(other.node.recover().await.unwrap(), Recovery::Settled);
            assert_eq!((signs(&one).await, signs(&other).await), (true, false));
            federation.restart_copy("platform-a", &mut one).await;
            federation.restart_copy("platform-a", &mut other).await;
        }
        // The member that the other copy reached first follows the majority's proof.
        one.unreachable.lock().unwrap().clear();
        federation.network.add(Arc::clone(&one.node));
        one.node.sync(None, false).await.unwrap();
        spread(&federation, &one.node, &["platform-b", "platform-c", "regulator"]).await;
        assert_eq!(other.node.recover().await.unwrap(), Recovery::Taken);
        federation.join("platform-d", "CN", &["platform-a"]).await;
        spread(&federation, &one.node, &["platform-d"]).await;
    }
}

#[tokio::test]
async fn a_copy_that_was_replaced_stops_signing_once_most_members_say_so() {
    for backend in BACKENDS {
        let federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        record(&a, BEFORE).await;
        spread(&federation, &a, &["platform-b", "regulator"]).await;
        let backup = federation.back_up("platform-a");
        let copy = federation
            .restored("platform-a", &backup, RestorePlan::default())
            .await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        a.build_digests().await.unwrap();
        let report = federation.node("platform-b").sync(None, false).await.unwrap();
        let refused = report
            .peers
            .iter()
            .find(|peer| peer.peer == id("platform-a"))
            .unwrap();
        assert_eq!(refused.error.as_deref(), Some("incarnation-unknown"));
        a.sync(None, false).await.unwrap();
        let a = federation.restart("platform-a").await;
        let new = entry(company(AFTERWARDS), a.now());
        let refused = a.record_entry(&operator(), new).await.unwrap_err().problem();
        assert_eq!(refused.kind(), Some(ProblemType::Superseded));
    }
}

#[tokio::test]
async fn a_later_copy_goes_on_only_over_one_that_is_said_to_be_gone() {
    let federation = federation(BACKENDS[0], &["platform-b"]).await;
    let backup = federation.back_up("platform-a");
    federation.network.stop(&id("platform-a"));
    let gone = federation
        .restored("platform-a", &backup, RestorePlan::default())
        .await;
    assert_eq!(gone.node.recover().await.unwrap(), Recovery::Settled);
    let again = federation
        .restored("platform-a", &backup, RestorePlan::default())
        .await;
    assert_eq!(again.node.recover().await.unwrap(), Recovery::Taken);
    let plan = RestorePlan {
        over: Some(1),
        reason: "its disk burnt".to_owned(),
        ..RestorePlan::default()
    };
    let next = federation.restored("platform-a", &backup, plan).await;
    assert_eq!(next.node.recover().await.unwrap(), Recovery::Settled);
    assert_eq!(next.node.incarnation(), 2);
    let audit = next
        .store
        .audit_page(lianfang_encoding::Timestamp::default(), None, 99)
        .unwrap();
    assert!(
        audit
            .iter()
            .any(|row| row.action == "restore" && row.purpose == "its disk burnt")
    );
}

#[tokio::test]
async fn a_node_alone_needs_an_operator_s_decision() {
    for backend in BACKENDS {
        let federation = Federation::found(backend).await;
        let backup = federation.back_up("regulator");
        federation.network.stop(&id("regulator"));
        let waiting = federation
            .restored("regulator", &backup, RestorePlan::default())
            .await;
        assert_eq!(waiting.node.recover().await.unwrap(), Recovery::Undecided);
        assert!(!signs(&waiting).await);
        let plan = RestorePlan {
            alone: true,
            reason: "no member has joined yet".to_owned(),
            ..RestorePlan::default()
        };
        let copy = federation.restored("regulator", &backup, plan).await;
        assert_eq!(copy.node.recover().await.unwrap(), Recovery::Settled);
        assert!(signs(&copy).await);
    }
}

#[tokio::test]
async fn a_peer_that_makes_things_up_moves_no_sequence() {
    let federation = federation(BACKENDS[0], &["platform-b"]).await;
    let a = federation.node("platform-a");
    record(&a, BEFORE).await;
    spread(&federation, &a, &["platform-b", "regulator"]).await;
    let backup = federation.back_up("platform-a");
    federation.network.stop(&id("platform-a"));
    let copy = federation
        .restored("platform-a", &backup, RestorePlan::default())
        .await;
    federation.network.tamper(Box::new(|asked, bytes| match asked {
        "seen" => {
            let mut answer: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let statement = answer["statement"].as_str().unwrap().to_owned();
            answer["statement"] = statement.replacen('.', ".e30", 1).into();
            serde_json::to_vec(&answer).unwrap()
        }
        _ => bytes,
    }));
    assert_eq!(
        copy.node.recover().await.unwrap(),
        Recovery::Waiting { heard: 0, needed: 2 }
    );
}

/// A reader that comes back from a backup older than its grant would refuse everything of the node it had granted it to.
#[tokio::test]
async fn a_reader_whose_backup_is_older_than_its_grant_is_asked_anew() {
    for backend in BACKENDS {
        let mut federation = federation(backend, &["platform-b"]).await;
        let a = federation.node("platform-a");
        record(&a, BEFORE).await;
        spread(&federation, &a, &["platform-b", "regulator"]).await;
        let [of_a, of_b] = ["platform-a", "platform-b"].map(|name| federation.back_up(name));
        drop(a);
        let a = federation.come_back("platform-a", &of_a).await;
        assert_eq!(a.recover().await.unwrap(), Recovery::Settled);
        spread(&federation, &a, &["platform-b", "regulator"]).await;

        let b = federation.come_back("platform-b", &of_b).await;
        assert_eq!(b.recover().await.unwrap(), Recovery::Settled);
        record(&a, AFTERWARDS).await;
        a.publish_changes().await.unwrap();
        let report = b.sync(None, false).await.unwrap();
        assert!(!report.is_complete(), "what it doesn't know isn't taken over");
        a.sync(None, false).await.unwrap();
        spread(&federation, &a, &["platform-b"]).await;
        assert_eq!(
            verdict(&federation, "platform-b", AFTERWARDS).await,
            VerdictName::Block
        );
    }
}
