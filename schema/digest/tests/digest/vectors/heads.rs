use lianfang_digest::gcs::{self, PREFIX_BITS};
use lianfang_digest::{Extension, Header, Kind, RulesDigest, SignedHead, SizeClass, SubjectType};
use lianfang_encoding::{FederationId, SigningKey, Timestamp};
use serde_json::{Value, json};

use super::vector;
use crate::fixture::Publisher;

type Change = fn(&mut Header);

pub(super) fn make() -> Vec<Value> {
    let mut vectors: Vec<Value> = accepted()
        .into_iter()
        .map(|(name, change)| head(name, "ok", &changed(change)))
        .collect();
    vectors.extend(largest_deltas());
    vectors.extend(
        refused_by_rule()
            .into_iter()
            .map(|(name, result, change)| head(name, result, &changed(change))),
    );
    vectors.extend(refused_bytes());
    vectors
}

fn head(name: &str, result: &str, wire: &[u8]) -> Value {
    vector("head", name, result, json!({"head": hex::encode(wire)}))
}

fn changed(change: Change) -> Vec<u8> {
    let publisher = Publisher::new();
    let mut header = publisher.base_header(&publisher.base(10));
    change(&mut header);
    publisher.sign(header).to_wire()
}

fn rule(kind: u16) -> RulesDigest {
    RulesDigest {
        kind,
        norm_version: 1,
        digest: [kind as u8; 32],
    }
}

fn to_delta(header: &mut Header, additions: u32, removals: u32) {
    let least = |count| *gcs::lengths(PREFIX_BITS, count).start();
    header.kind = Kind::Delta { additions, removals };
    header.body.length = least(additions) + least(removals);
    (header.sequence, header.base_sequence) = (2, 1);
}

fn accepted() -> Vec<(&'static str, Change)> {
    vec![
        ("a base of ten entries", |_| ()),
        ("an empty base", |header| header.total = 0),
        ("a base of the next class", |header| resize(header, 20_480)),
        ("a base of a million entries with confirm bits", |header| {
            resize(header, 1 << 20);
            header.confirm_bits = 17;
        }),
        ("one token key", |header| header.token_keys.truncate(1)),
        ("eight token keys", |header| {
            header.token_keys = (1..9).map(|byte| [byte; 16]).collect()
        }),
        ("no rules", |header| header.rules.clear()),
        ("twenty rules, one kind in two versions", |header| {
            header.rules = (1..20).map(rule).collect();
            header.rules.push(RulesDigest {
                norm_version: 2,
                ..rule(19)
            });
        }),
        ("an unknown extension that isn't critical", |header| {
            header.extensions = vec![Extension {
                number: 0x7FFF,
                value: vec![1, 2, 3],
            }];
        }),
        ("a later sequence and incarnation", |header| {
            (header.sequence, header.base_sequence) = (u64::MAX, u64::MAX - 1);
            header.incarnation = u32::MAX;
        }),
        ("created a minute ahead of the clock", |header| {
            header.created = Timestamp::from_secs(1_000_160)
        }),
        ("expires in the last microsecond of year 9999", |header| {
            header.expires = Timestamp::MAX
        }),
        ("an empty delta", |header| to_delta(header, 0, 0)),
        ("a delta with one addition", |header| to_delta(header, 1, 0)),
        ("a delta with one removal", |header| to_delta(header, 0, 1)),
        ("a day's delta of a large list", |header| {
            to_delta(header, 10_240, 2_048)
        }),
    ]
}

fn largest_deltas() -> Vec<Value> {
    let longest = |header: &mut Header| {
        to_delta(header, 1 << 20, 0);
        header.body.length = *gcs::lengths(PREFIX_BITS, 1 << 20).end();
    };
    vec![head(
        "a delta as long as its count allows",
        "ok",
        &changed(longest),
    )]
}

fn resize(header: &mut Header, total: u32) {
    header.total = total;
    header.body.length = SizeClass::of_total(total).unwrap().body_length();
}

fn refused_by_rule() -> Vec<(&'static str, &'static str, Change)> {
    vec![
        ("another federation", "digest_federation", |header| {
            header.federation = FederationId([1; 16])
        }),
        ("another publisher", "digest_publisher", |header| {
            header.list.publisher = "shop-b".parse().unwrap()
        }),
        ("another audience", "digest_list", |header| {
            header.list.audience = "cn".parse().unwrap()
        }),
        ("another subject type", "digest_list", |header| {
            header.list.subject_type = SubjectType::Product
        }),
        ("another epoch", "digest_list", |header| header.list.epoch = 2),
        (
            "created too far ahead of the clock",
            "digest_from_the_future",
            |header| {
                header.created = Timestamp::from_secs(1_000_161);
            },
        ),
        ("expired", "digest_expired", |header| {
            header.expires = Timestamp::from_secs(1_000_100)
        }),
        ("larger than the quota", "digest_oversize", |header| {
            resize(header, 5 << 22)
        }),
    ]
}

