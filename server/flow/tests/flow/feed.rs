//! What regulators subscribe to.

use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_encoding::{NodeId, SubjectType, Timestamp};
use lianfang_flow::{FeedQuery, FeedVersion, FlowError, Listed, Node};
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::stix::{
    ENTRY_EXTENSION, EntryExtension, Indicator, StixId, StixObject, StixType, indicator_id,
};
use lianfang_wire::vocabulary::{EventType, StateName};
use uuid::Uuid;

use crate::harness::{BACKENDS, Federation, company, entry, id, operator, product, shared_with};

const OFFENDER: &str = "91990003LF0000032U";
const GTIN: &str = "4006381333931";

async fn federation(backend: Backend) -> Federation {
    let mut federation = Federation::found(backend).await;
    federation.join("platform-a", "CN", &[]).await;
    federation
}

async fn record(federation: &Federation, new: lianfang_wire::entry::NewEntry) -> Uuid {
    let a = federation.node("platform-a");
    a.record_entry(&operator(), new).await.unwrap().entry.id
}

async fn withdraw(federation: &Federation, entry: Uuid) {
    let event = NewEvent {
        kind: EventType::Withdrawn,
        reason: None,
        reference: None,
    };
    let a = federation.node("platform-a");
    a.apply_event(&operator(), entry, 1, event).await.unwrap();
}

async fn read(node: &Node, query: &FeedQuery) -> Vec<Listed> {
    let (mut query, mut listed) = (query.clone(), Vec::new());
    loop {
        let page = node.feed(node.id(), &query).await.unwrap();
        query.added_after = page.listed.last().map_or(query.added_after, |last| last.added);
        listed.extend(page.listed);
        if !page.more {
            return listed;
        }
    }
}

pub(crate) fn indicators(listed: &[Listed]) -> Vec<&Indicator> {
    listed
        .iter()
        .filter_map(|listed| match &listed.object {
            StixObject::Indicator(indicator) => Some(indicator.as_ref()),
            _ => None,
        })
        .collect()
}

/// The states of entries about sellers, as a regulator gets them last.
pub(crate) async fn states_told(node: &Node, reader: &str) -> BTreeMap<Uuid, StateName> {
    let query = FeedQuery {
        limit: Some(1_000),
        ..all_of(SubjectType::Seller)
    };
    let listed = node.feed(&id(reader), &query).await.unwrap().listed;
    let told = indicators(&listed).into_iter().map(extension);
    told.map(|said| (said.entry, said.state)).collect()
}

pub(crate) fn extension(indicator: &Indicator) -> &EntryExtension {
    &indicator.extensions[&ENTRY_EXTENSION]
}

