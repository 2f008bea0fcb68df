//! What the fuzz targets of `tests/fuzz` check, over their committed corpus. Seeds come from the frozen vectors and are
//! written by `LIANFANG_WRITE_VECTORS=1` like those; files named `valid-…` have to be taken, all others refused,
//! except those a fuzzer found and named by their hash.

use std::path::PathBuf;

use lianfang_digest::{Bloom, BodyRef, Delta, Kind, Seed, ShardTable, SignedHead, SizeClass, codec, gcs};
use lianfang_encoding::sha256;
use serde_json::Value;

use crate::fixture::FEDERATION;
use crate::vectors;

fn replay(target: &str, seeds: Vec<(String, Vec<u8>)>, taken: impl Fn(&[u8]) -> bool) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/fuzz/corpus", target]
        .iter()
        .collect();
    if std::env::var_os("LIANFANG_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in seeds {
            let prefix = if taken(&bytes) { "valid-" } else { "" };
            std::fs::write(
                folder.join(format!("{prefix}{}", name.replace([' ', ',', '\''], "-"))),
                bytes,
            )
            .unwrap();
        }
    }
    let mut valid = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let taken = taken(&std::fs::read(&path).unwrap());
        let found_by_fuzzer = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(
            found_by_fuzzer || taken == name.starts_with("valid-"),
            "{target}/{name}"
        );
        valid += usize::from(taken);
    }
    assert!(valid >= 3, "{target} has {valid} valid files");
}

fn seeds(kind: &str, bytes: impl Fn(&Value) -> Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let of_kind = vectors::all().into_iter().filter(|vector| vector["kind"] == kind);
    of_kind
        .map(|vector| (vector["name"].as_str().unwrap().to_owned(), bytes(&vector)))
        .collect()
}

fn hex(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn be32(value: &Value) -> [u8; 4] {
    (value.as_u64().unwrap() as u32).to_be_bytes()
}

#[test]
fn heads_of_the_corpus_have_one_encoding() {
    replay("header", seeds("head", |vector| hex(&vector["head"])), |wire| {
        SignedHead::decode(wire).is_ok_and(|head| {
            assert_eq!(head.to_wire(), wire);
            assert_eq!(codec::encode(head.header()).as_deref(), Ok(head.bytes()));
            true
        })
    });
}

#[test]
fn filters_of_the_corpus_are_taken_or_refused() {
    let (class, seed) = (SizeClass::of_total(10).unwrap(), Seed::of(&FEDERATION).unwrap());
    let bytes = |vector: &Value| {
        [
            vec![vector["fill"].as_u64().unwrap() as u8],
            hex(&vector["layout"]),
        ]
        .concat()
    };
    replay("bloom", seeds("bloom", bytes), |input| {
        let Some((fill, front)) = input.split_first() else {
            return false;
        };
        let mut body = front.to_vec();
        body.resize(class.body_length() as usize, *fill);
        Bloom::parse(&body, class, &seed)
            .map(|bloom| bloom.contains(&[*fill; 32]))
            .is_ok()
    });
}

#[test]
fn prefixes_of_the_corpus_have_one_encoding() {
    let bytes = |vector: &Value| {
        let b = vector["b"].as_u64().unwrap() as u8;
        [&[b][..], &be32(&vector["count"]), &hex(&vector["body"])].concat()
    };
    replay("gcs", seeds("gcs", bytes), |input| {
        let Some(([b, count @ ..], bytes)) = input.split_first_chunk::<5>() else {
            return false;
        };
        let count = u32::from_be_bytes(*count);
        gcs::decode(*b, count, bytes).is_ok_and(|(prefixes, taken)| {
            assert_eq!(gcs::encode(*b, &prefixes).as_deref(), Ok(&bytes[..taken]));
            assert!(gcs::lengths(*b, count).contains(&(taken as u64)));
            true
        })
    });
}

#[test]
fn deltas_of_the_corpus_have_one_encoding() {
    let bytes = |vector: &Value| {
        [
            &be32(&vector["additions"])[..],
            &be32(&vector["removals"]),
            &hex(&vector["body"]),
        ]
        .concat()
    };
    replay("delta", seeds("delta", bytes), |input| {
        let Some(([a0, a1, a2, a3, r0, r1, r2, r3], body)) = input.split_first_chunk() else {
            return false;
        };
        let kind = Kind::Delta {
            additions: u32::from_be_bytes([*a0, *a1, *a2, *a3]),
            removals: u32::from_be_bytes([*r0, *r1, *r2, *r3]),
        };
        Delta::decode(kind, body).is_ok_and(|delta| {
            assert_eq!(delta.encode().as_deref(), Ok(body));
            assert_eq!(Delta::coalesce([&delta, &delta]), Ok(delta));
            true
        })
    });
}

#[test]
fn shard_tables_of_the_corpus_cover_their_body() {
    let bytes = |vector: &Value| {
        let length = vector["body_length"].as_u64().unwrap();
        [&length.to_be_bytes()[..], &hex(&vector["table"])].concat()
    };
    replay("shard_table", seeds("shard", bytes), |input| {
        let Some((length, table)) = input.split_first_chunk() else {
            return false;
        };
        let length = u64::from_be_bytes(*length);
        let body = BodyRef {
            length,
            sha256: [0; 32],
            shard_table: sha256(table),
        };
        ShardTable::parse(&body, table).is_ok_and(|parsed| {
            assert_eq!(parsed.to_bytes(), table);
            let lengths = (0..parsed.shards()).map(|index| parsed.shard_length(index) as u64);
            assert_eq!(lengths.sum::<u64>(), length);
            true
        })
    });
}
