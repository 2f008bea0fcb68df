use lianfang_node::auth::Scope;
use lianfang_wire::ProblemType;
use lianfang_wire::screening::{DecisionOutcome, NewScreening, ScreeningDecision};
use lianfang_wire::vocabulary::{Mode, VerdictName};
use serde_json::json;

use crate::harness::node::TestNode;

fn about(kind: &str, value: &str) -> NewScreening {
    serde_json::from_value(json!({
        "purpose": "onboarding", "client_reference": "applicant-1",
        "subject": { "type": "seller", "identifiers": [{ "kind": kind, "value": value, "verified": true }] },
    }))
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn reserved_identifiers_give_every_verdict_through_the_normal_path() {
    let node = TestNode::start().await;
    let client = node.platform(&[Scope::ScreeningsRead, Scope::ScreeningsWrite]);
    for (value, verdict) in [
        ("91990001LF00000169", VerdictName::Clear),
        ("91990002LF0000024J", VerdictName::Review),
        ("91990003LF0000032U", VerdictName::Block),
    ] {
        let answer = client.screen(&about("cn_uscc", value)).await.unwrap();
        assert_eq!((answer.verdict, answer.mode), (verdict, Mode::Shadow), "{value}");
        assert!(answer.test);
        assert_eq!(client.screening(answer.id).await.unwrap(), answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screening_without_any_identifier_of_its_kind_is_refused() {
    let node = TestNode::start().await;
    let refused = node
        .operator()
        .screen(&about("cn_uscc", "91350100M000100Y44"))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::NothingScreened));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_stands_and_another_one_is_refused() {
    let node = TestNode::start().await;
    let client = node.operator();
    let answer = client
        .screen(&about("cn_uscc", "91990002LF0000024J"))
        .await
        .unwrap();
    let decision = |outcome| ScreeningDecision {
        outcome,
        reviewer: "staff-7".to_owned(),
        reason: "papers seen".to_owned(),
    };
    assert!(
        client
            .decide(answer.id, &decision(DecisionOutcome::Accepted))
            .await
            .is_ok()
    );
    assert!(
        client
            .decide(answer.id, &decision(DecisionOutcome::Accepted))
            .await
            .is_ok()
    );
    let refused = client
        .decide(answer.id, &decision(DecisionOutcome::Rejected))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Conflict));
}
