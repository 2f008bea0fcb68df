//! The n-th statement of a store fails, for every n, while members come, go, change their keys and come back from a backup.

use std::sync::Arc;
use std::time::Duration;

use lianfang_certs::NodeKey;
use lianfang_encoding::Timestamp;
use lianfang_flow::{Node, Recovery, RestorePlan};
use lianfang_store::{FeedFilter, FeedKind, FeedVersions, Store};
use lianfang_wire::membership::{Hash32, Member};
use lianfang_wire::renewal::Renewal;
use lianfang_wire::stix;
use lianfang_wire::vocabulary::{MemberStatus, StateName};

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, request, screening, signing_key};
use crate::statements::{MOST, check_chain, lines, told};

const CODE: &str = "91110108661572276L";

fn member(node: &Node, name: &str) -> Option<Member> {
    let document = node.trust().current();
    let mut members = document.document.members.iter();
    members.find(|member| member.id == id(name)).cloned()
}

fn newest(store: &Store) -> u64 {
    store.latest_membership().unwrap().unwrap().version
}

/// One statement fails for each of the first 40 numbers, and from one on every statement for each of the others: what follows
/// a document grows with the members, so that single ones never come to the end of it.
fn fail(store: &Store, n: u8) {
    match n.checked_sub(40) {
        None | Some(0) => store.fail_statement(n.into()),
        Some(from) => store.fail_from_statement(from.into()),
    }
}

/// What counts is what is stored, and each version follows the one before it.
fn check_documents(node: &Node, store: &Store) {
    let newest = newest(store);
    assert_eq!(node.trust().current().document.version, newest);
    let stored = (1..=newest).map(|version| store.membership(version).unwrap().unwrap().envelope);
    let loaded = lianfang_flow::Trust::load(stored).unwrap();
    assert_eq!(loaded.current().hash, node.trust().current().hash);
}

#[tokio::test]
async fn a_member_is_admitted_once_and_gets_its_welcome_whatever_fails() {
    for backend in BACKENDS {
        let federation = Federation::found(backend).await;
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        let founded = governor.trust().current().document.version;
        let mut asked = None;
        for n in 1..=60 {
            let invitation = governor
                .invite(&operator(), id(&format!("shop-{n}")))
                .await
                .unwrap();
            let (key, signing) = (NodeKey::generate().unwrap(), signing_key(100 + n));
            let request = request(invitation, &key, &signing, "CN");
            let before = newest(store);
            fail(store, n);
            let first = governor.approve(&operator(), request.clone()).await;
            assert!(store.stop_failing(), "statement {n}");
            let admitted = || {
                let told = told(store, "approve", request.node.as_str());
                told.iter().filter(|outcome| *outcome == "done").count()
            };
            let stands = newest(store) > before;
            assert_eq!(admitted(), usize::from(stands), "statement {n}");
            let welcome = first
                .or(governor.approve(&operator(), request.clone()).await)
                .unwrap();
            assert_eq!(welcome.node, request.node);
            assert_eq!(admitted(), 1, "statement {n}");
            let version = governor.trust().current().document.version;
            assert_eq!(welcome.memberships.len() as u64, version, "statement {n}");
            assert_eq!(
                version,
                founded + u64::from(n),
                "statement {n}: one document each"
            );
            asked = Some(request);
        }
        check_documents(&governor, store);
        let mut stranger = asked.unwrap();
        stranger.signing_key = signing_key(99).public();
        governor.approve(&operator(), stranger).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_member_is_removed_once_with_its_audit_line_whatever_fails() {
    for backend in BACKENDS {
        let federation = Federation::found(backend).await;
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        let mut ended = [false; 2];
        for n in 1..=60 {
            admit(&governor, n).await;
            let (name, before) = (format!("shop-{n}"), newest(store));
            fail(store, n);
            let first = governor.remove(&operator(), id(&name)).await;
            assert!(store.stop_failing(), "statement {n}");
            let removed = || told(store, "remove", &name).len();
            let stands = newest(store) > before;
            assert_eq!(removed(), usize::from(stands), "{backend:?}: statement {n}");
            if let Err(error) = &first {
                // It stands already when only the answer to the commit was lost.
                let again = governor.remove(&operator(), id(&name)).await;
                assert_eq!(again.is_err(), stands, "{backend:?}: statement {n}: {error}");
            }
            assert_eq!(removed(), 1, "{backend:?}: statement {n}");
            assert_eq!(member(&governor, &name).unwrap().status, MemberStatus::Removed);
            check_documents(&governor, store);
            // What follows the document is made up for.
            ended[usize::from(n > 40)] = first.is_ok();
        }
        assert_eq!(
            ended, [true; 2],
            "statements before the document weren't all tried"
        );
    }
}

/// `shop-n` becomes a member, whom nobody starts.
async fn admit(governor: &Arc<Node>, n: u8) {
    let name = id(&format!("shop-{n}"));
    let invitation = governor.invite(&operator(), name).await.unwrap();
    let (key, signing) = (NodeKey::generate().unwrap(), signing_key(100 + n));
    let request = request(invitation, &key, &signing, "CN");
    governor.approve(&operator(), request).await.unwrap();
}

#[tokio::test]
async fn a_replaced_certificate_is_granted_with_its_audit_line_or_the_old_one_stays_pinned() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join("platform-a", "CN", &[]).await;
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        let (by, of) = (operator(), id("platform-a"));
        let granted = || told(store, "replace_certificate", "platform-a").len();
        let pinned = || member(&governor, "platform-a").unwrap().pin;
        for n in 1.. {
            assert!(n < MOST, "no end");
            let (before, granted_before) = (pinned(), granted());
            let (pin, asked) = renewal(&federation, before);
            let ask = || governor.replace_certificate(&by, &of, &asked, Duration::ZERO);
            store.fail_statement(n);
            let renewed = ask().await;
            let reached = store.stop_failing();
            let changed = usize::from(renewed.is_ok());
            assert_eq!(pinned(), [before, pin][changed], "{backend:?}: statement {n}");
            assert_eq!(granted() - granted_before, changed, "{backend:?}: statement {n}");
            if !reached {
                renewed.unwrap();
                break;
            }
            ask().await.unwrap();
            assert_eq!(pinned(), pin, "{backend:?}: statement {n}");
        }
        check_documents(&governor, store);
    }
}

