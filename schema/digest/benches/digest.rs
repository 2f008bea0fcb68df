#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]
#![expect(clippy::expect_used, reason = "a benchmark that can't run stops")]
//! Sizes and speeds of digests: `cargo bench -p lianfang-digest --bench digest`.
//!
//! Prints a JSON list of {metric, value, unit, baseline, ratio}; for times the ratio is baseline over value, for sizes it is
//! the value over the bound.

use std::hash::{Hash, Hasher};
use std::hint::black_box;
use std::time::Instant;

use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use lianfang_digest::{
    Base, BaseBuilder, Bloom, BodyRef, BodyVerifier, Delta, Dummies, DummySecret, Header, Kind, ListId,
    Modulus, NetChange, Refusal, RulesDigest, Seed, ShardTable, SignedHead, SizeClass, SubjectType, gcs,
    state_hash,
};
use lianfang_encoding::{FederationId, KeyId, SigningKey, Timestamp, sha256};

const FEDERATION: FederationId = FederationId([1; 16]);

fn main() {
    let mut report = Vec::new();
    sizes(&mut report);
    prefixes(&mut report);
    filters(&mut report);
    println!("[\n {}\n]", report.join(",\n "));
}

fn sizes(report: &mut Vec<String>) {
    let (secret, seed) = (DummySecret::new([9; 32]), Seed::of(&FEDERATION).expect("a seed"));
    let list = list();
    let dummies = Dummies::new(&secret, &FEDERATION, &list);
    let base = Base::build(&tokens(1 << 20), &dummies, &seed).expect("a base");
    let head = sign(Kind::Base, base.total, &base.body);
    let sent = base.body.len() + head.to_wire().len() + ShardTable::of(&base.body).to_bytes().len();
    let per_entry = sent as f64 / f64::from(base.total);
    add(
        report,
        "base_with_head",
        per_entry,
        "B/padded entry",
        Some((3.65, per_entry / 3.65)),
    );
    add(report, "head", head.to_wire().len() as f64, "B", None);

    let mut change = NetChange::default();
    tokens(12_000)
        .into_iter()
        .take(10_000)
        .for_each(|token| change.add(token));
    tokens(12_000)
        .into_iter()
        .skip(10_000)
        .for_each(|token| change.remove(token));
    let delta = Delta::of(&change, |_| false)
        .pad(&dummies, 2, |_| false)
        .expect("a delta");
    let body = delta.encode().expect("a body");
    let sent = (body.len() + sign(delta.kind(), 10 << 20, &body).to_wire().len()) as f64;
    add(
        report,
        "delta_10000_2000_with_head",
        sent,
        "B",
        Some((52_000.0, sent / 52_000.0)),
    );
    add(
        report,
        "delta_information_bound",
        43_600.0,
        "B",
        Some((sent, sent / 43_600.0)),
    );
}

fn prefixes(report: &mut Vec<String>) {
    let mut set: Vec<u64> = tokens(1 << 20)
        .iter()
        .map(|token| prefix(token, PREFIX_BITS))
        .collect();
    set.sort_unstable();
    set.dedup();
    let (count, entries) = (set.len() as u32, set.len() as f64);
    let body = gcs::encode(PREFIX_BITS, &set).expect("a body");
    let encode = nanos(|| gcs::encode(PREFIX_BITS, &set).expect("a body").len()) / entries;
    let decode = nanos(|| gcs::decode(PREFIX_BITS, count, &body).expect("prefixes").0.len()) / entries;
    add(report, "gcs_encode", encode, "ns/entry", None);
    add(report, "gcs_decode", decode, "ns/entry", None);
    add(
        report,
        "gcs_bits",
        body.len() as f64 * 8.0 / entries,
        "bit/entry",
        None,
    );
}

