use lianfang_node::auth::Scope;
use lianfang_wire::ProblemType;
use lianfang_wire::receipt::check;
use lianfang_wire::screening::{DecisionOutcome, NewScreening, ScreeningDecision, ScreeningResult};
use lianfang_wire::vocabulary::{Mode, VerdictName};
use reqwest::StatusCode;
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
async fn an_answer_is_sent_byte_for_byte_as_it_was_signed() {
    let node = TestNode::start().await;
    let token = node.token(&[Scope::ScreeningsRead, Scope::ScreeningsWrite]);
    let asked = node
        .raw()
        .post(node.platform_url("/v1/screenings"))
        .bearer_auth(&token)
        .json(&about("cn_uscc", "91990003LF0000032U"));
    let answer = asked.send().await.unwrap();
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    let given = answer.text().await.unwrap();
    assert_eq!(check(&given, &[node.signing_key()]).unwrap().tree_size, 1);
    let shown = node.raw().get(node.platform_url(&place)).bearer_auth(&token);
    assert_eq!(shown.send().await.unwrap().text().await.unwrap(), given);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_line_by_line_in_order_and_a_bad_line_spoils_no_other() {
    let node = TestNode::start().await;
    let lines = [
        json!({ "purpose": "onboarding", "client_reference": "one", "subject": { "type": "seller", "identifiers": [
            { "kind": "cn_uscc", "value": "91990003LF0000032U", "verified": true },
        ]}}),
        json!({ "purpose": "nothing" }),
        json!({ "purpose": "onboarding", "client_reference": "three", "subject": { "type": "seller", "identifiers": [
            { "kind": "cn_uscc", "value": "no company", "verified": true },
        ]}}),
    ];
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let request = node
        .raw()
        .post(node.platform_url("/v1/screenings/batch"))
        .header("content-type", "application/x-ndjson")
        .bearer_auth(node.token(&[Scope::ScreeningsWrite]))
        .body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    let results: Vec<ScreeningResult> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<_> = results
        .iter()
        .map(|result| {
            let verdict = result.result.as_ref().map(|screening| screening.verdict);
            let problem = result.problem.as_ref().and_then(lianfang_wire::Problem::kind);
            (result.line, result.client_reference.as_deref(), verdict, problem)
        })
        .collect();
    assert_eq!(
        said,
        [
            (1, Some("one"), Some(VerdictName::Block), None),
            (2, None, None, Some(ProblemType::Invalid)),
            (3, Some("three"), None, Some(ProblemType::NothingScreened)),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_needs_the_scope_and_its_own_media_type() {
    let node = TestNode::start().await;
    let asked: NewScreening =
        serde_json::from_value(json!({ "purpose": "onboarding", "subject": { "type": "seller",
        "identifiers": [{ "kind": "cn_uscc", "value": "91990003LF0000032U" }] } }))
        .unwrap();
    let refused = node
        .platform(&[Scope::ScreeningsRead])
        .screen_batch([&asked])
        .await;
    assert_eq!(refused.unwrap_err().kind(), Some(ProblemType::Forbidden));
    let answered = node
        .platform(&[Scope::ScreeningsWrite])
        .screen_batch([&asked, &asked])
        .await;
    assert_eq!(answered.unwrap().len(), 2);
    let request = node
        .raw()
        .post(node.platform_url("/v1/screenings/batch"))
        .bearer_auth(node.token(&[Scope::ScreeningsWrite]))
        .json(&asked);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
}
