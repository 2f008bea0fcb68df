//! What this implementation says about the vectors in `schema/vectors/digest`, knowing nothing but those files.
//! `lianfang-wire` replays them too, and holds each refusal against its problem type.

use std::path::PathBuf;

use lianfang_digest::{
    Bloom, BodyRef, Delta, Expectation, Kind, ListId, ListState, Modulus, RecordCounts, Refusal, Seed,
    ShardTable, SignedHead, SizeClass, gcs, padded, state_hash,
};
use lianfang_encoding::{FederationId, PublicKey, Timestamp, sha256};
use serde_json::{Value, json};

/// Every frozen vector and what becomes of it here.
pub(crate) fn every() -> Vec<(Value, Result<(), Refusal>)> {
    let files = ["heads.json", "chains.json", "bodies.json"].map(file);
    let replayed = files.iter().flat_map(|file| {
        let reader = Reader::of(&file["about"]);
        let vectors = file["vectors"].as_array().unwrap().iter();
        vectors.map(move |vector| (vector.clone(), reader.outcome(vector)))
    });
    replayed.collect()
}

/// What a vector of a chain says is in force afterwards.
pub(crate) fn in_force(state: &ListState) -> Value {
    let deltas: Vec<u64> = state.deltas().iter().map(|delta| delta.sequence).collect();
    json!({"sequence": state.sequence(), "incarnation": state.incarnation(), "base": state.base().sequence, "deltas": deltas})
}

fn file(name: &str) -> Value {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "vectors", "digest", name]
        .iter()
        .collect();
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Who reads the vectors, as their file says.
struct Reader {
    federation: FederationId,
    list: ListId,
    key: PublicKey,
    now: Timestamp,
    max_body: u64,
    seed: Seed,
}

impl Reader {
    fn of(about: &Value) -> Self {
        let federation = FederationId(bytes(&about["federation"]).try_into().unwrap());
        Self {
            seed: Seed::of(&federation).unwrap(),
            federation,
            list: serde_json::from_value(about["list"].clone()).unwrap(),
            key: PublicKey::from_bytes(&hash(&about["publisher_key"])).unwrap(),
            now: Timestamp::from_micros(number(&about["now_micros"])),
            max_body: number(&about["max_body"]),
        }
    }

    fn expectation(&self) -> Expectation<'_> {
        Expectation {
            federation: &self.federation,
            list: &self.list,
            key: &self.key,
            now: self.now,
            max_body: self.max_body,
        }
    }

    fn outcome(&self, vector: &Value) -> Result<(), Refusal> {
        match vector["kind"].as_str().unwrap() {
            "head" => self.head(vector),
            "chain" => self.chain(vector),
            "gcs" => coded(vector),
            "delta" => delta(vector),
            "bloom" => self.bloom(vector),
            "shard" => shard(vector),
            _ => self.derived(vector),
        }
    }

    fn head(&self, vector: &Value) -> Result<(), Refusal> {
        let wire = bytes(&vector["head"]);
        let head = SignedHead::decode(&wire)?;
        assert_eq!(head.to_wire(), wire);
        match head.header().kind {
            Kind::Base => self.expectation().accept(None, vec![head]).map(|_| ()),
            Kind::Delta { .. } => self.expectation().verify(head).map(|_| ()),
        }
    }

    fn chain(&self, vector: &Value) -> Result<(), Refusal> {
        let accept = |held: Option<&ListState>, field: &str| {
            let heads = vector[field].as_array().unwrap().iter();
            let heads = heads
                .map(|head| SignedHead::decode(&bytes(head)))
                .collect::<Result<_, _>>()?;
            let accepted = self.expectation().accept(held, heads);
            accepted.map(|accepted| accepted.state)
        };
        let begun = vector["held"] != json!([]);
        let held = begun.then(|| accept(None, "held").unwrap());
        let state = accept(held.as_ref(), "heads")?;
        assert_eq!(in_force(&state), vector["in_force"]);
        Ok(())
    }

    fn bloom(&self, vector: &Value) -> Result<(), Refusal> {
        let mut body = bytes(&vector["layout"]);
        body.resize(
            body.len() + number(&vector["length"]) as usize,
            number(&vector["fill"]) as u8,
        );
        for at in numbers(&vector["set"]) {
            body[45 + at as usize / 8] |= 1 << (at % 8);
        }
        let class = SizeClass::of_total(number(&vector["total"]) as u32)?;
        let bloom = Bloom::parse(&body, class, &self.seed)?;
        if vector["members"].is_array() {
            let members = hashes(&vector["members"]);
            assert!(members.iter().all(|member| bloom.contains(member)));
            assert_eq!(sha256(&body), hash(&vector["sha256"]));
        }
        Ok(())
    }

    fn derived(&self, vector: &Value) -> Result<(), Refusal> {
        match vector["kind"].as_str().unwrap() {
            "padded" => {
                for pair in vector["pairs"].as_array().unwrap() {
                    assert_eq!(u64::from(padded(number(&pair[0]) as usize)?), number(&pair[1]));
                }
            }
            "positions" => {
                let class = SizeClass::of_total(number(&vector["total"]) as u32)?;
                assert_eq!(u64::from(class.bits()), number(&vector["bits"]));
                let probe = self.seed.probe(&hash(&vector["token"]));
                assert_eq!(
                    probe.positions(&Modulus::from(class)).map(u64::from).to_vec(),
                    numbers(&vector["positions"])
                );
            }
            "confirm_bits" => {
                let keys = hashes(&vector["keys"]);
                let mut counts = RecordCounts::of_list(keys.len() as u32);
                keys.iter().for_each(|key| counts.add(key));
                assert_eq!(u64::from(counts.confirm_bits()), number(&vector["confirm_bits"]));
            }
            "state" => assert_eq!(
                state_hash(&hash(&vector["base"]), &hashes(&vector["deltas"])),
                hash(&vector["state"])
            ),
            unknown => unreachable!("{unknown}"),
        }
        Ok(())
    }
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
