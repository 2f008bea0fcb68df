use lianfang_node::auth::Scope;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Method, RequestBuilder};

use crate::harness::entries::entry;
use crate::harness::node::TestNode;

struct Caller {
    node: TestNode,
    client: reqwest::Client,
    token: String,
}

impl Caller {
    async fn new() -> Self {
        let node = TestNode::start().await;
        let (client, token) = (node.raw(), node.token(Scope::ALL));
        Self { node, client, token }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.node.platform_url(path))
            .bearer_auth(&self.token)
    }

    async fn refused(&self, request: RequestBuilder) -> Problem {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let status = answer.status().as_u16();
        let problem: Problem = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(problem.status, status);
        problem
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_would_answer_itself_is_a_problem_document_too() {
    let caller = Caller::new().await;
    let get = |path: &str| caller.request(Method::GET, path);
    let post = |path: &str| caller.request(Method::POST, path);
    let cases = [
        (get("/nothing"), ProblemType::NotFound),
        (
            caller.request(Method::DELETE, "/v1/entries"),
            ProblemType::MethodNotAllowed,
        ),
        (get("/v1/entries/not-a-uuid"), ProblemType::NotFound),
        (get("/v1/entries?colour=red"), ProblemType::Malformed),
        (get("/v1/entries?state=asleep"), ProblemType::Malformed),
        (get("/v1/entries?cursor=x"), ProblemType::Malformed),
        (post("/v1/entries").body("{}"), ProblemType::UnsupportedMediaType),
        (
            post("/v1/entries")
                .header("content-type", "application/json")
                .body("{"),
            ProblemType::Malformed,
        ),
        (
            post("/v1/entries")
                .header("content-encoding", "gzip")
                .json(&entry("1")),
            ProblemType::UnsupportedMediaType,
        ),
    ];
    for (request, kind) in cases {
        assert_eq!(caller.refused(request).await.kind(), Some(kind));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_wrong_form_is_named_by_pointer_and_its_value_is_not_repeated() {
    let caller = Caller::new().await;
    let mut wrong = entry("1");
    wrong["subject"]["identifiers"][0]["verified"] = "13800138000".into();
    let problem = caller
        .refused(caller.request(Method::POST, "/v1/entries").json(&wrong))
        .await;
    assert_eq!(problem.kind(), Some(ProblemType::Invalid));
    assert_eq!(problem.errors[0].field, "/subject/identifiers/0/verified");
    assert!(!serde_json::to_string(&problem).unwrap().contains("13800138000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_methods_of_a_path_are_said() {
    let caller = Caller::new().await;
    let answer = caller.request(Method::PUT, "/v1/entries").send().await.unwrap();
    assert_eq!(answer.headers()["allow"], "POST, GET");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_a_harmless_name_and_loses_any_other() {
    let caller = Caller::new().await;
    for (given, kept) in [("case-42_a", true), ("a b", false), (&"a".repeat(65), false)] {
        let request = caller
            .request(Method::GET, "/v1/peers")
            .header("x-request-id", given);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["x-request-id"] == given, kept, "{given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_is_served_from_here_alone() {
    let caller = Caller::new().await;
    let page = caller
        .client
        .get(caller.node.platform_url("/docs"))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'self'")
    );
    let text = page.text().await.unwrap();
    assert!(
        text.contains("swagger-ui") && !text.contains("https://"),
        "{text}"
    );
}
