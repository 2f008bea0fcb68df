//! Every route of every door with a request that it takes, one that is malformed and a caller that it refuses. The
//! routes come from the routers: one without its row here fails the suite, and so does a row without its route.

mod ask;
mod compressed;
mod federation;
mod operations;
mod operator;
mod platform;
mod refusal;
mod regulator;
mod scene;

use std::collections::BTreeSet;

use lianfang_node::api;
use lianfang_node::http::Door;
use lianfang_store::testing::Backend;
use reqwest::Method;

use ask::{Ask, Row, ask, wrong_method};
use scene::Scene;

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

fn routed(door: Door) -> BTreeSet<String> {
    fn named<A: Copy>(routes: &lianfang_node::http::Routes<A>) -> BTreeSet<String> {
        routes
            .list()
            .map(|(method, path, _)| format!("{method} {path}"))
            .collect()
    }
    match door {
        Door::Platform => named(&api::platform::router::routes()),
        Door::Operator => named(&api::operator::router::routes()),
        Door::Federation => named(&api::federation::router::routes()),
        Door::Regulator => named(&api::regulator::router::routes()),
        Door::Operations => named(&api::ops::router::routes()),
    }
}

fn rows(scene: &Scene, door: Door) -> Vec<Row> {
    match door {
        Door::Platform => platform::rows(scene),
        Door::Operator => operator::rows(scene),
        Door::Federation => federation::rows(scene),
        Door::Regulator => regulator::rows(scene),
        Door::Operations => operations::rows(),
    }
}

async fn every_route_of(door: Door) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        Box::pin(every_route_on(backend, door)).await;
    }
}

async fn every_route_on(backend: Backend, door: Door) {
    let scene = Scene::new(backend).await;
    let rows = rows(&scene, door);
    let tested: BTreeSet<_> = rows
        .iter()
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    let routed = routed(door);
    let (untested, gone): (Vec<_>, Vec<_>) = (
        routed.difference(&tested).collect(),
        tested.difference(&routed).collect(),
    );
    assert!(
        untested.is_empty(),
        "routes of {door:?} without tests in tests/it/routes: {untested:?}"
    );
    assert!(gone.is_empty(), "tests of {door:?} without a route: {gone:?}");
    for row in &rows {
        refusal::of(&scene, row).await;
        scene.answers_with_a_problem(row, &row.malformed).await;
        let before = scene.audited();
        scene.succeeds(row).await;
        scene.is_on_record(row, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_platform_door_has_its_success_its_refusal_and_its_malformed_request() {
    every_route_of(Door::Platform).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_operator_s_socket_has_its_success_its_refusal_and_its_malformed_request() {
    every_route_of(Door::Operator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_federation_door_has_its_success_its_refusal_and_its_malformed_request() {
    every_route_of(Door::Federation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_regulator_door_has_its_success_its_refusal_and_its_malformed_request() {
    every_route_of(Door::Regulator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_operations_door_has_its_success_and_its_malformed_request() {
    every_route_of(Door::Operations).await;
}
