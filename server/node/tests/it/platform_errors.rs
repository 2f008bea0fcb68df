use lianfang_node::auth::Scope;
use lianfang_store::testing::Backend;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::entries::{OFFENDER, entry, typed};
use crate::harness::node::TestNode;

struct Caller {
    node: TestNode,
    client: reqwest::Client,
    token: String,
}

impl Caller {
    async fn new() -> Self {
        Self::on(Backend::Sqlite).await
    }

    async fn on(backend: Backend) -> Self {
        let node = TestNode::start_on(backend).await;
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
    assert_eq!(answer.headers()["allow"], "POST, GET, HEAD");
}

/// RFC 9110 §13.1.1: a change whose condition is false must not be made, so that none is passed over.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_under_a_condition_that_nobody_looks_at_is_not_made() {
    let caller = Caller::new().await;
    let operator = caller.node.operator();
    let subject = json!({ "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": OFFENDER }] });
    operator
        .monitor("shop-1", serde_json::from_value(subject.clone()).unwrap())
        .await
        .unwrap();
    let recorded = operator.record_entry(&typed("case-1")).await.unwrap();
    let (put, post) = (Method::PUT, Method::POST);
    let shop = "/v1/monitored-subjects/shop-1".to_owned();
    let watched = json!({ "subject": subject });
    let withdrawn = json!({ "type": "withdrawn" });
    for (method, path, condition, body) in [
        (Method::DELETE, shop.clone(), "if-match", Value::Null),
        (Method::DELETE, shop.clone(), "if-none-match", Value::Null),
        (put, shop, "if-match", watched),
        (
            post.clone(),
            "/v1/entries".to_owned(),
            "if-none-match",
            entry("case-2"),
        ),
        (
            post,
            format!("/v1/entries/{}/events", recorded.id),
            "if-none-match",
            withdrawn,
        ),
    ] {
        let request = caller.request(method, &path).header(condition, "*");
        let problem = caller.refused(request.json(&body)).await;
        assert_eq!(problem.kind(), Some(ProblemType::Malformed), "{condition} {path}");
        assert!(problem.detail.unwrap().starts_with(condition), "{path}");
    }
    let url = caller.node.platform_url("/v1/monitored-subjects/shop-1");
    let stranger = caller.client.delete(url).header("if-match", "*");
    assert_eq!(stranger.send().await.unwrap().status(), 401);
    assert_eq!(operator.roster().await.unwrap().subjects, 1);
    let listed = operator
        .entries(&lianfang_sdk::EntryQuery::default())
        .await
        .unwrap();
    assert_eq!(listed.items, [recorded]);
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

/// PostgreSQL takes no text with a NUL, SQLite does.
#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_a_text_is_answered_alike_on_both_databases_and_is_never_the_node_s_failure() {
    let mut answers = Vec::new();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        answers.push(Box::pin(answers_to_nul(backend)).await);
    }
    let shown = |answers: &[(String, u16)]| {
        let lines = answers
            .iter()
            .map(|(route, status)| format!("{route}: {status}\n"));
        lines.collect::<String>()
    };
    assert_eq!(shown(&answers[0]), shown(&answers[1]));
    let failed: Vec<_> = answers[0].iter().filter(|(_, status)| *status >= 500).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(
        answers[0][..4],
        [
            ("GET /v1/monitored-subjects/a%00b".to_owned(), 404),
            ("DELETE /v1/monitored-subjects/a%00b".to_owned(), 404),
            ("PUT /v1/monitored-subjects/a%00b".to_owned(), 422),
            ("GET /v1/alerts?client_reference=a%00b".to_owned(), 200),
        ]
    );
}

/// What each route with a text of the caller's own says to one with a NUL.
async fn answers_to_nul(backend: Backend) -> Vec<(String, u16)> {
    let caller = Caller::on(backend).await;
    let operator = caller.node.operator();
    let recorded = operator.record_entry(&typed("case-1")).await.unwrap();
    caller.node.admit("platform-b").await;
    let subject = json!({ "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": OFFENDER }] });
    let asked = json!({ "purpose": "payout", "subject": subject });
    let screened = operator
        .screen(&serde_json::from_value(asked.clone()).unwrap())
        .await
        .unwrap();
    let named = |mut body: Value| {
        body["client_reference"] = json!("a\0b");
        body
    };
    let (get, post) = (Method::GET, Method::POST);
    let event = format!("/v1/entries/{}/events", recorded.id);
    let decision = json!({ "outcome": "accepted", "reviewer": "a\0b", "reason": "a\0b" });
    let nul = json!("a\0b");
    let asked = [
        (
            get.clone(),
            "/v1/monitored-subjects/a%00b".to_owned(),
            Value::Null,
        ),
        (
            Method::DELETE,
            "/v1/monitored-subjects/a%00b".to_owned(),
            Value::Null,
        ),
        (
            Method::PUT,
            "/v1/monitored-subjects/a%00b".to_owned(),
            json!({ "subject": subject }),
        ),
        (
            get.clone(),
            "/v1/alerts?client_reference=a%00b".to_owned(),
            Value::Null,
        ),
        (get.clone(), "/v1/alerts?cursor=%00".to_owned(), Value::Null),
        (get.clone(), "/v1/entries?cursor=%00".to_owned(), Value::Null),
        (get, "/v1/peers/a%00b/forks".to_owned(), Value::Null),
        (post.clone(), "/v1/entries".to_owned(), named(entry("case-2"))),
        (
            post.clone(),
            event.clone(),
            json!({ "type": "suspended", "reason": nul }),
        ),
        (
            post.clone(),
            event,
            json!({ "type": "suspended", "reference": nul }),
        ),
        (post.clone(), "/v1/screenings".to_owned(), named(asked)),
        (
            post.clone(),
            format!("/v1/screenings/{}/decision", screened.id),
            decision,
        ),
        (
            post,
            "/v1/peers/platform-b/brake".to_owned(),
            json!({ "action": "quarantine", "reason": nul }),
        ),
    ];
    let mut answers = Vec::new();
    for (method, path, body) in asked {
        let mut request = caller.request(method.clone(), &path);
        if path.ends_with("/events") {
            request = request.header("if-match", "\"1\"");
        }
        let answer = request.json(&body).send().await.unwrap();
        let route = path
            .replace(&recorded.id.to_string(), "{id}")
            .replace(&screened.id.to_string(), "{id}");
        answers.push((format!("{method} {route}"), answer.status().as_u16()));
    }
    answers
}