fn filters(report: &mut Vec<String>) {
    let (class, seed) = (
        SizeClass::of_total(1 << 20).expect("a class"),
        Seed::of(&FEDERATION).expect("a seed"),
    );
    let tokens = tokens(1 << 20);
    let mut builder = BaseBuilder::new(class, &seed).expect("a filter");
    let start = Instant::now();
    tokens.iter().for_each(|token| builder.insert(token));
    add(
        report,
        "base_build",
        start.elapsed().as_nanos() as f64 / tokens.len() as f64,
        "ns/entry",
        None,
    );
    let body = builder.finish();

    let head = sign(Kind::Base, 1 << 20, &body);
    let verified = head
        .verify(&SigningKey::from_seed(&[7; 32]).public())
        .expect("our own head");
    let guard = nanos(|| {
        let mut verifier = BodyVerifier::new(&verified, ShardTable::of(&body), &seed).expect("a table");
        verifier
            .feed(&body, |shard| {
                black_box(shard);
                Ok::<_, Refusal>(())
            })
            .expect("a good body");
        verifier.finish().map_or(0, |()| 1)
    });
    add(
        report,
        "guard_body",
        guard / tokens.len() as f64,
        "ns/entry",
        None,
    );

    let ours = Bloom::parse(&body, class, &seed).expect("a base");
    let theirs = bloomfilter::Bloom::<Item>::from_slice(&body).expect("a filter");
    let strangers: Vec<[u8; 32]> = (0..1u32 << 18)
        .map(|i| sha256(format!("stranger {i}").as_bytes()))
        .collect();
    let count = strangers.len() as f64;
    let crate_check = nanos(|| {
        strangers
            .iter()
            .filter(|token| theirs.check(&Item(**token)))
            .count()
    }) / count;
    let our_check = nanos(|| strangers.iter().filter(|token| ours.contains(token)).count()) / count;
    add(
        report,
        "check_stranger",
        our_check,
        "ns",
        Some((crate_check, crate_check / our_check)),
    );
    let members = &tokens[..1 << 18];
    let crate_check = nanos(|| {
        members
            .iter()
            .filter(|token| theirs.check(&Item(**token)))
            .count()
    }) / count;
    let our_check = nanos(|| members.iter().filter(|token| ours.contains(token)).count()) / count;
    add(
        report,
        "check_member",
        our_check,
        "ns",
        Some((crate_check, crate_check / our_check)),
    );
    let modulus = Modulus::from(class);
    let positions = nanos(|| {
        members
            .iter()
            .map(|token| seed.probe(token).positions(&modulus)[19] as usize)
            .sum()
    }) / count;
    add(report, "positions", positions, "ns/token", None);
}

fn sign(kind: Kind, total: u32, body: &[u8]) -> SignedHead {
    let key = SigningKey::from_seed(&[7; 32]);
    let body = BodyRef::of(body);
    let rule = |kind| RulesDigest {
        kind,
        norm_version: 1,
        digest: [3; 32],
    };
    let header = Header {
        federation: FEDERATION,
        list: list(),
        incarnation: 0,
        audience_version: 1,
        token_keys: vec![[1; 16], [2; 16]],
        rules: (1..9).map(rule).collect(),
        kind,
        total,
        sequence: 2,
        base_sequence: 1,
        created: Timestamp::from_secs(1_000_000),
        expires: Timestamp::from_secs(1_172_800),
        body,
        previous: [0; 32],
        state: state_hash(&body.sha256, []),
        confirm_bits: 0,
        signing_key: KeyId([0; 8]),
        extensions: vec![],
    };
    SignedHead::sign(header, &key).expect("a head")
}

fn list() -> ListId {
    ListId {
        publisher: "shop-a".parse().expect("a name"),
        audience: "all".parse().expect("an audience"),
        subject_type: SubjectType::Seller,
        epoch: 1,
    }
}

fn tokens(count: u32) -> Vec<[u8; 32]> {
    (0..count).map(|i| sha256(&i.to_be_bytes())).collect()
}

/// Nanoseconds of the fastest of seven runs.
fn nanos(mut work: impl FnMut() -> usize) -> f64 {
    let run = || {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_nanos() as f64
    };
    std::iter::repeat_with(run).take(7).fold(f64::INFINITY, f64::min)
}

fn add(report: &mut Vec<String>, metric: &str, value: f64, unit: &str, compared: Option<(f64, f64)>) {
    let (baseline, ratio) = compared.map_or(("null".into(), "null".into()), |(baseline, ratio)| {
        (format!("{baseline:.4}"), format!("{ratio:.4}"))
    });
    report.push(format!(
        r#"{{"metric":"{metric}","value":{value:.4},"unit":"{unit}","baseline":{baseline},"ratio":{ratio}}}"#
    ));
}

struct Item([u8; 32]);

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}
