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
use crate::statements::{check_chain, for_every_statement};

const CODE: &str = "91110108661572276L";

fn member(node: &Node, name: &str) -> Option<Member> {
    let document = node.trust().current();
    let mut members = document.document.members.iter();
    members.find(|member| member.id == id(name)).cloned()
}

/// What counts is what is stored, and each version follows the one before it.
fn check_documents(node: &Node, store: &Store) {
    let newest = store.latest_membership().unwrap().unwrap().version;
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
        // The later, the more documents there are to be read for the welcome.
        for n in 1..=40 {
            let invitation = governor.invite(id(&format!("shop-{n}"))).await.unwrap();
            let (key, signing) = (NodeKey::generate().unwrap(), signing_key(100 + n));
            let request = request(invitation, &key, &signing, "CN");
            store.fail_statement(n.into());
            let first = governor.approve(request.clone()).await;
            assert!(store.stop_failing(), "statement {n}");
            let welcome = first.or(governor.approve(request.clone()).await).unwrap();
            assert_eq!(welcome.node, request.node);
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
        governor.approve(stranger).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_member_is_removed_once_whatever_fails() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        for name in ["platform-a", "platform-b", "platform-c"] {
            federation.join(name, "CN", &[]).await;
        }
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        for (n, name) in (1..).zip(["platform-a", "platform-b", "platform-c"]) {
            // Only what comes before the document counts can be reached; what follows is made up for.
            store.fail_statement(n);
            let first = governor.remove(id(name)).await;
            store.stop_failing();
            if first.is_err() {
                assert_eq!(member(&governor, name).unwrap().status, MemberStatus::Active);
                governor.remove(id(name)).await.unwrap();
            }
            assert_eq!(member(&governor, name).unwrap().status, MemberStatus::Removed);
            check_documents(&governor, store);
        }
    }
}

#[tokio::test]
async fn a_replaced_certificate_is_granted_or_the_old_one_stays_pinned() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join("platform-a", "CN", &[]).await;
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        for_every_statement(store, async |_| {
            let before = member(&governor, "platform-a").unwrap().pin;
            let (pin, asked) = renewal(&federation, before);
            let renewed = governor
                .replace_certificate(&id("platform-a"), &asked, Duration::ZERO)
                .await;
            let now = member(&governor, "platform-a").unwrap().pin;
            assert_eq!(now, if renewed.is_ok() { pin } else { before });
            renewed.map(drop)
        })
        .await;
        check_documents(&governor, store);
    }
}

#[tokio::test]
async fn an_extension_whose_answer_is_lost_is_followed_and_not_contradicted() {
    const SECOND: Duration = Duration::from_secs(1);
    for backend in BACKENDS {
        let federation = Federation::found(backend).await;
        let (governor, store) = (federation.node("regulator"), federation.store("regulator"));
        for n in 1..40 {
            federation.clock.advance(SECOND);
            store.fail_from_statement(n);
            let first = governor.extend_membership(366).await;
            let reached = store.stop_failing();
            federation.clock.advance(SECOND);
            governor
                .extend_membership(366)
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
            let invitation = governor.invite(name(n)).await.unwrap();
            let (key, signing) = (NodeKey::generate().unwrap(), signing_key(100 + n));
            let request = request(invitation, &key, &signing, "CN");
            governor.approve(request).await.unwrap();
        }
        let sync = async || b.sync(Some(id("regulator")), false).await;
        sync().await.unwrap();
        for n in 1..=MEMBERS {
            federation.clock.advance(Duration::from_secs(1));
            governor.remove(name(n)).await.unwrap();
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
        governor.remove(id("platform-c")).await.unwrap();
        governor.remove(id("platform-a")).await.unwrap();
        federation.network.stop(&id("platform-a"));
        let newest = governor.trust().current().document.version;
        let store = federation.store("platform-b");
        let mut statement = 0;
        loop {
            statement += 1;
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
        for n in 1..200 {
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
    for statement in 1..200 {
        store.fail_statement(statement);
        let outcome = node.recover().await;
        let reached = store.stop_failing();
        match outcome {
            Ok(Recovery::Settled) => return,
            Ok(Recovery::Waiting { .. }) | Err(_) => assert!(reached, "{outcome:?} without a reason"),
            Ok(other) => assert_eq!(other, Recovery::Settled),
        }
    }
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
