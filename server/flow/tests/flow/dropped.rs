//! A request whose caller goes away between its commit and what follows it: what follows happens all the same.

use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_store::Store;
use lianfang_wire::alert::AlertState;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::roster::NewMonitoredSubject;
use lianfang_wire::vocabulary::EventType;
use tokio::sync::Notify;

use crate::alerts::{CODE, alerts, publish, states, watch};
use crate::harness::{BACKENDS, Federation, company, entry, event, id, operator};

const NEIGHBOUR: &str = "91130105MA0FRNGTXX";
/// What doesn't come by then doesn't come at all.
const NEVER: Duration = Duration::from_secs(60);

/// Starts a request and drops it when the first that it writes is committed and it hasn't heard of that.
async fn dropped_after_its_commit<T: Send + 'static>(
    store: &Store,
    request: impl Future<Output = T> + Send + 'static,
) {
    store.hold_next_commit();
    dropped_at_the_held_commit(store, request, async {}).await;
}

/// The same, where the commit is held from a certain moment on.
async fn dropped_at_the_held_commit<T: Send + 'static>(
    store: &Store,
    request: impl Future<Output = T> + Send + 'static,
    held_from: impl Future<Output = ()>,
) {
    let request = tokio::spawn(request);
    held_from.await;
    a_commit_is_held(store).await;
    request.abort();
    assert!(request.await.is_err_and(|error| error.is_cancelled()));
    store.let_commit_go();
}

async fn a_commit_is_held(store: &Store) {
    let held = store.clone();
    let waits = tokio::task::spawn_blocking(move || held.wait_until_a_commit_is_held());
    assert!(waits.await.unwrap(), "nothing was written");
}

/// Waits until the alerts of a node are in these states.
pub(crate) async fn alerts_become(node: &Arc<Node>, expected: &[AlertState]) {
    let mut news = node.alert_news();
    let become_so = async {
        while states(node).await != expected {
            news.changed().await.unwrap();
        }
    };
    if tokio::time::timeout(NEVER, become_so).await.is_err() {
        panic!("{:?} instead of {expected:?}", alerts(node).await);
    }
}

async fn has_something_to_publish(node: &Arc<Node>) {
    tokio::time::timeout(NEVER, node.entries_have_changed())
        .await
        .expect("nothing is to be published");
}

#[tokio::test]
async fn a_seller_who_was_taken_in_is_watched() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-0", company("91350100M000100Y43")).await;
        publish(&a, NEIGHBOUR).await;
        c.sync(None, false).await.unwrap();
        c.watch_roster().await.unwrap();
        let store = federation.store("platform-c");
        let (node, subject) = (Arc::clone(&c), company(CODE));
        let put = async move {
            let new = NewMonitoredSubject { subject };
            node.put_subject(&operator(), "shop-1".to_owned(), new).await
        };
        dropped_after_its_commit(store, put).await;
        assert_eq!(store.subjects_monitored().unwrap(), 2);
        publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        alerts_become(&c, &[AlertState::Open]).await;
    }
}

#[tokio::test]
async fn an_entry_that_was_recorded_is_published() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        a.entries_have_changed().await;
        let (node, new) = (Arc::clone(&a), entry(company(CODE), a.now()));
        let record = async move { node.record_entry(&operator(), new).await };
        dropped_after_its_commit(federation.store("platform-a"), record).await;
        has_something_to_publish(&a).await;
        let (node, new) = (Arc::clone(&a), entry(company(NEIGHBOUR), a.now()));
        let record = async move { node.record_entries(&operator(), vec![(1, Ok(new))]).await };
        dropped_after_its_commit(federation.store("platform-a"), record).await;
        has_something_to_publish(&a).await;
    }
}

#[tokio::test]
async fn a_withdrawal_that_was_recorded_is_published_and_ends_own_alerts() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        let recorded = publish(&a, CODE).await;
        assert_eq!(states(&a).await, [AlertState::Open]);
        a.entries_have_changed().await;
        let node = Arc::clone(&a);
        let withdraw = async move {
            let event = NewEvent {
                kind: EventType::Withdrawn,
                reason: None,
                reference: None,
            };
            node.apply_event(&operator(), recorded.id, recorded.revision, event)
                .await
        };
        dropped_after_its_commit(federation.store("platform-a"), withdraw).await;
        alerts_become(&a, &[AlertState::Closed]).await;
        has_something_to_publish(&a).await;
    }
}

