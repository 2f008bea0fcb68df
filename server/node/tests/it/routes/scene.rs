use std::sync::atomic::{AtomicU32, Ordering};

use lianfang_encoding::Timestamp;
use lianfang_node::auth::Scope;
use lianfang_node::http::Door;
use lianfang_sdk::AlertQuery;
use lianfang_store::testing::Backend;
use lianfang_wire::entry::Subject;
use lianfang_wire::join::JoinRequest;
use lianfang_wire::taxii::{self, Envelope};
use lianfang_wire::vocabulary::MemberRole;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Ask, Row, operator};
use crate::harness::entries::{OFFENDER, typed};
use crate::harness::federation::{Papers, unix_client};
use crate::harness::node::TestNode;

/// A node at which something of everything has happened, with a member and a regulator that stay.
pub(super) struct Scene {
    pub(super) node: TestNode,
    pub(super) entry: Uuid,
    pub(super) screening: Uuid,
    pub(super) alert: Uuid,
    pub(super) object: String,
    pub(super) body: String,
    /// What a node that was invited sends.
    pub(super) applicant: JoinRequest,
    member: Papers,
    regulator: Papers,
    names: AtomicU32,
}

/// A seller by its number.
pub(super) fn seller(number: &str) -> Value {
    json!({ "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": number, "verified": true }] })
}

impl Scene {
    pub(super) async fn new(backend: Backend) -> Self {
        let open = |text: String| text.replace("enabled = false", "enabled = true");
        let node = TestNode::start_on_with(backend, open).await;
        let member = node.admit("platform-b").await;
        let regulator = node.admit_as("regulator-x", MemberRole::Regulator).await;
        let client = node.operator();
        let applicant = operator::applicant(&client).await;
        let subject: Subject = serde_json::from_value(seller(OFFENDER)).unwrap();
        client.monitor("shop-1", subject).await.unwrap();
        let entry = client.record_entry(&typed("case-1")).await.unwrap().id;
        client.build_digests::<Value>().await.unwrap();
        let asked = json!({ "purpose": "onboarding", "subject": seller("91990001LF00000169") });
        let screening = client
            .screen(&serde_json::from_value(asked).unwrap())
            .await
            .unwrap()
            .id;
        let alert = client.alerts(&AlertQuery::default()).await.unwrap().items[0].id;
        let object = shown_object(&node, &regulator).await;
        let body = published_body(&node).await;
        Self {
            node,
            entry,
            screening,
            alert,
            object,
            body,
            applicant,
            member,
            regulator,
            names: AtomicU32::new(0),
        }
    }

    /// A name that no member had yet.
    pub(super) fn next_name(&self) -> String {
        format!("member-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// Where the paths of a door begin.
    pub(super) fn base(&self, door: Door) -> String {
        let doors = &self.node.doors;
        let https =
            |address: Option<std::net::SocketAddr>| format!("https://127.0.0.1:{}", address.unwrap().port());
        match door {
            Door::Platform => https(doors.platform),
            Door::Federation => https(doors.federation),
            Door::Regulator => https(doors.regulator),
            Door::Operator => "http://operator".to_owned(),
            Door::Operations => format!("http://127.0.0.1:{}", doors.operations.unwrap().port()),
        }
    }

    fn client(&self, door: Door) -> Client {
        match door {
            Door::Platform | Door::Operations => self.node.raw(),
            Door::Federation => self.node.member(&self.member, true),
            Door::Regulator => self.node.member(&self.regulator, true),
            Door::Operator => unix_client(self.node.doors.socket().unwrap()),
        }
    }

    async fn answer(&self, row: &Row, ask: &Ask) -> Response {
        let mut request = row.request(&self.client(row.door), &self.base(row.door), ask);
        if row.door == Door::Platform {
            request = request.bearer_auth(self.node.token(Scope::ALL));
        }
        request.send().await.unwrap()
    }

    pub(super) async fn succeeds(&self, row: &Row) {
        let answer = self.answer(row, &row.success).await;
        let status = answer.status();
        // Of what may be written at that door nothing is taken: TAXII asks for the refusal.
        let refuses = row.door == Door::Regulator && row.method != reqwest::Method::GET;
        assert!(
            refuses || !status.is_client_error() && !status.is_server_error(),
            "{} {}: {status}",
            row.method,
            row.path
        );
        assert_eq!(status, row.success.status, "{} {}", row.method, row.path);
        // A batch goes on for as long as its answer is read; a stream of events has no end.
        if row.method != reqwest::Method::GET {
            answer.bytes().await.unwrap();
        }
    }

    /// Who acted, line by line.
    pub(super) fn audited(&self) -> Vec<String> {
        let lines = self
            .node
            .assembled
            .store
            .audit_page(Timestamp::default(), None, 1_000)
            .unwrap();
        lines.into_iter().map(|line| line.actor).collect()
    }

    /// Whatever changes or screens is in the audit log, with who did it.
    pub(super) fn is_on_record(&self, row: &Row, before: Vec<String>) {
        let actor = match row.door {
            Door::Platform => "erp",
            Door::Operator => "operator",
            Door::Federation | Door::Regulator | Door::Operations => return,
        };
        let new = self.audited().split_off(before.len());
        let expected = row.method != reqwest::Method::GET;
        assert_eq!(
            new.iter().any(|who| who == actor),
            expected,
            "{} {}: {new:?}",
            row.method,
            row.path
        );
    }

    pub(super) async fn answers_with_a_problem(&self, row: &Row, malformed: &Ask) {
        let answer = self.answer(row, malformed).await;
        let (status, kind) = (answer.status(), answer.headers()["content-type"].clone());
        let text = answer.text().await.unwrap();
        assert_eq!(status, malformed.status, "{} {}: {text}", row.method, row.path);
        assert!(status.is_client_error(), "{} {}", row.method, row.path);
        let expected = match row.door {
            Door::Regulator => taxii::MEDIA_TYPE,
            _ => "application/problem+json",
        };
        assert_eq!(kind, expected, "{} {}", row.method, row.path);
        assert!(
            serde_json::from_str::<Value>(&text).unwrap()["title"].is_string(),
            "{text}"
        );
    }
}

async fn shown_object(node: &TestNode, regulator: &Papers) -> String {
    let path = node.regulator_url("feed/collections/sellers/objects/");
    let request = node
        .member(regulator, true)
        .get(path)
        .header("accept", taxii::MEDIA_TYPE);
    let envelope: Envelope =
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap();
    envelope.objects[0].common().id.to_string()
}

async fn published_body(node: &TestNode) -> String {
    let list = serde_json::from_value(json!({
        "publisher": "platform-a", "audience": "all", "subject_type": "seller", "epoch": 1,
    }))
    .unwrap();
    let head = node.node().digest_head(node.node().id(), &list).await.unwrap();
    hex::encode(
        lianfang_digest::SignedHead::decode(&head)
            .unwrap()
            .header()
            .body
            .sha256,
    )
}