#[tokio::test]
async fn an_extension_whose_answer_is_lost_has_its_audit_line_and_is_followed_and_not_contradicted() {
    const SECOND: Duration = Duration::from_secs(1);
    for backend in BACKENDS {
        let federation = Federation::found(backend).await;
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        let founded = newest(store);
        for n in 1.. {
            assert!(n < MOST, "no end");
            federation.clock.advance(SECOND);
            store.fail_from_statement(n);
            let first = governor.extend_membership(&operator(), 366).await;
            let reached = store.stop_failing();
            let extended = lines(store, "extend").count() as u64;
            assert_eq!(extended, newest(store) - founded, "{backend:?}: statement {n}");
            federation.clock.advance(SECOND);
            governor
                .extend_membership(&operator(), 366)
                .await
                .unwrap_or_else(|error| panic!("{backend:?}: statement {n}: {error}"));
            check_documents(&governor, store);
            if !reached {
                first.unwrap();
                break;
            }
        }
    }
}

/// A pin, and platform-a's request for it.
fn renewal(federation: &Federation, replaces: Hash32) -> (Hash32, String) {
    let (key, hosts) = (NodeKey::generate().unwrap(), vec!["127.0.0.1".to_owned()]);
    let csr = key.request(&id("platform-a"), &hosts).unwrap();
    let pin = Hash32(lianfang_certs::request_pin(&csr).unwrap());
    let asked = Renewal {
        iss: id("platform-a"),
        fed: federation.node("regulator").trust().federation(),
        replaces,
        csr,
        hosts,
    };
    (pin, asked.sign(&federation.signing_key("platform-a")).unwrap())
}

/// One member leaves for each statement, so that none is passed over.
#[tokio::test]
async fn who_has_left_has_left_the_regulators_feed_too_by_the_next_sync_whatever_fails() {
    const MEMBERS: u8 = 40;
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let b = federation.join("platform-b", "CN", &[]).await;
        let (governor, store) = (federation.node("regulator"), federation.store("platform-b"));
        let name = |n: u8| id(&format!("shop-{n}"));
        for n in 1..=MEMBERS {
            admit(&governor, n).await;
        }
        let sync = async || b.sync(Some(id("regulator")), false).await;
        sync().await.unwrap();
        for n in 1..=MEMBERS {
            federation.clock.advance(Duration::from_secs(1));
            governor.remove(&operator(), name(n)).await.unwrap();
            store.fail_statement(n.into());
            let _ = sync().await;
            assert!(store.stop_failing(), "statement {n}");
            sync().await.unwrap();
            let member = stix::identity_id(&b.trust().federation(), &name(n));
            let versions = FeedFilter {
                audiences: vec!["all".parse().unwrap()],
                subject_type: 1,
                kinds: vec![FeedKind::Member],
                objects: Some(vec![(FeedKind::Member, member)]),
                versions: FeedVersions {
                    all: true,
                    ..FeedVersions::default()
                },
            };
            let told = store.feed_page(&versions, Timestamp::default(), 10).unwrap();
            assert_eq!(told.len(), 2, "{backend:?}: joined and left, statement {n}");
        }
        check_documents(&b, store);
    }
}

