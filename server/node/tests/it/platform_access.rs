use lianfang_node::auth::Scope;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Method, StatusCode};

use crate::harness::node::TestNode;

async fn problem(answer: reqwest::Response) -> Problem {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert!(answer.headers().contains_key("x-request-id"));
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// Every route of the platform door, as its own OpenAPI document lists them, with the scope it asks for.
async fn routes(node: &TestNode) -> Vec<(Method, String, Option<String>)> {
    let document = node
        .raw()
        .get(node.platform_url("/openapi.json"))
        .send()
        .await
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document.bytes().await.unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scope = operation["security"][0]["token"][0].as_str().map(str::to_owned);
            let path = path.replace("{id}", "018f0000-0000-7000-8000-000000000000");
            routes.push((method.to_uppercase().parse().unwrap(), path, scope));
        }
    }
    assert!(routes.len() > 10);
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_a_scope_refuses_callers_without_a_token_and_with_every_other_scope() {
    let node = TestNode::start().await;
    let client = node.raw();
    for (method, path, scope) in routes(&node).await {
        let Some(scope) = scope else { continue };
        let request = || client.request(method.clone(), node.platform_url(&path));
        let refused = request().send().await.unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer");
        assert_eq!(
            problem(refused).await.kind(),
            Some(ProblemType::Unauthenticated),
            "{method} {path}"
        );
        let others: Vec<_> = Scope::ALL
            .iter()
            .copied()
            .filter(|other| other.as_str() != scope)
            .collect();
        let refused = request().bearer_auth(node.token(&others)).send().await.unwrap();
        assert_eq!(
            problem(refused).await.kind(),
            Some(ProblemType::Forbidden),
            "{method} {path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_node_opens_nothing() {
    let (node, other) = (TestNode::start().await, TestNode::start().await);
    let request = node.raw().get(node.platform_url("/v1/peers"));
    let refused = request.bearer_auth(other.token(Scope::ALL)).send().await.unwrap();
    assert_eq!(problem(refused).await.kind(), Some(ProblemType::Unauthenticated));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_s_routes_are_not_on_the_platform_door() {
    let node = TestNode::start().await;
    let request = node.raw().get(node.platform_url("/v1/admin/members"));
    let refused = request.bearer_auth(node.token(Scope::ALL)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_over_its_rate_waits_and_others_do_not() {
    let node =
        TestNode::start_with(|text| text.replace("#platform_per_minute = 60000", "platform_per_minute = 2"))
            .await;
    let client = node.raw();
    let token = node.token(&[Scope::PeersRead]);
    let ask = async || {
        client
            .get(node.platform_url("/v1/peers"))
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
    };
    assert_eq!(ask().await.status(), StatusCode::OK);
    assert_eq!(ask().await.status(), StatusCode::OK);
    let refused = ask().await;
    assert!(refused.headers().contains_key("retry-after"));
    let problem = problem(refused).await;
    assert_eq!(problem.kind(), Some(ProblemType::RateLimited));
    assert!(problem.retry_after.is_some_and(|seconds| seconds >= 1));
    assert!(node.operator().peers().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_tokens_is_slowed_down_by_address() {
    let node =
        TestNode::start_with(|text| text.replace("#refusals_per_minute = 60", "refusals_per_minute = 1"))
            .await;
    let client = node.raw();
    let guess = async || {
        let request = client.get(node.platform_url("/v1/peers")).bearer_auth("a.b.c");
        problem(request.send().await.unwrap()).await.kind()
    };
    assert_eq!(guess().await, Some(ProblemType::Unauthenticated));
    assert_eq!(guess().await, Some(ProblemType::RateLimited));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_to_anyone_is_shown_to_one_address_at_a_rate() {
    for path in [
        "/docs/",
        "/docs/swagger-ui.css",
        "/openapi.json",
        "/.well-known/jwks.json",
    ] {
        let limited = |text: String| text.replace("#public_per_minute = 600", "public_per_minute = 2");
        let node = TestNode::start_with(limited).await;
        let ask = async || node.raw().get(node.platform_url(path)).send().await.unwrap();
        for _ in 0..2 {
            assert_eq!(ask().await.status(), StatusCode::OK, "{path}");
        }
        assert_eq!(
            problem(ask().await).await.kind(),
            Some(ProblemType::RateLimited),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_that_signs_tokens_is_published() {
    let node = TestNode::start().await;
    let answer = node
        .raw()
        .get(node.platform_url("/.well-known/jwks.json"))
        .send()
        .await
        .unwrap();
    let keys: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let header = jsonwebtoken::decode_header(node.token(&[])).unwrap();
    assert_eq!(keys["keys"][0]["kid"].as_str(), header.kid.as_deref());
    let key = jsonwebtoken::DecodingKey::from_ed_components(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.validate_aud = false;
    assert!(jsonwebtoken::decode::<serde_json::Value>(node.token(&[]), &key, &rules).is_ok());
}