#[tokio::test]
async fn a_withdrawal_that_was_heard_of_ends_alerts_although_its_sync_has_no_time_left() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        let c = federation.join("platform-c", "CN", &[]).await;
        watch(&c, "shop-1", company(CODE)).await;
        let recorded = publish(&a, CODE).await;
        c.sync(None, false).await.unwrap();
        assert_eq!(states(&c).await, [AlertState::Open]);
        event(&a, &recorded, EventType::Withdrawn).await;
        let store = federation.store("platform-c");
        let (told, reached) = (store.clone(), Arc::new(Notify::new()));
        let here = Arc::clone(&reached);
        federation.network.tamper(Box::new(move |asked, answer| {
            if asked == "status" {
                told.hold_next_commit();
                here.notify_one();
            }
            answer
        }));
        let (node, of_a) = (Arc::clone(&c), Some(a.id().clone()));
        let sync = async move { node.sync(of_a, false).await };
        dropped_at_the_held_commit(store, sync, reached.notified()).await;
        alerts_become(&c, &[AlertState::Closed]).await;
    }
}

#[tokio::test]
async fn a_list_that_was_put_in_force_is_matched() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        let a = federation.join("platform-a", "CN", &[]).await;
        watch(&a, "shop-1", company(CODE)).await;
        a.watch_roster().await.unwrap();
        a.record_entry(&operator(), entry(company(CODE), a.now()))
            .await
            .unwrap();
        let mut building = Box::pin(a.build_digests());
        while a.figures().index.lists == 0 {
            assert!(futures_util::poll!(&mut building).is_pending());
            tokio::task::yield_now().await;
        }
        drop(building);
        alerts_become(&a, &[AlertState::Open]).await;
    }
}

fn version(node: &Node) -> u64 {
    node.trust().current().document.version
}

fn admits(node: &Node, name: &str) -> bool {
    let document = node.trust().current();
    let mut members = document.document.members.iter();
    members.any(|member| member.id == id(name) && member.is_active())
}

#[tokio::test]
async fn a_removal_counts_here_and_is_told_to_the_others() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let (network, governor) = (&federation.network, federation.node("regulator"));
        let next = version(&governor) + 1;
        let node = Arc::clone(&governor);
        let remove = async move { node.remove(&operator(), id("platform-b")).await };
        dropped_after_its_commit(federation.store("regulator"), remove).await;
        assert!(network.is_told(governor.id(), a.id(), next).await);
        assert!(!admits(&governor, "platform-b"));
    }
}

/// What comes after the document writes too, first of all into the regulators' feed.
#[tokio::test]
async fn a_removal_is_told_before_index_and_feed_are_brought_up_to_it() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let (network, store) = (&federation.network, federation.store("regulator"));
        let governor = federation.node("regulator");
        let next = version(&governor) + 1;
        store.hold_next_commit();
        let node = Arc::clone(&governor);
        let remove = tokio::spawn(async move { node.remove(&operator(), id("platform-b")).await });
        a_commit_is_held(store).await;
        store.hold_next_commit();
        a_commit_is_held(store).await;
        let is_told = network.is_told(governor.id(), a.id(), next).await;
        let counts = !admits(&governor, "platform-b") && !remove.is_finished();
        store.let_commit_go();
        assert!(is_told && counts, "{backend:?}");
        remove.await.unwrap().unwrap();
    }
}

/// Neither the answer to its commit came nor one to the question whether it is stored.
#[tokio::test]
async fn a_removal_of_which_nobody_could_say_whether_it_stands_is_told_once_it_is_taken_up() {
    for backend in BACKENDS {
        let (federation, a, _) = Federation::of_two(backend).await;
        let (network, store) = (&federation.network, federation.store("regulator"));
        let (governor, mut unknown) = (federation.node("regulator"), 0);
        let next = version(&governor) + 1;
        for n in 1.. {
            store.fail_from_statement(n);
            let removed = governor.remove(&operator(), id("platform-b")).await;
            store.stop_failing();
            if removed.is_ok() {
                break;
            }
            if store.membership(next).unwrap().is_some() {
                unknown += 1;
                assert!(admits(&governor, "platform-b"));
                governor.take_up_membership().await.unwrap();
                assert!(!admits(&governor, "platform-b"));
                assert!(network.is_told(governor.id(), a.id(), next).await);
                break;
            }
        }
        assert_eq!(unknown, 1, "{backend:?}");
    }
}

/// The answer to its commit may have been lost, and with it that there is something to publish.
#[tokio::test]
async fn an_entry_that_is_there_already_is_published_when_it_is_sent_again() {
    let mut federation = Federation::found(BACKENDS[0]).await;
    let a = federation.join("platform-a", "CN", &[]).await;
    let mut new = entry(company(CODE), a.now());
    new.client_reference = Some("case-1".to_owned());
    a.record_entry(&operator(), new.clone()).await.unwrap();
    a.entries_have_changed().await;
    assert!(!a.record_entry(&operator(), new).await.unwrap().created);
    has_something_to_publish(&a).await;
}
