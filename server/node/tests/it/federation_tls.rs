use actix_web::web::{self, ServiceConfig};
use lianfang_node::config::Limits;
use lianfang_node::doors::Caller;

use crate::harness::door::{OpenDoor, open};
use crate::harness::federation::{Federation, Papers};

fn whoami(config: &mut ServiceConfig) {
    config.route(
        "/whoami",
        web::get().to(async |caller: Caller| caller.0.to_string()),
    );
}

fn federation_with_door() -> (Federation, OpenDoor) {
    let federation = Federation::new("one");
    let door = open(&federation, Limits::default(), whoami);
    (federation, door)
}

async fn is_refused_at_the_handshake(federation: &Federation, door: &OpenDoor, papers: Option<&Papers>) {
    for http2 in [false, true] {
        let answer = federation
            .client(papers, http2)
            .get(door.url("/whoami"))
            .send()
            .await;
        assert!(answer.is_err(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_known_by_its_certificate() {
    let (federation, door) = federation_with_door();
    let papers = federation.join("b");
    for http2 in [false, true] {
        let client = federation.client(Some(&papers), http2);
        let answer = client
            .get(door.url("/whoami"))
            .header("x-node", "c")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.text().await.unwrap(), "b");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_without_a_certificate() {
    let (federation, door) = federation_with_door();
    is_refused_at_the_handshake(&federation, &door, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_a_foreign_authority_is_refused() {
    let (federation, door) = federation_with_door();
    federation.join("b");
    let papers = Federation::new("other").join("b");
    is_refused_at_the_handshake(&federation, &door, Some(&papers)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_with_another_key_than_the_pinned_one_is_refused() {
    let (federation, door) = federation_with_door();
    federation.join("b");
    let unpinned = federation.certify("b");
    is_refused_at_the_handshake(&federation, &door, Some(&unpinned)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certified_node_that_is_no_member_is_refused() {
    let (federation, door) = federation_with_door();
    let stranger = federation.certify("stranger");
    is_refused_at_the_handshake(&federation, &door, Some(&stranger)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_counts_on_open_connections_and_ends_them() {
    let (federation, door) = federation_with_door();
    for (node, http2) in [("b", false), ("c", true)] {
        let papers = federation.join(node);
        let client = federation.client(Some(&papers), http2);
        assert_eq!(
            client.get(door.url("/whoami")).send().await.unwrap().status(),
            200
        );
        federation.members.remove(node);
        let answer = client.get(door.url("/whoami")).send().await.unwrap();
        assert_eq!(answer.status(), 403);
        let problem: lianfang_wire::Problem = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(problem.kind(), Some(lianfang_wire::ProblemType::NotMember));
        let again = client.get(door.url("/whoami")).send().await;
        assert!(again.is_err(), "the connection of {node} has ended: {again:?}");
        is_refused_at_the_handshake(&federation, &door, Some(&papers)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_not_found_for_members_and_refused_for_removed_ones() {
    let (federation, door) = federation_with_door();
    let papers = federation.join("b");
    let client = federation.client(Some(&papers), false);
    assert_eq!(
        client.get(door.url("/nothing")).send().await.unwrap().status(),
        404
    );
    federation.members.remove("b");
    assert_eq!(
        client.get(door.url("/nothing")).send().await.unwrap().status(),
        403
    );
}
