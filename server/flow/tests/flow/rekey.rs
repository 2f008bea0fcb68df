//! Another data key: everything is sealed anew while the node serves, and nothing is lost wherever it stops.

use std::sync::Arc;
use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_flow::{FlowError, Node, RestorePlan, SystemRandomness, inspect_data_keys, settle_data_keys};
use lianfang_store::{DataKey, DataKeys, Store};
use lianfang_wire::vocabulary::VerdictName;
use uuid::Uuid;

use crate::alerts::watch;
use crate::harness::{BACKENDS, Federation, company, entry, operator, screening};

const NAME: &str = "platform-a";
const CODE: &str = "91110108661572276L";
const OTHER: &str = "91350100M000100Y43";
const ALL: usize = 1_000_000;
/// Longer than an old key is kept.
const LATER: Duration = Duration::from_secs(26 * 3_600);

fn key(number: u8) -> DataKey {
    DataKey::new(number, [number ^ 0x5a; 32].into())
}

fn first() -> DataKey {
    // The second to join, after the founder.
    DataKey::new(1, [2; 32].into())
}

async fn record(node: &Arc<Node>, reference: &str) -> Result<Uuid, FlowError> {
    let mut new = entry(company(CODE), node.now());
    new.client_reference = Some(reference.to_owned());
    Ok(node.record_entry(&operator(), new).await?.entry.id)
}

/// Everything that was recorded is there, and means what it meant.
async fn check(node: &Arc<Node>, entries: &[Uuid]) {
    for id in entries {
        assert_eq!(
            node.entry(*id).await.unwrap().content.subject.identifiers[0].value,
            CODE
        );
        assert_eq!(node.timeline(*id).await.unwrap().len(), 1);
    }
    let again = node.entry(entries[0]).await.unwrap().content;
    let known = node.record_entry(&operator(), again).await.unwrap();
    assert_eq!((known.entry.id, known.created), (entries[0], false));
    let found = node.screen(&operator(), screening(company(CODE))).await.unwrap();
    assert_eq!(found.verdict, VerdictName::Review);
}

async fn subjects(federation: &Federation) -> (Arc<Node>, Vec<Uuid>) {
    let a = federation.node(NAME);
    let mut entries = Vec::new();
    for number in 0..3 {
        entries.push(record(&a, &format!("case-{number}")).await.unwrap());
    }
    watch(&a, "shop-1", company(OTHER)).await;
    (a, entries)
}

fn waiting(store: &Store, number: u8) -> u64 {
    store.count_sealed_otherwise(number).unwrap().rows
}

#[tokio::test]
async fn a_new_key_seals_everything_anew_and_the_old_one_goes_when_nothing_needs_it() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join(NAME, "CN", &[]).await;
        let (a, mut entries) = subjects(&federation).await;
        a.put_data_key_in_force(&operator(), key(2)).await.unwrap();
        entries.push(record(&a, "case-3").await.unwrap());
        // Three entries with an event each, and a monitored seller.
        assert_eq!(waiting(federation.store(NAME), 2), 7);
        check(&a, &entries).await;
        assert_eq!(a.reseal(ALL).await.unwrap(), 7);
        assert_eq!(waiting(federation.store(NAME), 2), 0);
        assert_eq!(a.spent_data_keys().await.unwrap(), None, "kept for a day");
        federation.clock.advance(LATER);
        assert_eq!(a.spent_data_keys().await.unwrap(), Some(vec![1]));
        a.forget_data_key(1).await.unwrap();
        check(&a, &entries).await;
        federation.keep_data_keys(NAME, &[key(2)]);
        let a = federation.restart(NAME).await;
        assert_eq!(a.data_key(), 2);
        check(&a, &entries).await;
        watch(&a, "shop-1", company(OTHER)).await;
    }
}

#[tokio::test]
async fn a_key_that_rows_still_need_stays() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join(NAME, "CN", &[]).await;
        let (a, entries) = subjects(&federation).await;
        a.put_data_key_in_force(&operator(), key(2)).await.unwrap();
        federation.clock.advance(LATER);
        assert_eq!(a.spent_data_keys().await.unwrap(), Some(Vec::new()));
        // It stops here, and goes on with both keys.
        federation.keep_data_keys(NAME, &[first(), key(2)]);
        let a = federation.restart(NAME).await;
        assert_eq!(a.data_key(), 2);
        check(&a, &entries).await;
        assert_eq!(a.reseal(ALL).await.unwrap(), 7);
        assert_eq!(a.spent_data_keys().await.unwrap(), Some(vec![1]));
    }
}