#[tokio::test]
async fn a_membership_document_is_taken_over_with_all_that_follows_from_it() {
    for backend in BACKENDS {
        let (mut federation, a, b) = Federation::of_two(backend).await;
        let recorded = a.record_entry(&operator(), entry(company(CODE), a.now())).await;
        recorded.unwrap();
        a.build_digests().await.unwrap();
        b.sync(None, false).await.unwrap();
        federation.join("platform-c", "CN", &[]).await;
        let governor = federation.node("regulator");
        governor.remove(&operator(), id("platform-c")).await.unwrap();
        governor.remove(&operator(), id("platform-a")).await.unwrap();
        federation.network.stop(&id("platform-a"));
        let newest = governor.trust().current().document.version;
        let store = federation.store("platform-b");
        let mut statement = 0;
        loop {
            statement += 1;
            assert!(statement < MOST, "no end");
            store.fail_statement(statement);
            let synced = b.sync(None, false).await;
            if !store.stop_failing() {
                synced.unwrap();
                break;
            }
        }
        assert!(statement > 3, "a sync has more statements");
        assert_eq!(b.trust().current().document.version, newest);
        check_documents(&b, store);
        let answer = b.screen(&operator(), screening(company(CODE))).await.unwrap();
        assert_eq!(
            b.figures().index.lists,
            0,
            "what a removed member published is out: {answer:?}"
        );
    }
}

#[tokio::test]
async fn entries_whose_time_is_over_expire_once_whatever_fails() {
    const DAY: Duration = Duration::from_secs(86_400);
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let store = federation.store("platform-a");
        for n in 1.. {
            assert!(n < MOST, "no end");
            let mut ids = Vec::new();
            for number in 0..2 {
                let mut new = entry(company(CODE), a.now());
                new.client_reference = Some(format!("case-{n}-{number}"));
                new.expires = a.now() + DAY;
                ids.push(a.record_entry(&operator(), new).await.unwrap().entry.id);
            }
            federation.clock.advance(DAY + Duration::from_secs(1));
            store.fail_statement(n);
            let first = a.expire_entries().await;
            let reached = store.stop_failing();
            let rest = a.expire_entries().await.unwrap();
            if let Ok(moved) = first {
                assert_eq!(moved + rest, 2, "statement {n}");
            }
            for id in ids {
                let entry = a.entry(id).await.unwrap();
                assert_eq!(
                    (entry.state, entry.revision),
                    (StateName::Expired, 2),
                    "statement {n}"
                );
            }
            if !reached {
                break;
            }
        }
        check_chain(&federation, "platform-a");
    }
}

/// The restored copy's own store fails; then, with another copy, that of a member who grants.
#[tokio::test]
async fn a_restored_node_recovers_once_whatever_fails() {
    for backend in BACKENDS {
        for failing in ["copy", "platform-b", "regulator"] {
            let (federation, a, b) = Federation::of_two(backend).await;
            record_and_spread(&a, &b, "before").await;
            let backup = federation.back_up("platform-a");
            record_and_spread(&a, &b, "lost").await;
            let seen = heads(&federation);
            federation.network.stop(&id("platform-a"));
            drop(a);
            let copy = federation
                .restored("platform-a", &backup, RestorePlan::default())
                .await;
            let other = federation
                .restored("platform-a", &backup, RestorePlan::default())
                .await;
            let store = if failing == "copy" {
                &copy.store
            } else {
                federation.store(failing)
            };
            recover(store, &copy.node).await;
            assert_eq!(copy.node.incarnation(), 1, "{backend:?} {failing}");
            assert_eq!(
                other.node.recover().await.unwrap(),
                Recovery::Taken,
                "{backend:?} {failing}"
            );
            federation.network.add(Arc::clone(&copy.node));
            record_and_spread(&copy.node, &b, "afterwards").await;
            assert!(heads(&federation) > seen, "{backend:?} {failing}");
        }
    }
}

/// Tries with each statement failing in turn, until it isn't reached any more and the node has recovered.
async fn recover(store: &Store, node: &Arc<Node>) {
    for statement in 1..MOST {
        store.fail_statement(statement);
        let outcome = node.recover().await;
        let reached = store.stop_failing();
        match outcome {
            Ok(Recovery::Settled) => return,
            Ok(Recovery::Waiting { .. }) | Err(_) => assert!(reached, "{outcome:?} without a reason"),
            Ok(other) => assert_eq!(other, Recovery::Settled),
        }
    }
    panic!("no end after {MOST} statements");
}

async fn record_and_spread(node: &Arc<Node>, reader: &Arc<Node>, reference: &str) {
    let mut new = entry(company(CODE), node.now());
    new.client_reference = Some(reference.to_owned());
    node.record_entry(&operator(), new).await.unwrap();
    node.publish_changes().await.unwrap();
    let report = reader.sync(Some(node.id().clone()), false).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}

/// Incarnation and sequence of platform-a's list as platform-b holds it.
fn heads(federation: &Federation) -> Vec<(u32, u64)> {
    let heads = federation
        .store("platform-b")
        .heads_in_force(Some(&id("platform-a")));
    let mut heads: Vec<_> = heads
        .unwrap()
        .iter()
        .map(|head| (head.incarnation, head.sequence))
        .collect();
    heads.sort_unstable();
    heads
}
