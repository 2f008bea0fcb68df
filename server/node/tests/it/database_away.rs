//! PostgreSQL is stopped, locked or silent under a node that serves: whoever asks is told when to come back, nothing is half
//! done, and the node goes on by itself.

use futures_util::future::join_all;
use lianfang_node::auth::Scope;
use lianfang_store::EntryFilter;
use lianfang_store::testing::{Backend, OwnServer, SlowLine, TestDatabase};
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::entries::{OFFENDER, entry};
use crate::harness::node::TestNode;

/// `/readyz` waits two seconds for a connection each time, so that this is a matter of minutes.
const ASKED: u32 = 100;

fn on(url: &str) -> impl Fn(String) -> String {
    move |text| text.replace("[database]\n", &format!("[database]\nurl = \"{url}\"\n"))
}

fn with_one_connection(text: String) -> String {
    text.replace("#connections = 8", "connections = 1")
}

/// A node with a member, and clients of its doors.
struct Scene {
    node: TestNode,
    platform: Client,
    member: Client,
    token: String,
}

impl Scene {
    async fn of(node: TestNode) -> Self {
        let papers = node.admit("platform-b").await;
        Self {
            platform: node.raw(),
            member: node.member(&papers, true),
            token: node.token(Scope::ALL),
            node,
        }
    }

    fn write(&self, reference: &str) -> RequestBuilder {
        self.write_as(&entry(reference))
    }

    fn write_as(&self, body: &Value) -> RequestBuilder {
        let request = self.platform.post(self.node.platform_url("/v1/entries"));
        request.bearer_auth(&self.token).json(body)
    }

    /// Under a key, whose row is in the database too.
    fn write_under_a_key(&self, reference: &str) -> RequestBuilder {
        self.write(reference).header("idempotency-key", reference)
    }

