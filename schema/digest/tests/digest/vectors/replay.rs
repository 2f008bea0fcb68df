//! What this implementation says about a vector that it reads from JSON.

use lianfang_digest::{
    Bloom, BodyRef, Delta, Kind, ListState, Modulus, Refusal, ShardTable, SignedHead, SizeClass, gcs, padded,
    state_hash,
};
use lianfang_encoding::sha256;
use serde_json::Value;

use super::chains::in_force;
use crate::fixture::{Publisher, confirm_bits};

pub(super) fn result(vector: &Value) -> &'static str {
    let outcome = match vector["kind"].as_str().unwrap() {
        "head" => head(vector),
        "chain" => chain(vector),
        "gcs" => coded(vector),
        "delta" => delta(vector),
        "bloom" => bloom(vector),
        "shard" => shard(vector),
        _ => derived(vector),
    };
    outcome.map_or_else(|refusal| refusal.code(), |()| "ok")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn hash(value: &Value) -> [u8; 32] {
    bytes(value).try_into().unwrap()
}

fn hashes(value: &Value) -> Vec<[u8; 32]> {
    value.as_array().unwrap().iter().map(hash).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn head(vector: &Value) -> Result<(), Refusal> {
    let wire = bytes(&vector["head"]);
    let head = SignedHead::decode(&wire)?;
    assert_eq!(head.to_wire(), wire);
    let publisher = Publisher::new();
    match head.header().kind {
        Kind::Base => publisher.expectation().accept(None, vec![head]).map(|_| ()),
        Kind::Delta { .. } => publisher.expectation().verify(head).map(|_| ()),
    }
}

fn chain(vector: &Value) -> Result<(), Refusal> {
    let publisher = Publisher::new();
    let heads = |field: &str| -> Result<Vec<_>, Refusal> {
        vector[field]
            .as_array()
            .unwrap()
            .iter()
            .map(|head| SignedHead::decode(&bytes(head)))
            .collect()
    };
    let accept = |held: Option<&ListState>, heads| {
        publisher
            .expectation()
            .accept(held, heads)
            .map(|accepted| accepted.state)
    };
    let held = heads("held")?;
    let held = if held.is_empty() {
        None
    } else {
        Some(accept(None, held).unwrap())
    };
    let state = accept(held.as_ref(), heads("heads")?)?;
    assert_eq!(in_force(&state), vector["in_force"]);
    Ok(())
}

fn coded(vector: &Value) -> Result<(), Refusal> {
    let (b, count, body) = (
        number(&vector["b"]) as u8,
        number(&vector["count"]) as u32,
        bytes(&vector["body"]),
    );
    let (prefixes, taken) = gcs::decode(b, count, &body)?;
    assert_eq!((prefixes, taken), (numbers(&vector["prefixes"]), body.len()));
    Ok(())
}

fn delta(vector: &Value) -> Result<(), Refusal> {
    let count = |field: &str| number(&vector[field]) as u32;
    let kind = Kind::Delta {
        additions: count("additions"),
        removals: count("removals"),
    };
    let delta = Delta::decode(kind, &bytes(&vector["body"]))?;
    assert_eq!(delta.additions(), numbers(&vector["added"]));
    assert_eq!(delta.removals(), numbers(&vector["removed"]));
    Ok(())
}

fn bloom(vector: &Value) -> Result<(), Refusal> {
    let mut body = bytes(&vector["layout"]);
    body.resize(
        body.len() + number(&vector["length"]) as usize,
        number(&vector["fill"]) as u8,
    );
    for at in numbers(&vector["set"]) {
        body[45 + at as usize / 8] |= 1 << (at % 8);
    }
    let class = SizeClass::of_total(number(&vector["total"]) as u32)?;
    let bloom = Bloom::parse(&body, class, &Publisher::new().seed)?;
    if vector["members"].is_array() {
        assert!(
            hashes(&vector["members"])
                .iter()
                .all(|member| bloom.contains(member))
        );
        assert_eq!(sha256(&body), hash(&vector["sha256"]));
    }
    Ok(())
}

fn shard(vector: &Value) -> Result<(), Refusal> {
    let body = BodyRef {
        length: number(&vector["body_length"]),
        sha256: hash(&vector["sha256"]),
        shard_table: hash(&vector["shard_table"]),
    };
    let table = ShardTable::parse(&body, &bytes(&vector["table"]))?;
    let shard = vec![number(&vector["fill"]) as u8; number(&vector["length"]) as usize];
    table.check(number(&vector["index"]) as u32, &shard)
}

fn derived(vector: &Value) -> Result<(), Refusal> {
    match vector["kind"].as_str().unwrap() {
        "padded" => {
            for pair in vector["pairs"].as_array().unwrap() {
                assert_eq!(u64::from(padded(number(&pair[0]) as usize)?), number(&pair[1]));
            }
        }
        "positions" => {
            let class = SizeClass::of_total(number(&vector["total"]) as u32)?;
            assert_eq!(u64::from(class.bits()), number(&vector["bits"]));
            let probe = Publisher::new().seed.probe(&hash(&vector["token"]));
            assert_eq!(
                probe.positions(&Modulus::from(class)).map(u64::from).to_vec(),
                numbers(&vector["positions"])
            );
        }
        "confirm_bits" => {
            let keys = hashes(&vector["keys"]);
            assert_eq!(u64::from(confirm_bits(&keys)), number(&vector["confirm_bits"]));
        }
        "state" => assert_eq!(
            state_hash(&hash(&vector["base"]), &hashes(&vector["deltas"])),
            hash(&vector["state"])
        ),
        unknown => unreachable!("{unknown}"),
    }
    Ok(())
}
