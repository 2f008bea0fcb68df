use lianfang_digest::gcs::{self, PREFIX_BITS, prefix};
use lianfang_digest::{BaseBuilder, BodyRef, Modulus, SHARD, ShardTable, SizeClass, padded, state_hash};
use lianfang_encoding::sha256;
use serde_json::{Value, json};

use super::vector;
use crate::fixture::{Publisher, confirm_bits, tokens};

pub(super) fn make() -> Vec<Value> {
    [derived(), prefixes(), deltas(), filters(), shards()].concat()
}

fn hexes(values: &[[u8; 32]]) -> Vec<String> {
    values.iter().map(hex::encode).collect()
}

fn derived() -> Vec<Value> {
    let seed = Publisher::new().seed;
    let token = tokens(1)[0];
    let positions = |total| {
        let class = SizeClass::of_total(total).unwrap();
        json!({"total": total, "bits": class.bits(), "token": hex::encode(token), "positions": seed.probe(&token).positions(&Modulus::from(class))})
    };
    let counts: Vec<[u32; 2]> = [0, 1, 7, 9, 15, 1_000, 10_000, 100_001, 1 << 27]
        .map(|count| [count, padded(count as usize).unwrap()])
        .to_vec();
    let confirm = |count| {
        let keys = tokens(count);
        json!({"keys": hexes(&keys), "confirm_bits": confirm_bits(&keys)})
    };
    let deltas = [[2; 32], [3; 32]];
    vec![
        vector(
            "padded",
            "counts of three significant bits",
            "ok",
            json!({"pairs": counts}),
        ),
        vector(
            "positions",
            "positions in the smallest class",
            "ok",
            positions(16_384),
        ),
        vector(
            "positions",
            "positions in a class of a million",
            "ok",
            positions(1 << 20),
        ),
        vector("confirm_bits", "confirm bits of 15 records", "ok", confirm(15)),
        vector("confirm_bits", "confirm bits of 40 records", "ok", confirm(40)),
        vector(
            "state",
            "state of a base and two deltas",
            "ok",
            json!({"base": hex::encode([1; 32]), "deltas": hexes(&deltas), "state": hex::encode(state_hash(&[1; 32], &deltas))}),
        ),
    ]
}

fn coded(name: &str, b: u8, set: &[u64]) -> Value {
    let body = gcs::encode(b, set).unwrap();
    vector(
        "gcs",
        name,
        "ok",
        json!({"b": b, "count": set.len(), "r": gcs::rice_bits(b, set.len() as u32), "body": hex::encode(body), "prefixes": set}),
    )
}

fn prefixes() -> Vec<Value> {
    let mut eight: Vec<u64> = (0..8)
        .map(|i| prefix(&sha256(format!("bloomfed test token {i}").as_bytes()), 23))
        .collect();
    eight.sort_unstable();
    let mut hundred: Vec<u64> = tokens(100)
        .iter()
        .map(|token| prefix(token, PREFIX_BITS))
        .collect();
    hundred.sort_unstable();
    let bad = |name: &str, result: &str, count: u32, body: &[u8]| {
        vector(
            "gcs",
            name,
            result,
            json!({"b": PREFIX_BITS, "count": count, "body": hex::encode(body)}),
        )
    };
    let one = gcs::encode(PREFIX_BITS, &[5]).unwrap();
    let padding = [&one[..5], &[one[5] | 0x80]].concat();
    vec![
        coded("the eight prefixes of the protocol", 23, &eight),
        coded("no prefix", PREFIX_BITS, &[]),
        coded(
            "the lowest and the highest prefix",
            PREFIX_BITS,
            &[0, (1 << 44) - 1],
        ),
        coded("neighbours", PREFIX_BITS, &[7, 8, 9]),
        coded("a hundred prefixes", PREFIX_BITS, &hundred),
        bad("prefixes cut short", "gcs_truncated", 1, &one[..5]),
        bad("zeros without an end", "gcs_truncated", 4, &[0; 100]),
        bad(
            "a prefix beyond 44 bits",
            "gcs_range",
            1,
            &[0b1000, 0, 0, 0, 0, 0],
        ),
        bad("a bit set in the padding", "gcs_padding", 1, &padding),
        bad(
            "more prefixes than a list holds",
            "digest_counts",
            (1 << 24) + 1,
            &[0; 8],
        ),
    ]
}

fn deltas() -> Vec<Value> {
    let delta = |name: &str, result: &str, (additions, removals): (&[u64], &[u64]), after: &[u8]| {
        let code = |set| gcs::encode(PREFIX_BITS, set).unwrap();
        let body = [code(additions), code(removals), after.to_vec()].concat();
        let (came, left) = (additions.len(), removals.len());
        vector(
            "delta",
            name,
            result,
            json!({"additions": came, "removals": left, "body": hex::encode(body), "added": additions, "removed": removals}),
        )
    };
    vec![
        delta("a delta of nothing", "ok", (&[], &[]), &[]),
        delta("a delta of additions", "ok", (&[1, 2, 1 << 43], &[]), &[]),
        delta("a delta of removals", "ok", (&[], &[3]), &[]),
        delta("a delta of both", "ok", (&[1, 4], &[0, 3]), &[]),
        delta(
            "a prefix added and removed",
            "delta_overlap",
            (&[1, 4], &[4]),
            &[],
        ),
        delta(
            "bytes after the removals",
            "digest_body_trailing",
            (&[1], &[2]),
            &[0],
        ),
    ]
}

