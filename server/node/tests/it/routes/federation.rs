use lianfang_node::http::Door::Federation;
use lianfang_token::message::{EvalRequest, Purpose, RequestSection};
use reqwest::Method;
use serde_json::json;

use super::scene::Scene;
use super::{Ask, GET, POST, Row, ask, wrong_method};

/// The group's generator in its one encoding (RFC 9496 §A.1): a blinded element as good as any.
const ELEMENT: &str = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76";

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let list = json!({ "publisher": "platform-a", "audience": "all", "subject_type": "seller", "epoch": 1 });
    let confirm = json!({ "list": list, "confirm_bits": 0, "prefixes": [""] });
    let claim = json!(crate::seen::claim(&scene.node, 1, 1));
    let binary = "application/octet-stream";
    let (here, nowhere) = (["all", "seller", "1"], ["all", "fish", "1"]);
    vec![
        row(
            GET,
            "/federation/v1/info",
            ask(200).query("?held=0000000000000000000000000000000000000000000000000000000000000000"),
            ask(400).query("?held=all"),
        ),
        row(
            POST,
            "/federation/v1/evaluate",
            ask(200).body(binary, evaluation(scene)),
            ask(400).body(binary, "x"),
        ),
        row(
            POST,
            "/federation/v1/confirm",
            ask(200).json(&confirm),
            ask(422).json(&json!({})),
        ),
        row(
            GET,
            "/federation/v1/digests/bodies/{sha256}",
            ask(200).at([&scene.body]),
            ask(404).at(["00"]),
        ),
        row(
            GET,
            "/federation/v1/digests/{audience}/{subject_type}/{epoch}/head",
            ask(200).at(here).query("?publisher=platform-a&sequence=1"),
            ask(404).at(nowhere),
        ),
        row(
            GET,
            "/federation/v1/digests/{audience}/{subject_type}/{epoch}/heads",
            ask(200).at(here).query("?after=0"),
            ask(400).at(here).query("?after=x"),
        ),
        row(
            GET,
            "/federation/v1/status/{audience}",
            ask(200).at(["all"]),
            ask(400).at(["all"]).query("?after=x"),
        ),
        row(
            GET,
            "/federation/v1/membership",
            ask(200),
            ask(400).query("?version=first"),
        ),
        row(
            GET,
            "/federation/v1/seen/{node}",
            ask(200).at(["platform-b"]),
            ask(404).at(["NOBODY!"]),
        ),
        row(
            POST,
            "/federation/v1/seen/{node}",
            ask(200).at(["platform-b"]).json(&claim),
            ask(422).at(["platform-b"]).json(&json!({})),
        ),
        row(
            GET,
            "/federation/v1/seen/{node}/status/{audience}",
            ask(200).at(["platform-b", "all"]),
            ask(400).at(["platform-b", "all"]).query("?after=x"),
        ),
        row(
            POST,
            "/federation/v1/notify",
            ask(204).json(&json!({ "membership_version": 1 })),
            ask(422).json(&json!([])),
        ),
        row(GET, "/federation/v1/openapi.json", ask(200), wrong_method()),
    ]
}

fn row(method: Method, path: &'static str, success: Ask, malformed: Ask) -> Row {
    Row::new(Federation, method, path, success, malformed)
}

fn evaluation(scene: &Scene) -> Vec<u8> {
    let current = scene.node.node().trust().current();
    let key = &current.document.keys[0];
    let mut element = [0; 32];
    hex::decode_to_slice(ELEMENT, &mut element).unwrap();
    let section = RequestSection {
        key_id: key.key_id(),
        generation: key.generation(),
        elements: vec![element],
    };
    EvalRequest::new(Purpose::Screen, vec![section]).unwrap().encode()
}