#[tokio::test]
async fn whichever_statement_fails_nothing_is_lost_and_the_change_goes_on() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join(NAME, "CN", &[]).await;
        let (a, entries) = subjects(&federation).await;
        let store = federation.store(NAME).clone();
        let mut reached = true;
        for n in 1..200 {
            let number = n + 1;
            store.fail_statement(n.into());
            let change = async {
                a.put_data_key_in_force(&operator(), key(number)).await?;
                a.reseal(ALL).await
            };
            let outcome = change.await;
            reached = store.stop_failing();
            check(&a, &entries).await;
            assert_eq!(
                a.noted_data_key().await.unwrap(),
                None,
                "{backend:?}: statement {n}"
            );
            if !reached {
                outcome.unwrap();
                assert_eq!(waiting(&store, number), 0);
                break;
            }
            a.reseal(ALL).await.unwrap();
            assert_eq!(waiting(&store, a.data_key()), 0);
        }
        assert!(!reached, "no end");
    }
}

#[tokio::test]
async fn a_key_of_which_nobody_could_say_whether_it_is_in_force_is_taken_up_as_the_store_has_it() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join(NAME, "CN", &[]).await;
        let (a, entries) = subjects(&federation).await;
        let store = federation.store(NAME).clone();
        let mut lost = 0;
        for n in 1..200 {
            let number = n + 1;
            store.fail_from_statement(n.into());
            let change = a.put_data_key_in_force(&operator(), key(number)).await;
            let reached = store.stop_failing();
            if let Some(noted) = a.noted_data_key().await.unwrap() {
                lost += 1;
                assert_eq!(
                    (noted, change.is_err()),
                    (number, true),
                    "{backend:?}: statement {n}"
                );
                let other = DataKey::new(noted, [9; 32].into());
                assert!(a.take_up_data_key(other).await.is_err());
                assert_ne!(a.data_key(), noted);
                a.take_up_data_key(key(noted)).await.unwrap();
                assert_eq!(a.data_key(), noted);
            }
            check(&a, &entries).await;
            if !reached {
                break;
            }
        }
        assert_eq!(lost, 1, "{backend:?}: the answer to the commit");
    }
}

#[tokio::test]
async fn a_key_that_is_missing_or_another_one_is_named_at_the_start() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join(NAME, "CN", &[]).await;
        let (a, _) = subjects(&federation).await;
        let store = federation.store(NAME);
        let now = federation.clock.now();
        let settle = |keys: &DataKeys| settle_data_keys(store, keys, &SystemRandomness, now);
        let told = |keys: &DataKeys| settle(keys).unwrap_err().to_string();
        let another = DataKeys::single(DataKey::new(1, [9; 32].into()));
        assert!(told(&another).starts_with("data key 1 isn't the one that was in force"));
        a.put_data_key_in_force(&operator(), key(2)).await.unwrap();
        assert!(told(&DataKeys::single(first())).starts_with("data key 2 is missing"));
        let both = DataKeys::single(first());
        both.add(key(2));
        settle(&both).unwrap();
        assert_eq!(both.in_force(), 2);
        assert_eq!(inspect_data_keys(store, &both).unwrap().1.rows, 7);
    }
}

#[tokio::test]
async fn the_key_of_a_restored_node_is_sealed_anew_too() {
    for backend in BACKENDS {
        let mut federation = Federation::found(backend).await;
        federation.join(NAME, "CN", &[]).await;
        let backup = federation.back_up(NAME);
        let copy = federation.restored(NAME, &backup, RestorePlan::default()).await;
        let mark = || copy.store.meta("restore").unwrap().unwrap();
        assert!(mark().contains("\"key\":\"01"));
        copy.node
            .put_data_key_in_force(&operator(), key(2))
            .await
            .unwrap();
        federation.clock.advance(LATER);
        assert_eq!(copy.node.spent_data_keys().await.unwrap(), Some(Vec::new()));
        copy.node.reseal(ALL).await.unwrap();
        assert!(mark().contains("\"key\":\"02"));
        assert_eq!(copy.node.spent_data_keys().await.unwrap(), Some(vec![1]));
    }
}