/// A filter is given by its 45 bytes, the byte that fills the rest, its length, and the bits that differ.
fn filter(name: &str, result: &str, layout: &[u8], fill: u8, length: usize, set: &[u32]) -> Value {
    vector(
        "bloom",
        name,
        result,
        json!({"total": 10, "layout": hex::encode(layout), "fill": fill, "length": length, "set": set}),
    )
}

fn filters() -> Vec<Value> {
    let publisher = Publisher::new();
    let class = SizeClass::of_total(10).unwrap();
    let mut builder = BaseBuilder::new(class, &publisher.seed).unwrap();
    let members = tokens(3);
    members.iter().for_each(|token| builder.insert(token));
    let body = builder.finish();
    let (layout, bits) = body.split_at(45);
    let set: Vec<u32> = (0..class.bits())
        .filter(|at| bits[*at as usize / 8] >> (at % 8) & 1 == 1)
        .collect();
    let length = bits.len();
    let edited = |at: usize, bytes: &[u8]| {
        let mut layout = layout.to_vec();
        layout[at..at + bytes.len()].copy_from_slice(bytes);
        layout
    };
    let mut three = filter("a filter over three tokens", "ok", layout, 0, length, &set);
    three["members"] = json!(hexes(&members));
    three["sha256"] = hex::encode(sha256(&body)).into();
    vec![
        three,
        filter("an empty filter", "ok", layout, 0, length, &[]),
        filter(
            "a filter with every other bit set",
            "ok",
            layout,
            0x55,
            length,
            &[],
        ),
        filter(
            "45 bytes that divide by zero",
            "bloom_empty",
            &edited(1, &[0; 8]),
            0,
            0,
            &[],
        ),
        filter(
            "53 bytes that take half a minute",
            "bloom_hashes",
            &edited(1, &[8, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]),
            255,
            8,
            &[],
        ),
        filter("all ones", "bloom_fill", layout, 255, length, &[]),
        filter(
            "a seed with equal halves",
            "bloom_seed_halves",
            &edited(13, &[7; 32]),
            0,
            length,
            &[],
        ),
        filter(
            "the seed of another federation",
            "bloom_seed",
            &edited(13, &[7; 16]),
            0,
            length,
            &[],
        ),
        filter(
            "another version of the layout",
            "bloom_version",
            &edited(0, &[2]),
            0,
            length,
            &[],
        ),
        filter(
            "nineteen hash functions",
            "bloom_hashes",
            &edited(9, &[19]),
            0,
            length,
            &[],
        ),
        filter(
            "fewer bits than the class",
            "bloom_bits",
            &edited(1, &59_088u64.to_le_bytes()),
            0,
            59_088,
            &[],
        ),
        filter(
            "a filter cut short",
            "digest_body_truncated",
            layout,
            0,
            length - 1,
            &[],
        ),
        filter(
            "a filter with a byte too many",
            "digest_body_trailing",
            layout,
            0,
            length + 1,
            &[],
        ),
    ]
}

/// A body is given by the byte that fills it and its length.
fn shards() -> Vec<Value> {
    let body = vec![7; 2 * SHARD + 100];
    let (described, table) = (BodyRef::of(&body), ShardTable::of(&body).to_bytes());
    let small = BodyRef::of(&[7; 100]);
    let case = |name: &str,
                result: &str,
                described: &BodyRef,
                table: &[u8],
                index: u32,
                fill: u8,
                length: usize| {
        vector(
            "shard",
            name,
            result,
            json!({
                "body_length": described.length, "sha256": hex::encode(described.sha256), "shard_table": hex::encode(described.shard_table),
                "table": hex::encode(table), "index": index, "fill": fill, "length": length,
            }),
        )
    };
    vec![
        case("the first of three shards", "ok", &described, &table, 0, 7, SHARD),
        case("the short last shard", "ok", &described, &table, 2, 7, 100),
        case(
            "a body of one shard whose table is its hash",
            "ok",
            &small,
            &small.sha256,
            0,
            7,
            100,
        ),
        case(
            "a table cut short",
            "digest_shard_table",
            &described,
            &table[..64],
            0,
            7,
            SHARD,
        ),
        case(
            "a table of other hashes",
            "digest_shard_table",
            &described,
            &[0; 96],
            0,
            7,
            SHARD,
        ),
        case("a damaged shard", "digest_shard", &described, &table, 1, 8, SHARD),
        case(
            "a shard cut short",
            "digest_shard",
            &described,
            &table,
            0,
            7,
            SHARD - 1,
        ),
        case(
            "a shard beyond the last",
            "digest_shard",
            &described,
            &table,
            3,
            7,
            0,
        ),
    ]
}