fn all_of(collection: SubjectType) -> FeedQuery {
    FeedQuery::all_of(collection)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_regulator_sees_entries_of_others_as_indicators_and_then_as_revoked() {
    for backend in BACKENDS {
        let federation = federation(backend).await;
        let regulator = federation.node("regulator");
        let now = federation.clock.now();
        let seller = record(&federation, entry(company(OFFENDER), now)).await;
        let goods = record(&federation, entry(product(GTIN), now)).await;
        regulator.sync(None, false).await.unwrap();
        for (collection, entry) in [(SubjectType::Seller, seller), (SubjectType::Product, goods)] {
            let listed = read(&regulator, &all_of(collection)).await;
            let found = indicators(&listed);
            assert_eq!(found.len(), 1);
            let fed = regulator.trust().federation();
            assert_eq!(
                found[0].common.id.id,
                indicator_id(&fed, &id("platform-a"), entry)
            );
            let said = extension(found[0]);
            assert_eq!(
                (said.entry, said.subject_type, said.state),
                (entry, collection, StateName::Active)
            );
            assert_eq!(
                (said.publisher.clone(), said.category.is_some()),
                (id("platform-a"), true)
            );
            assert!(found[0].valid_until.is_some() && !found[0].common.revoked);
            let speaks = found[0].common.created_by_ref.unwrap();
            assert!(listed.iter().any(|listed| listed.object.common().id == speaks));
        }
        withdraw(&federation, seller).await;
        regulator.sync(None, false).await.unwrap();
        let listed = read(&regulator, &all_of(SubjectType::Seller)).await;
        let found = indicators(&listed);
        assert_eq!((found.len(), found[0].common.revoked), (1, true));
        assert!(found[0].common.modified > found[0].common.created);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_s_own_entries_are_in_its_feed_too() {
    for backend in BACKENDS {
        let federation = federation(backend).await;
        let regulator = federation.node("regulator");
        let now = federation.clock.now();
        regulator
            .record_entry(&operator(), entry(company(OFFENDER), now))
            .await
            .unwrap();
        let listed = read(&regulator, &all_of(SubjectType::Seller)).await;
        assert_eq!(extension(indicators(&listed)[0]).publisher, id("regulator"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_active_regulator_gets_nothing() {
    let federation = federation(Backend::Sqlite).await;
    let regulator = federation.node("regulator");
    for stranger in ["platform-a", "nobody"] {
        let refused = regulator.feed(&id(stranger), &all_of(SubjectType::Seller)).await;
        assert!(
            matches!(refused, Err(FlowError::Problem(ProblemType::Forbidden, None))),
            "{stranger}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regulator_outside_the_audience_finds_no_trace() {
    let mut federation = federation(Backend::Sqlite).await;
    federation.join("platform-d", "DE", &[]).await;
    let now = federation.clock.now();
    let a = federation.node("platform-a");
    let before = everything(&a, "regulator").await;
    let hidden = shared_with("de", entry(company(OFFENDER), now));
    a.record_entry(&operator(), hidden).await.unwrap();
    assert_eq!(everything(&a, "regulator").await, before);
    let shown = shared_with("regulators", entry(company(OFFENDER), now));
    let shown = a.record_entry(&operator(), shown).await;
    assert!(shown.is_ok());
    assert_eq!(everything(&a, "regulator").await.len(), before.len() + 1);
}

pub(crate) async fn everything(node: &Node, reader: &str) -> Vec<Listed> {
    let reader: NodeId = id(reader);
    let query = FeedQuery {
        versions: vec![FeedVersion::All],
        limit: Some(1_000),
        ..all_of(SubjectType::Seller)
    };
    node.feed(&reader, &query).await.unwrap().listed
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_hold_every_object_once() {
    let federation = federation(Backend::Sqlite).await;
    let regulator = federation.node("regulator");
    let now = federation.clock.now();
    for _ in 0..3 {
        record(&federation, entry(company(OFFENDER), now)).await;
    }
    regulator.sync(None, false).await.unwrap();
    let whole = read(&regulator, &all_of(SubjectType::Seller)).await;
    assert_eq!(indicators(&whole).len(), 3);
    for limit in [1, 2, 100] {
        let query = FeedQuery {
            limit: Some(limit),
            ..all_of(SubjectType::Seller)
        };
        assert_eq!(read(&regulator, &query).await, whole, "{limit}");
    }
    let last = whole.last().unwrap();
    let query = FeedQuery {
        added_after: last.added - Duration::from_micros(1),
        ..all_of(SubjectType::Seller)
    };
    assert_eq!(read(&regulator, &query).await, std::slice::from_ref(last));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_stand_in_the_feed_before_they_speak_and_are_revoked_when_removed() {
    let federation = federation(Backend::Sqlite).await;
    let regulator = federation.node("regulator");
    let query = FeedQuery {
        types: Some(vec![StixType::Identity]),
        ..all_of(SubjectType::Product)
    };
    let revoked = |listed: &[Listed]| {
        listed
            .iter()
            .filter(|listed| listed.object.common().revoked)
            .count()
    };
    let listed = read(&regulator, &query).await;
    assert_eq!(
        (listed.len(), revoked(&listed)),
        (3, 0),
        "software, regulator, platform A"
    );
    regulator.remove(&operator(), id("platform-a")).await.unwrap();
    let listed = read(&regulator, &query).await;
    assert_eq!((listed.len(), revoked(&listed)), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_is_found_by_its_id_in_every_version() {
    let federation = federation(Backend::Sqlite).await;
    let a = federation.node("platform-a");
    let now = federation.clock.now();
    let seller = record(&federation, entry(company(OFFENDER), now)).await;
    withdraw(&federation, seller).await;
    let fed = a.trust().federation();
    let wanted = StixId::new(StixType::Indicator, indicator_id(&fed, a.id(), seller));
    let asked = async |versions: Vec<FeedVersion>| {
        let query = FeedQuery {
            ids: Some(vec![wanted]),
            versions,
            ..all_of(SubjectType::Seller)
        };
        let listed = a.feed(&id("regulator"), &query).await.unwrap().listed;
        let states = indicators(&listed)
            .into_iter()
            .map(|found| extension(found).state);
        states.collect::<Vec<_>>()
    };
    assert_eq!(
        asked(vec![FeedVersion::All]).await,
        [StateName::Active, StateName::Withdrawn]
    );
    assert_eq!(asked(vec![]).await, [StateName::Withdrawn]);
    assert_eq!(asked(vec![FeedVersion::First]).await, [StateName::Active]);
    assert!(
        asked(vec![FeedVersion::Exactly(Timestamp::from_secs(1))])
            .await
            .is_empty()
    );
    let (reader, sellers) = (id("regulator"), SubjectType::Seller);
    assert!(a.feed_holds(&reader, sellers, wanted).await.unwrap());
    assert!(!a.feed_holds(&reader, SubjectType::Product, wanted).await.unwrap());
    let other = StixId::new(StixType::Identity, wanted.id);
    assert!(!a.feed_holds(&reader, sellers, other).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_goes_on_where_it_was_after_a_restart() {
    let federation = federation(Backend::Sqlite).await;
    let regulator = federation.node("regulator");
    record(&federation, entry(company(OFFENDER), federation.clock.now())).await;
    regulator.sync(None, false).await.unwrap();
    let before = read(&regulator, &all_of(SubjectType::Seller)).await;
    let again = federation.restart("regulator").await;
    assert_eq!(read(&again, &all_of(SubjectType::Seller)).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_feed_names_the_identifier() {
    let federation = federation(Backend::Sqlite).await;
    let a = federation.node("platform-a");
    record(&federation, entry(company(OFFENDER), federation.clock.now())).await;
    let listed = everything(&a, "regulator").await;
    assert_eq!(indicators(&listed).len(), 1);
    for listed in listed {
        let text = serde_json::to_string(&listed.object).unwrap();
        assert!(!text.contains(OFFENDER), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_s_identity_is_the_same_wherever_it_is_read() {
    for backend in BACKENDS {
        let mut federation = federation(backend).await;
        let later = async |federation: &mut Federation, name| {
            federation.clock.advance(Duration::from_secs(3_600));
            federation.join(name, "CN", &[]).await;
        };
        later(&mut federation, "platform-b").await;
        federation.clock.advance(Duration::from_secs(3_600));
        let regulator = federation.node("regulator");
        regulator.remove(&operator(), id("platform-a")).await.unwrap();
        later(&mut federation, "platform-c").await;
        let identities = async |reader: &str| {
            let query = FeedQuery {
                types: Some(vec![StixType::Identity]),
                ..all_of(SubjectType::Seller)
            };
            let node = federation.node(reader);
            let listed = node.feed(&id("regulator"), &query).await.unwrap().listed;
            let objects = listed.into_iter().map(|listed| listed.object);
            objects
                .map(|object| (object.common().id.to_string(), object))
                .collect::<BTreeMap<_, _>>()
        };
        let known = identities("regulator").await;
        assert_eq!(known.len(), 5, "software and four members");
        for reader in ["platform-b", "platform-c"] {
            assert_eq!(identities(reader).await, known, "{backend:?}: {reader}");
        }
    }
}
