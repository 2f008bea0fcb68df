//! The vectors in `schema/vectors/digest`: made here, frozen there, replayed from there. After a deliberate change
//! of the protocol, `LIANFANG_WRITE_VECTORS=1 cargo test -p lianfang-digest --test digest vectors` writes them anew.

mod bodies;
mod chains;
mod heads;
mod replay;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

/// One vector; `result` is "ok" or the code of the refusal.
fn vector(kind: &str, name: &str, result: &str, mut fields: Value) -> Value {
    fields["kind"] = kind.into();
    fields["name"] = name.into();
    fields["result"] = result.into();
    fields
}

fn path(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "vectors", "digest", file]
        .iter()
        .collect()
}

fn read(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path(file)).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["vectors"]
        .as_array()
        .unwrap()
        .clone()
}

pub(crate) fn all() -> Vec<Value> {
    ["heads.json", "chains.json", "bodies.json"]
        .into_iter()
        .flat_map(read)
        .collect()
}

fn freeze(file: &str, about: Value, vectors: &[Value]) {
    let lines: Vec<String> = vectors.iter().map(Value::to_string).collect();
    let text = format!(
        "{{\"about\":{about},\n\"vectors\":[\n{}\n]}}\n",
        lines.join(",\n")
    );
    if std::env::var_os("LIANFANG_WRITE_VECTORS").is_some() {
        std::fs::write(path(file), &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(path(file)).unwrap() == text,
        "{file} isn't what this code makes"
    );
}

#[test]
fn the_frozen_vectors_are_what_this_code_makes() {
    let publisher = crate::fixture::Publisher::new();
    let about = json!({
        "format": "lianfang-digest-vectors/1", "specification": "PROTOCOL.md §3",
        "federation": hex::encode(crate::fixture::FEDERATION.as_bytes()), "publisher_key": hex::encode(publisher.public.as_bytes()),
        "list": publisher.list, "now_micros": publisher.expectation().now.as_micros(), "max_body": publisher.expectation().max_body,
        "seed": hex::encode(publisher.seed.as_bytes()),
    });
    freeze("heads.json", about.clone(), &heads::make());
    freeze("chains.json", about.clone(), &chains::make());
    freeze("bodies.json", about, &bodies::make());
}

#[test]
fn every_frozen_vector_gives_its_result() {
    for (vector, outcome) in replay::every() {
        let result = outcome.map_or_else(|refusal| refusal.code(), |()| "ok");
        assert_eq!(result, vector["result"], "{}", vector["name"]);
    }
}

#[test]
fn there_are_enough_of_them_and_each_refusal_has_its_own_code() {
    let all = all();
    let accepting = all.iter().filter(|vector| vector["result"] == "ok").count();
    let codes: BTreeSet<&str> = all
        .iter()
        .map(|vector| vector["result"].as_str().unwrap())
        .filter(|result| *result != "ok")
        .collect();
    assert!(accepting >= 30, "{accepting}");
    assert!(codes.len() >= 50, "{}", codes.len());
    let names: BTreeSet<&str> = all
        .iter()
        .map(|vector| vector["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), all.len());
}
