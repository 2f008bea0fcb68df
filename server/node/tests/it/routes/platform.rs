use lianfang_node::http::Door::Platform;
use reqwest::Method;
use serde_json::json;

use super::scene::{Scene, seller};
use super::{Ask, DELETE, GET, POST, PUT, Row, ask, wrong_method};
use crate::harness::entries::{OFFENDER, entry};

const NO_UUID: [&str; 1] = ["not-a-uuid"];
const CLEAR: &str = "91990001LF00000169";

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let mut rows = entries(scene);
    rows.extend(screenings(scene));
    rows.extend(roster());
    rows.extend(alerts(scene));
    rows.extend(peers_and_documents());
    rows
}

fn row(method: Method, path: &'static str, success: Ask, malformed: Ask) -> Row {
    Row::new(Platform, method, path, success, malformed)
}

/// JSON that ends early.
fn broken(status: u16) -> Ask {
    ask(status).body("application/json", "{")
}

fn entries(scene: &Scene) -> Vec<Row> {
    let id = [scene.entry];
    let mut other = entry("case-2");
    other["subject"] = seller(CLEAR);
    let stayed = json!({ "type": "suspended", "reason": "papers are looked at" });
    vec![
        row(POST, "/v1/entries", ask(201).json(&entry("case-3")), broken(400)),
        row(
            POST,
            "/v1/entries/batch",
            ask(200).lines(&other),
            ask(415).body("text/plain", "x"),
        ),
        row(
            GET,
            "/v1/entries",
            ask(200).query("?limit=1"),
            ask(400).query("?colour=red"),
        ),
        row(GET, "/v1/entries/{id}", ask(200).at(id), ask(404).at(NO_UUID)),
        row(
            GET,
            "/v1/entries/{id}/timeline",
            ask(200).at(id),
            ask(404).at(NO_UUID),
        ),
        row(
            POST,
            "/v1/entries/{id}/events",
            ask(200).at(id).header("if-match", "\"1\"").json(&stayed),
            ask(428).at(id).json(&stayed),
        ),
    ]
}

fn screenings(scene: &Scene) -> Vec<Row> {
    let id = [scene.screening];
    let asked = json!({ "purpose": "onboarding", "subject": seller(CLEAR) });
    let decided = json!({ "outcome": "accepted", "reviewer": "staff-7", "reason": "papers seen" });
    vec![
        row(
            POST,
            "/v1/screenings",
            ask(201).json(&asked),
            ask(422).json(&json!({})),
        ),
        row(
            POST,
            "/v1/screenings/batch",
            ask(200).lines(&asked),
            ask(415).json(&asked),
        ),
        row(GET, "/v1/screenings/{id}", ask(200).at(id), ask(404).at(NO_UUID)),
        row(
            POST,
            "/v1/screenings/{id}/decision",
            ask(200).at(id).json(&decided),
            ask(422).at(id).json(&json!({ "outcome": "perhaps" })),
        ),
    ]
}

fn roster() -> Vec<Row> {
    let path = "/v1/monitored-subjects/{client_reference}";
    let watched = json!({ "subject": seller(CLEAR) });
    let long = ["x".repeat(1_000)];
    vec![
        row(
            PUT,
            path,
            ask(201).at(["shop-2"]).json(&watched),
            ask(422)
                .at(["shop-2"])
                .json(&json!({ "subject": seller("91350100M000100Y44") })),
        ),
        row(GET, path, ask(200).at(["shop-2"]), ask(404).at(&long)),
        row(DELETE, path, ask(204).at(["shop-2"]), ask(404).at(&long)),
        row(
            POST,
            "/v1/monitored-subjects/batch",
            ask(200).lines(&json!({ "client_reference": "shop-3", "subject": seller(OFFENDER) })),
            ask(415).json(&watched),
        ),
        row(GET, "/v1/roster", ask(200), wrong_method()),
    ]
}

fn alerts(scene: &Scene) -> Vec<Row> {
    let id = [scene.alert];
    let decided = json!({ "outcome": "acted", "reviewer": "staff-7", "reason": "shop closed" });
    vec![
        row(GET, "/v1/alerts", ask(200), ask(400).query("?state=asleep")),
        row(
            POST,
            "/v1/alerts/{id}/resolve",
            ask(200).at(id).json(&decided),
            ask(422).at(id).json(&json!({ "outcome": "acted" })),
        ),
        row(
            GET,
            "/v1/events",
            ask(200),
            ask(400).header("last-event-id", "yesterday"),
        ),
    ]
}

fn peers_and_documents() -> Vec<Row> {
    let decided = json!({ "action": "quarantine", "reason": "its list looks odd" });
    vec![
        row(GET, "/v1/peers", ask(200), wrong_method()),
        row(
            GET,
            "/v1/peers/{id}/forks",
            ask(200).at(["platform-b"]),
            ask(404).at(["NOBODY!"]),
        ),
        row(
            POST,
            "/v1/peers/{id}/brake",
            ask(204).at(["platform-b"]).json(&decided),
            ask(422).at(["platform-b"]).json(&json!({ "action": "stop" })),
        ),
        row(GET, "/.well-known/jwks.json", ask(200), wrong_method()),
        row(GET, "/openapi.json", ask(200), wrong_method()),
        row(GET, "/docs", ask(200), wrong_method()),
        row(
            GET,
            "/docs/{page:.*}",
            ask(200).at(["swagger-ui.css"]),
            ask(404).at(["nothing"]),
        ),
    ]
}