    fn screen(&self) -> RequestBuilder {
        let about = json!({
            "purpose": "onboarding",
            "subject": { "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": OFFENDER, "verified": true }] },
        });
        let request = self.platform.post(self.node.platform_url("/v1/screenings"));
        request.bearer_auth(&self.token).json(&about)
    }

    fn read(&self) -> RequestBuilder {
        let request = self.platform.get(self.node.platform_url("/v1/entries"));
        request.bearer_auth(&self.token)
    }

    /// Of every kind that needs the database, on both doors.
    fn asked(&self, reference: &str) -> [(&'static str, RequestBuilder); 5] {
        [
            ("a write", self.write(reference)),
            (
                "a write under a key",
                self.write_under_a_key(&format!("{reference}-key")),
            ),
            ("a screening", self.screen()),
            ("a list", self.read()),
            (
                "another member",
                self.member.get(self.node.federation_url("/info")),
            ),
        ]
    }

    async fn is_refused(&self, reference: &str) {
        let asked = self.asked(reference);
        let refused =
            asked.map(async |(what, request)| unavailable(what, request.send().await.unwrap()).await);
        join_all(refused).await;
    }

    async fn is_answered(&self, reference: &str) {
        for (what, request) in self.asked(reference) {
            let answer = request.send().await.unwrap();
            assert!(answer.status().is_success(), "{what}: {}", answer.status());
        }
    }

    async fn operations(&self, path: &str) -> (StatusCode, Value) {
        let answer = self
            .platform
            .get(self.node.operations_url(path))
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// The node is alive, and not ready because of its database.
    async fn is_not_ready(&self) {
        assert_eq!(self.operations("/healthz").await.0, 200);
        let (status, problem) = self.operations("/readyz").await;
        assert_eq!(
            (status, &problem["reasons"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!(["store"]))
        );
    }

    /// Waits until the node says by itself that it is ready.
    async fn until_ready(&self) {
        let mut asked = 0;
        while self.operations("/readyz").await.0 != 200 {
            asked += 1;
            assert!(asked < ASKED, "the node doesn't come back by itself");
        }
    }

    /// The entries that are there, by reference.
    async fn recorded(&self) -> Vec<String> {
        let store = self.node.assembled.store.clone();
        let all = move || store.entries_page(&EntryFilter::default(), 0, usize::MAX);
        let entries = tokio::task::spawn_blocking(all).await.unwrap().unwrap();
        let mut references: Vec<_> = entries
            .into_iter()
            .filter_map(|entry| entry.client_reference)
            .collect();
        references.sort_unstable();
        references
    }
}

/// A problem of its own type with a time to come back, and no word about where the database is or what it said.
async fn unavailable(what: &str, answer: Response) {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{what}");
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/problem+json", "{what}");
    assert!(header("retry-after").parse::<u64>().unwrap() >= 1, "{what}");
    let text = answer.text().await.unwrap();
    let problem: Problem = serde_json::from_str(&text).unwrap();
    assert_eq!(problem.kind(), Some(ProblemType::Unavailable), "{what}: {text}");
    for inner in [
        "postgres",
        "host=",
        "/tmp",
        "socket",
        "server",
        "connection",
        "lock",
        "SQL",
    ] {
        assert!(
            !text.to_lowercase().contains(&inner.to_lowercase()),
            "{what}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_stopped_everybody_is_told_when_to_come_back_and_afterwards_all_goes_on() {
    let server = OwnServer::new();
    let scene = Scene::of(TestNode::start_with(on(server.url())).await).await;
    scene.is_answered("before").await;
    scene.until_ready().await;
    server.stop();
    // The first ones meet connections that are broken, the others find none.
    for round in ["first", "second"] {
        scene.is_refused(round).await;
        scene.is_not_ready().await;
    }
    let figures = scene.node.metrics().await;
    let counted = r#"lianfang_store_failures_total{code="store_unavailable"}"#;
    assert!(figures.contains(counted), "{figures}");
    server.start();
    scene.until_ready().await;
    assert_eq!(scene.recorded().await, ["before", "before-key"]);
    // What was refused is done when it is sent again, under its key too.
    scene.is_answered("first").await;
    assert_eq!(
        scene.recorded().await,
        ["before", "before-key", "first", "first-key"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_one_connection_that_a_lock_holds_up_are_told_when_to_come_back_until_it_is_gone() {
    let node = TestNode::start_on_with(Backend::Postgres, with_one_connection).await;
    let scene = Scene::of(node).await;
    scene.is_answered("before").await;
    let held = scene.node.database().hold_table("events");
    let writers = (0..4).map(async |number| {
        let request = scene.write(&format!("refused-{number}"));
        unavailable("a write", request.send().await.unwrap()).await;
    });
    join_all(writers).await;
    held.let_go();
    scene.until_ready().await;
    assert_eq!(scene.recorded().await, ["before", "before-key"]);
    scene.is_answered("refused-0").await;
    assert_eq!(
        scene.recorded().await,
        ["before", "before-key", "refused-0", "refused-0-key"]
    );
}

/// Who has the only connection is answered by the node's own clock; the others don't get it in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_holds_nobody_up_without_end_and_afterwards_all_goes_on() {
    let database = TestDatabase::empty(Backend::Postgres);
    let line = SlowLine::to(database.settings());
    let at_line = on(line.url());
    let change = |text| {
        let text = with_one_connection(at_line(text));
        let text = text.replace("#answer_seconds = 60", "answer_seconds = 3");
        text.replace("#body_seconds = 60", "body_seconds = 1")
    };
    let scene = Scene::of(TestNode::start_with(change).await).await;
    scene.is_answered("before").await;
    line.hold();
    let body = entry("held");
    let held = tokio::spawn(scene.write_as(&body).send());
    tokio::task::block_in_place(|| line.wait_until_something_is_held());
    scene.is_refused("refused").await;
    scene.is_not_ready().await;
    unavailable("who has the connection", held.await.unwrap().unwrap()).await;
    line.let_go();
    scene.until_ready().await;
    // Of one that was given up nobody knows whether it is there, and it is there once.
    let again = scene.write_as(&body).send().await.unwrap();
    assert!(again.status().is_success(), "{}", again.status());
    assert_eq!(scene.recorded().await, ["before", "before-key", "held"]);
    scene.is_answered("refused").await;
}
