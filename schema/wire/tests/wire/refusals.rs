//! Whatever the frozen vectors have refused is refused by a problem type of its own.

use std::collections::{BTreeMap, BTreeSet};

use lianfang_digest::Refusal;
use lianfang_wire::ProblemType;

#[path = "../../../digest/tests/digest/vectors/replay.rs"]
mod replay;

/// Types that had their names before each refusal had one; the others are called as in the vectors.
const NAMED_BEFORE: [(&str, &str); 8] = [
    ("digest_magic", "digest-malformed"),
    ("digest_federation", "digest-foreign"),
    ("digest_replayed", "digest-rollback"),
    ("digest_oversize", "digest-oversized"),
    ("digest_body_truncated", "digest-truncated"),
    ("digest_body_hash", "digest-hash"),
    ("bloom_fill", "digest-overfull"),
    ("bloom_seed", "digest-seed"),
];

/// No vector has these: a body of one shard is refused by its shard, encoders alone refuse an order, and a list of more
/// than 2^24 prefixes is no file to keep.
const WITHOUT_VECTOR: [Refusal; 3] = [Refusal::BodyHash, Refusal::GcsOrder, Refusal::TooManyPrefixes];

/// What a publisher may do that no vector shows, because it takes a day.
const OF_QUOTAS: [&str; 1] = ["digest-quota"];

fn slug(code: &str) -> String {
    let before = NAMED_BEFORE.iter().find(|(of, _)| *of == code);
    before.map_or_else(|| code.replace('_', "-"), |(_, slug)| (*slug).to_owned())
}

#[test]
fn every_rejecting_vector_is_refused_by_its_own_problem_type() {
    let mut refused = 0;
    for (vector, outcome) in replay::every() {
        let said = outcome.map_or_else(|refusal| ProblemType::from(refusal).slug(), |()| "ok");
        let expected = slug(vector["result"].as_str().unwrap());
        assert_eq!(said, expected, "{}", vector["name"]);
        refused += usize::from(said != "ok");
    }
    assert!(refused >= 30, "{refused}");
}

#[test]
fn no_two_refusals_share_a_problem_type_and_every_type_of_digests_stands_for_one() {
    let vectors = replay::every().into_iter();
    let refusals = vectors
        .filter_map(|(_, outcome)| outcome.err())
        .chain(WITHOUT_VECTOR);
    let by_code: BTreeMap<_, _> = refusals.map(|refusal| (refusal.code(), refusal)).collect();
    let types: BTreeSet<_> = by_code
        .values()
        .map(|refusal| ProblemType::from(*refusal).slug())
        .collect();
    assert_eq!(types.len(), by_code.len());
    let of_digests = ["digest-", "bloom-", "gcs-", "delta-"];
    let named: BTreeSet<_> = ProblemType::ALL
        .iter()
        .map(|kind| kind.slug())
        .filter(|slug| of_digests.iter().any(|prefix| slug.starts_with(prefix)))
        .filter(|slug| !OF_QUOTAS.contains(slug))
        .collect();
    assert_eq!(types, named);
}