/// Bytes that encoding refuses to write, patched into a signed head. Offsets are those of PROTOCOL.md §3 for this
/// head: a publisher of 6 bytes, an audience of 3, two keys, one rule.
fn refused_bytes() -> Vec<Value> {
    let wire = changed(|_| ());
    let delta = changed(|header| to_delta(header, 1, 1));
    let patched = |wire: &[u8], at: usize, bytes: &[u8]| {
        let mut wire = wire.to_vec();
        wire[at..at + bytes.len()].copy_from_slice(bytes);
        wire
    };
    let mut critical = changed(|header| {
        header.extensions = vec![Extension {
            number: 1,
            value: vec![],
        }]
    });
    critical[312] = 0x80;
    let twins = changed(|header| {
        header.extensions = vec![
            Extension {
                number: 1,
                value: vec![],
            },
            Extension {
                number: 2,
                value: vec![],
            },
        ];
    });
    let stranger = {
        let publisher = Publisher::new();
        let header = publisher.base_header(&publisher.base(10));
        SignedHead::sign(header, &SigningKey::from_seed(&[8; 32]))
            .unwrap()
            .to_wire()
    };
    let long = [
        &wire[..311],
        &[16][..],
        &(0..16u16)
            .flat_map(|n| [&n.to_be_bytes()[..], &[4, 0], &[0; 1_024]].concat())
            .collect::<Vec<u8>>(),
        &[0; 64],
    ]
    .concat();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("no bytes", "digest_head_truncated", vec![]),
        (
            "cut within the signature",
            "digest_head_truncated",
            wire[..wire.len() - 1].to_vec(),
        ),
        (
            "one byte after the signature",
            "digest_head_trailing",
            [&wire[..], &[0]].concat(),
        ),
        ("a header beyond 16 KiB", "digest_head_too_long", long),
        ("another magic", "digest_magic", patched(&wire, 0, b"LFDX")),
        ("an unknown suite", "digest_suite", patched(&wire, 4, &[2])),
        ("an unknown version", "digest_version", patched(&wire, 5, &[2])),
        (
            "the reserved compact profile",
            "digest_profile",
            patched(&wire, 6, &[1]),
        ),
        ("an unknown kind", "digest_kind", patched(&wire, 7, &[3])),
        (
            "an upper-case publisher",
            "digest_publisher_name",
            patched(&wire, 25, b"S"),
        ),
        (
            "a publisher that isn't UTF-8",
            "digest_publisher_name",
            patched(&wire, 25, &[0xFF]),
        ),
        (
            "an audience with a slash",
            "digest_audience_name",
            patched(&wire, 36, b"/"),
        ),
        ("subject type 5", "digest_subject_type", patched(&wire, 43, &[5])),
        ("no token key", "digest_token_keys", patched(&wire, 48, &[0])),
        (
            "token keys that don't ascend",
            "digest_token_keys",
            patched(&wire, 49, &[9]),
        ),
        (
            "more rules than allowed",
            "digest_rules",
            patched(&wire, 81, &[1, 1]),
        ),
        ("b in a base", "digest_parameters", patched(&wire, 118, &[44])),
        (
            "another b in a delta",
            "digest_parameters",
            patched(&delta, 118, &[40]),
        ),
        (
            "another r in a delta",
            "digest_parameters",
            patched(&delta, 119, &[42]),
        ),
        ("other shards", "digest_parameters", patched(&wire, 121, &[21])),
        ("sequence 0", "digest_sequence", patched(&wire, 129, &[0])),
        (
            "a delta on no base",
            "digest_sequence",
            patched(&delta, 137, &[0]),
        ),
        (
            "expires when created",
            "digest_lifetime",
            patched(&wire, 146, &wire[138..146]),
        ),
        (
            "a time beyond year 9999",
            "digest_lifetime",
            patched(&wire, 146, &[0xFF]),
        ),
        (
            "a total of four significant bits",
            "digest_counts",
            patched(&wire, 154, &[0, 0, 0, 9]),
        ),
        (
            "additions in a base",
            "digest_counts",
            patched(&wire, 158, &[0, 0, 0, 1]),
        ),
        (
            "more additions than a list holds",
            "digest_counts",
            patched(&delta, 158, &[2, 0, 0, 0]),
        ),
        (
            "a body of another class",
            "digest_body_length",
            patched(&wire, 172, &[0, 0]),
        ),
        (
            "a delta longer than its counts allow",
            "digest_body_length",
            patched(&delta, 173, &[255]),
        ),
        (
            "more confirm bits than records",
            "digest_confirm_bits",
            patched(&wire, 302, &[1]),
        ),
        ("another signing key", "digest_signing_key", stranger),
        (
            "seventeen extensions",
            "digest_extensions",
            patched(&wire, 311, &[17]),
        ),
        (
            "extensions that don't ascend",
            "digest_extensions",
            patched(&twins, 317, &[1]),
        ),
        (
            "an unknown critical extension",
            "digest_critical_extension",
            critical,
        ),
        (
            "a damaged signature",
            "digest_signature",
            patched(&wire, wire.len() - 1, &[0xFF]),
        ),
        (
            "a signed byte that changed",
            "digest_signature",
            patched(&wire, 31, &[1]),
        ),
    ];
    cases
        .into_iter()
        .map(|(name, result, wire)| head(name, result, &wire))
        .collect()
}
