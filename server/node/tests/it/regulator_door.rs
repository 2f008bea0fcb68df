use lianfang_node::api::regulator::router;
use lianfang_sdk::EntryQuery;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::stix::StixId;
use lianfang_wire::taxii::{
    ApiRoot, Collection, Collections, Discovery, Envelope, ErrorMessage, MEDIA_TYPE, Manifest, Versions,
};
use lianfang_wire::vocabulary::{EventType, MemberRole};
use reqwest::{Client, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::harness::entries::typed;
use crate::harness::node::TestNode;

/// A platform's node with an open regulator door, and a regulator in DE at it.
async fn door() -> (TestNode, Client) {
    let node = TestNode::start_with(|text| text.replace("enabled = false", "enabled = true")).await;
    let papers = node.admit_as("regulator-x", MemberRole::Regulator).await;
    let client = node.member(&papers, true);
    (node, client)
}

async fn record(node: &TestNode, reference: &str, audience: &str) {
    let mut entry = typed(reference);
    entry.sharing.audience = audience.to_owned();
    node.operator().record_entry(&entry).await.unwrap();
}

async fn ask(node: &TestNode, client: &Client, path: &str) -> Response {
    let request = client.get(node.regulator_url(path)).header("accept", MEDIA_TYPE);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], MEDIA_TYPE, "{path}");
    answer
}

