use lianfang_node::auth::Scope;
use lianfang_wire::ProblemType;
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::vocabulary::BrakeAction;
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::node::TestNode;

fn decision(action: BrakeAction) -> BrakeDecision {
    BrakeDecision {
        action,
        reason: "looked at it".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_holds_a_publisher_back_and_lets_it_count_again() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let client = node.platform(&[Scope::Admin, Scope::PeersRead]);
    let id = "platform-b".parse().unwrap();
    for (action, shown) in [
        (BrakeAction::Quarantine, Some("operator")),
        (BrakeAction::Release, None),
    ] {
        client.decide_brake(&id, &decision(action)).await.unwrap();
        let peers = client.peers().await.unwrap();
        assert_eq!(peers[0].brake_reason.as_deref(), shown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_decides_and_only_about_a_member() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let (member, stranger) = ("platform-b".parse().unwrap(), "platform-z".parse().unwrap());
    let release = decision(BrakeAction::Release);
    let reader = node.platform(&[Scope::PeersRead]);
    let refused = reader.decide_brake(&member, &release).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Forbidden));
    let admin = node.platform(&[Scope::Admin]);
    let unknown = admin.decide_brake(&stranger, &release).await.unwrap_err();
    assert_eq!(unknown.kind(), Some(ProblemType::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_without_a_reason_or_of_an_unknown_kind_is_malformed() {
    let node = TestNode::start().await;
    node.admit("platform-b").await;
    let url = node.platform_url("/v1/peers/platform-b/brake");
    for body in [
        json!({ "action": "release" }),
        json!({ "action": "forgive", "reason": "x" }),
    ] {
        let request = node
            .raw()
            .post(&url)
            .bearer_auth(node.token(&[Scope::Admin]))
            .json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}
