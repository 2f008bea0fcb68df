use lianfang_certs::NodeKey;
use lianfang_encoding::SigningKey;
use lianfang_node::http::Door::Operator;
use lianfang_wire::join::JoinRequest;
use lianfang_wire::vocabulary::MemberRole;
use reqwest::Method;
use serde_json::json;

use super::scene::Scene;
use super::{Ask, DELETE, GET, POST, Row, ask, wrong_method};

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let names = json!({ "kind": "legal_name_cn", "value": "深圳市鑫澜科技有限公司" });
    let no_name = json!({ "kind": "nothing", "value": "x" });
    vec![
        row(
            POST,
            "/v1/admin/sync",
            ask(200).json(&json!({})),
            ask(422).json(&json!({ "peer": "NOBODY!" })),
        ),
        row(POST, "/v1/admin/digests", ask(200), wrong_method()),
        row(
            POST,
            "/v1/admin/names",
            ask(200).json(&names),
            ask(400).json(&no_name),
        ),
        row(
            GET,
            "/v1/admin/explain/{id}",
            ask(200).at([scene.entry]),
            ask(404).at(["NOBODY!"]),
        ),
        row(GET, "/v1/admin/budgets", ask(200), wrong_method()),
        row(
            POST,
            "/v1/admin/budgets/credits",
            ask(200).json(&json!({ "member": "platform-b", "class": "person", "elements": 8, "days": 1 })),
            ask(422).json(&json!({ "member": "platform-b", "class": "everybody", "elements": 8 })),
        ),
        row(
            DELETE,
            "/v1/admin/budgets/credits/{member}/{class}",
            ask(200).at(["platform-b", "person"]),
            ask(404).at(["platform-b", "everybody"]),
        ),
        row(GET, "/v1/admin/keys/data", ask(200), wrong_method()),
        row(
            POST,
            "/v1/admin/keys/data",
            ask(200).json(&json!({ "action": "reseal" })),
            ask(422).json(&json!({ "action": "lose" })),
        ),
        row(GET, "/v1/admin/members", ask(200), wrong_method()),
        row(GET, "/v1/admin/openapi.json", ask(200), wrong_method()),
        row(
            POST,
            "/v1/admin/members",
            ask(201).json(&scene.applicant),
            ask(422).json(&json!({ "node": "platform-z" })),
        ),
        row(
            POST,
            "/v1/admin/members/{id}/certificate",
            ask(201)
                .at(["platform-b"])
                .json(&json!({ "request": renewal(scene), "overlap_seconds": 3_600 })),
            ask(422)
                .at(["platform-b"])
                .json(&json!({ "request": "x", "overlap_seconds": 0 })),
        ),
        row(
            DELETE,
            "/v1/admin/members/{id}",
            ask(204).at(["platform-b"]),
            ask(404).at(["NOBODY!"]),
        ),
        row(
            POST,
            "/v1/admin/membership/extension",
            ask(200).json(&json!({ "days": 400 })),
            ask(422).json(&json!({ "days": 731 })),
        ),
        row(
            POST,
            "/v1/admin/invitations",
            ask(201).json(&json!({ "node": "platform-y" })),
            ask(422).json(&json!({ "node": "NOBODY!" })),
        ),
    ]
}

fn row(method: Method, path: &'static str, success: Ask, malformed: Ask) -> Row {
    Row::new(Operator, method, path, success, malformed)
}

fn renewal(scene: &Scene) -> String {
    let asked = crate::replaced_keys::asked(&scene.node, "platform-b");
    asked.signed.request
}

/// The request of a node that was invited.
pub(super) async fn applicant(operator: &lianfang_sdk::Client) -> JoinRequest {
    let invitation = operator.invite(&"platform-z".parse().unwrap()).await.unwrap();
    let (key, hosts) = (NodeKey::generate().unwrap(), vec!["127.0.0.1".to_owned()]);
    JoinRequest {
        federation: invitation.federation,
        node: invitation.node.clone(),
        code: invitation.code,
        csr: key.request(&invitation.node, &hosts).unwrap(),
        signing_key: SigningKey::from_seed(&[6; 32]).public(),
        name: "Platform Z".to_owned(),
        operator: "Z Ltd".to_owned(),
        role: MemberRole::Platform,
        jurisdiction: "DE".to_owned(),
        endpoint: "https://127.0.0.1:1".to_owned(),
        hosts,
    }
}