async fn get<T: DeserializeOwned>(node: &TestNode, client: &Client, path: &str) -> T {
    let answer = ask(node, client, path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

async fn refused(node: &TestNode, client: &Client, path: &str) -> ErrorMessage {
    let answer = ask(node, client, path).await;
    let status = answer.status().as_u16().to_string();
    let message: ErrorMessage = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(message.http_status, status, "{path}");
    message
}

fn indicators(envelope: &Envelope) -> Vec<StixId> {
    let ids = envelope.objects.iter().map(|object| object.common().id);
    ids.filter(|id| id.to_string().starts_with("indicator--"))
        .collect()
}

const OBJECTS: &str = "feed/collections/sellers/objects/";

#[tokio::test(flavor = "multi_thread")]
async fn a_regulator_finds_its_way_from_discovery_to_every_object() {
    let (node, client) = door().await;
    record(&node, "case-1", "all").await;
    let discovery: Discovery = get(&node, &client, "").await;
    assert_eq!(discovery.api_roots, [discovery.default]);
    let root: ApiRoot = get(&node, &client, "feed/").await;
    assert_eq!(root.versions, [MEDIA_TYPE]);
    let collections: Collections = get(&node, &client, "feed/collections/").await;
    let aliases: Vec<_> = collections
        .collections
        .iter()
        .map(|one| one.alias.as_str())
        .collect();
    assert_eq!(aliases, ["sellers", "products"]);
    for collection in collections.collections {
        assert!(collection.can_read && !collection.can_write);
        for name in [collection.id.to_string(), collection.alias.clone()] {
            let again: Collection = get(&node, &client, &format!("feed/collections/{name}/")).await;
            assert_eq!(again, collection);
            let path = format!("feed/collections/{name}/objects/");
            let found: Envelope = get(&node, &client, &path).await;
            assert_eq!(
                indicators(&found).len(),
                usize::from(collection.alias == "sellers")
            );
            assert!(!found.more && found.next.is_none());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_its_versions_and_the_manifest_agree() {
    let (node, client) = door().await;
    record(&node, "case-1", "all").await;
    let found: Envelope = get(&node, &client, OBJECTS).await;
    let id = indicators(&found)[0];
    let one: Envelope = get(&node, &client, &format!("{OBJECTS}{id}/")).await;
    assert_eq!(indicators(&one), [id]);
    let versions: Versions = get(&node, &client, &format!("{OBJECTS}{id}/versions/")).await;
    assert_eq!(versions.versions, [one.objects[0].common().modified]);
    let manifest: Manifest = get(&node, &client, "feed/collections/sellers/manifest/").await;
    let listed: Vec<_> = manifest.objects.iter().map(|record| record.id).collect();
    let objects: Vec<_> = found.objects.iter().map(|object| object.common().id).collect();
    assert_eq!(listed, objects);
    assert!(
        manifest
            .objects
            .is_sorted_by(|one, next| one.date_added < next.date_added)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_by_next_alone_and_say_when_they_were_added() {
    let (node, client) = door().await;
    for reference in ["one", "two", "three"] {
        record(&node, reference, "all").await;
    }
    let whole: Envelope = get(&node, &client, OBJECTS).await;
    let (mut objects, mut path) = (Vec::new(), format!("{OBJECTS}?limit=2"));
    loop {
        let answer = ask(&node, &client, &path).await;
        let added = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let (first, last) = (
            added("x-taxii-date-added-first"),
            added("x-taxii-date-added-last"),
        );
        assert!(first <= last, "{first} {last}");
        let page: Envelope = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(page.more, page.next.is_some());
        objects.extend(page.objects);
        let Some(next) = page.next else {
            let path = format!("{OBJECTS}?added_after={last}");
            let nothing = ask(&node, &client, &path).await;
            assert_eq!(nothing.bytes().await.unwrap(), "{}");
            break;
        };
        path = format!("{OBJECTS}?limit=2&next={next}");
    }
    assert_eq!(objects, whole.objects);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_ids_types_and_versions() {
    let (node, client) = door().await;
    record(&node, "case-1", "all").await;
    let found: Envelope = get(&node, &client, OBJECTS).await;
    let id = indicators(&found)[0];
    let counted = async |query: &str| {
        let page: Envelope = get(&node, &client, &format!("{OBJECTS}?{query}")).await;
        page.objects.len()
    };
    assert_eq!(counted(&format!("match[id]={id}")).await, 1);
    assert_eq!(counted("match[type]=indicator").await, 1);
    assert_eq!(counted("match%5Btype%5D=indicator,extension-definition").await, 2);
    assert_eq!(counted("match[type]=malware").await, 0);
    assert_eq!(counted("match[spec_version]=2.0").await, 0);
    assert_eq!(counted("match[spec_version]=2.0,2.1").await, found.objects.len());
    assert_eq!(counted("match[version]=all").await, found.objects.len());
    assert_eq!(counted("match[version]=2000-01-01T00:00:00Z").await, 0);
    assert_eq!(counted("added_after=2999-01-01T00:00:00Z").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_is_revoked() {
    let (node, client) = door().await;
    record(&node, "case-1", "all").await;
    let entry = &node
        .operator()
        .entries(&EntryQuery::default())
        .await
        .unwrap()
        .items[0];
    let event = NewEvent {
        kind: EventType::Withdrawn,
        reason: None,
        reference: None,
    };
    node.operator()
        .entry_event(entry.id, entry.revision, &event)
        .await
        .unwrap();
    let found: Envelope = get(&node, &client, &format!("{OBJECTS}?match[type]=indicator")).await;
    let revoked: Vec<_> = found
        .objects
        .iter()
        .map(|object| object.common().revoked)
        .collect();
    assert_eq!(revoked, [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_regulator_outside_the_audience_gets_what_it_would_get_without_the_entry() {
    let (node, client) = door().await;
    let before = ask(&node, &client, OBJECTS).await.bytes().await.unwrap();
    record(&node, "case-1", "cn").await;
    let after = ask(&node, &client, OBJECTS).await.bytes().await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found_in_taxii_s_own_words() {
    let (node, client) = door().await;
    let nowhere = uuid::Uuid::from_u128(7);
    for path in [
        "nothing/".to_owned(),
        "feed/status/7/".to_owned(),
        format!("feed/collections/{nowhere}/"),
        format!("feed/collections/{nowhere}/objects/"),
        format!("feed/collections/{nowhere}/manifest/"),
        format!("{OBJECTS}indicator--{nowhere}/"),
        format!("{OBJECTS}indicator--{nowhere}/versions/"),
        format!("{OBJECTS}x/"),
    ] {
        let message = refused(&node, &client, &path).await;
        assert_eq!(message.error_code.as_deref(), Some("not-found"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_refused_with_its_name() {
    let (node, client) = door().await;
    let collection = "feed/collections/sellers";
    for query in [
        "limit=0",
        "limit=-1",
        "limit=x",
        "next=x",
        "added_after=yesterday",
        "match[version]=newest",
        "color=red",
    ] {
        for path in ["objects/", "manifest/"] {
            let message = refused(&node, &client, &format!("{collection}/{path}?{query}")).await;
            assert_eq!(message.error_code.as_deref(), Some("malformed"), "{path}{query}");
        }
    }
    let message = refused(&node, &client, &format!("{OBJECTS}?added_after=x")).await;
    assert!(message.description.unwrap().starts_with("added_after: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_in_taxii_2_1_only_and_takes_no_writing() {
    let (node, client) = door().await;
    for (_, pattern, _) in router::routes().list().filter(|(method, ..)| **method == "GET") {
        let path = pattern
            .trim_start_matches("/taxii2/")
            .replace("{collection}", "sellers")
            .replace("{id}", "indicator--00000000-0000-4000-8000-000000000000");
        for accept in ["application/json", "application/taxii+json;version=2.0"] {
            let request = client.get(node.regulator_url(&path)).header("accept", accept);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_ACCEPTABLE, "{path} {accept}");
            assert_eq!(answer.headers()["content-type"], MEDIA_TYPE, "{path} {accept}");
        }
        let written = client
            .put(node.regulator_url(&path))
            .body("{}")
            .send()
            .await
            .unwrap();
        assert_eq!(written.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(written.headers()["content-type"], MEDIA_TYPE, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_write_to_a_collection_is_told_that_it_is_for_reading() {
    let (node, client) = door().await;
    record(&node, "case-1", "all").await;
    let found: Envelope = get(&node, &client, OBJECTS).await;
    let id = indicators(&found)[0];
    let unseen = "indicator--00000000-0000-4000-8000-000000000000";
    for (method, path, status) in [
        ("POST", OBJECTS.to_owned(), StatusCode::FORBIDDEN),
        (
            "POST",
            "feed/collections/fish/objects/".to_owned(),
            StatusCode::NOT_FOUND,
        ),
        (
            "POST",
            "feed/collections/".to_owned(),
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        ("DELETE", format!("{OBJECTS}{id}/"), StatusCode::FORBIDDEN),
        ("DELETE", format!("{OBJECTS}{unseen}/"), StatusCode::NOT_FOUND),
        ("DELETE", OBJECTS.to_owned(), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let asked = client.request(method.parse().unwrap(), node.regulator_url(&path));
        let asked = asked.header("accept", MEDIA_TYPE).body("{");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_eq!(answer.headers()["content-type"], MEDIA_TYPE, "{method} {path}");
    }
    let request = client
        .post(node.regulator_url(OBJECTS))
        .header("accept", "text/html");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::NOT_ACCEPTABLE);
    let again: Envelope = get(&node, &client, OBJECTS).await;
    assert_eq!(indicators(&again), [id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_are_no_regulators_and_strangers_do_not_come_in() {
    let (node, _) = door().await;
    let platform = node.admit("platform-b").await;
    let body = node.admit_as("body-c", MemberRole::RightsBody).await;
    let foreign = crate::harness::federation::Federation::new("other").join("regulator-x");
    for papers in [&platform, &body, &foreign] {
        for http2 in [false, true] {
            let client = node.member(papers, http2);
            assert!(client.get(node.regulator_url("")).send().await.is_err());
        }
    }
    assert!(node.raw().get(node.regulator_url("")).send().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_regulator_is_out_on_the_connection_it_has() {
    let (node, client) = door().await;
    for (name, http2) in [("regulator-y", false), ("regulator-z", true)] {
        let papers = node.admit_as(name, MemberRole::Regulator).await;
        let leaving = node.member(&papers, http2);
        assert_eq!(ask(&node, &leaving, "").await.status(), StatusCode::OK);
        node.operator().remove(&name.parse().unwrap()).await.unwrap();
        let message = refused(&node, &leaving, "").await;
        assert_eq!(message.error_code.as_deref(), Some("not-a-member"));
        assert!(
            leaving.get(node.regulator_url("")).send().await.is_err(),
            "{name}"
        );
    }
    assert_eq!(ask(&node, &client, "").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_opens_no_regulator_door_unless_told_to() {
    assert_eq!(TestNode::start().await.doors.regulator, None);
}
