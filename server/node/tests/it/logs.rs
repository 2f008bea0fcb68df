//! What a node writes about its work: lines for machines, and nothing of whom it is about.

use lianfang_node::auth::Scope;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::entries::{OFFENDER, entry};
use crate::harness::process::Process;

/// The offender as a screening or a roster line names it, in a spelling of its own.
const SPELT: &str = "9135 0100 M000 100Y 43";
const PHONE: &str = "+86 139 1234 5678";
const BROKEN: &str = "91350100M000100Y44";

/// A node that logs everything of ours, with the requests it was sent and their answers.
struct Talk {
    node: Process,
    client: reqwest::Client,
    tokens: Vec<String>,
}

impl Talk {
    async fn begin() -> Self {
        let filter = "filter = \"debug,lianfang_node=trace,lianfang_flow=trace,durable_step=trace\"";
        let node = Process::serve(|text| text.replace("[log]\n", &format!("[log]\n{filter}\n"))).await;
        let client = crate::harness::federation::client(&node.authority(), None, true);
        Self {
            node,
            client,
            tokens: Vec::new(),
        }
    }

    async fn send(
        &mut self,
        id: &str,
        call: (Method, &str),
        scope: Scope,
        body: &Value,
    ) -> (StatusCode, Value) {
        let token = self.node.token(&[scope]);
        let url = format!("https://{}{}", self.node.platform, call.1);
        let answer = self
            .client
            .request(call.0, url)
            .bearer_auth(&token)
            .header("x-request-id", id)
            .json(body)
            .send()
            .await
            .unwrap();
        self.tokens.push(token);
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }
}

fn subject(code: &str) -> Value {
    json!({ "type": "seller", "identifiers": [
        { "kind": "cn_uscc", "value": code, "verified": true },
        { "kind": "phone", "value": PHONE, "verified": false },
    ]})
}

/// Records, screens, monitors, is refused for what it sends and for who it is.
async fn a_day_s_work(talk: &mut Talk) {
    let post = |path| (Method::POST, path);
    let screening = |code| json!({ "purpose": "onboarding", "subject": subject(code) });
    let (entries, screenings) = (Scope::EntriesWrite, Scope::ScreeningsWrite);
    let new = entry("case-secret-1");
    let (status, recorded) = talk.send("r-entry", post("/v1/entries"), entries, &new).await;
    assert_eq!(status, StatusCode::CREATED, "{recorded}");
    let (status, _) = talk
        .send("r-screen", post("/v1/screenings"), screenings, &screening(SPELT))
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let roster = (Method::PUT, "/v1/monitored-subjects/shop-secret-7");
    let body = json!({ "subject": subject(SPELT) });
    let (status, _) = talk.send("r-roster", roster, Scope::RosterWrite, &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let broken = json!({ "purpose": "onboarding", "client_reference": "case-secret-2",
        "subject": { "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": BROKEN }] } });
    let (status, _) = talk
        .send("r-broken", post("/v1/screenings"), screenings, &broken)
        .await;
    assert!(status.is_client_error());
    let path = format!("/v1/entries/{OFFENDER}?subject={OFFENDER}");
    let (status, _) = talk
        .send("r-path", (Method::GET, &path), Scope::EntriesRead, &Value::Null)
        .await;
    assert!(status.is_client_error());
    let (status, _) = talk
        .send("r-scope", post("/v1/screenings"), entries, &screening(SPELT))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_name_the_request_and_no_identifier_token_or_reference() {
    let mut talk = Talk::begin().await;
    a_day_s_work(&mut talk).await;
    let Talk { node, client, tokens } = talk;
    // A connection that stays open would be waited for.
    drop(client);
    let lines = node.stop().await;
    let parsed: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for line in &parsed {
        for key in ["timestamp", "level", "target"] {
            assert!(line[key].is_string(), "{key} is missing: {line}");
        }
    }
    for id in ["r-entry", "r-screen", "r-roster", "r-broken", "r-path", "r-scope"] {
        let answered = parsed.iter().filter(|line| line["message"] == "answered");
        assert_eq!(
            answered.filter(|line| line["request.id"] == id).count(),
            1,
            "{id}"
        );
    }
    let committed = parsed.iter().find(|line| line["step"] == "entries_committed");
    assert_eq!(committed.unwrap()["span"]["request.id"], "r-entry");
    let digits = PHONE.replace(' ', "");
    let mut secrets = vec![OFFENDER, SPELT, PHONE, &digits, &digits[3..], BROKEN];
    secrets.extend(["case-secret", "shop-secret", "Bearer "]);
    for token in &tokens {
        secrets.extend(token.split('.'));
    }
    for secret in secrets {
        let told: Vec<_> = lines.iter().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{secret} is in {told:?}");
    }
}
