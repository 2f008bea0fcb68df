use lianfang_digest::codec::{self, MAX_HEADER};
use lianfang_digest::{Extension, Header, Kind, Refusal, RulesDigest, SignedHead};
use lianfang_encoding::{FederationId, SigningKey, Timestamp};

use crate::fixture::Publisher;

fn header() -> Header {
    let publisher = Publisher::new();
    publisher.base_header(&publisher.base(10))
}

#[test]
fn a_signed_head_comes_back_byte_for_byte() {
    let publisher = Publisher::new();
    let mut header = header();
    header.extensions = vec![Extension {
        number: 7,
        value: vec![1, 2, 3],
    }];
    let head = publisher.sign(header);
    let decoded = SignedHead::decode(&head.to_wire()).unwrap();
    assert_eq!(decoded, head);
    assert_eq!(codec::encode(decoded.header()).unwrap(), head.bytes());
    assert_eq!(decoded.verify(&publisher.public).unwrap().hash(), head.hash());
}

#[test]
fn every_truncation_is_refused_and_nothing_may_follow() {
    let wire = Publisher::new().sign(header()).to_wire();
    for length in 0..wire.len() {
        assert_eq!(
            SignedHead::decode(&wire[..length]),
            Err(Refusal::HeadTruncated),
            "{length}"
        );
    }
    assert_eq!(
        SignedHead::decode(&[&wire[..], &[0]].concat()),
        Err(Refusal::HeadTrailing)
    );
}

#[test]
fn flipped_bits_do_not_survive_decoding_and_verification() {
    let publisher = Publisher::new();
    let wire = publisher.sign(header()).to_wire();
    for bit in (0..wire.len() * 8).step_by(29) {
        let mut flipped = wire.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let verified = SignedHead::decode(&flipped).and_then(|head| head.verify(&publisher.public));
        assert!(verified.is_err(), "bit {bit}");
    }
}

#[test]
fn each_broken_rule_has_its_own_refusal() {
    type Break = fn(&mut Header);
    let rule = |kind| RulesDigest {
        kind,
        norm_version: 1,
        digest: [0; 32],
    };
    let breaks: [(Break, Refusal); 14] = [
        (|header| header.token_keys.clear(), Refusal::TokenKeys),
        (|header| header.token_keys.reverse(), Refusal::TokenKeys),
        (|header| header.rules.push(header.rules[0]), Refusal::Rules),
        (
            |header| {
                header.extensions = vec![Extension {
                    number: 1,
                    value: vec![0; 1_025],
                }]
            },
            Refusal::Extensions,
        ),
        (
            |header| {
                header.extensions = vec![Extension {
                    number: 0x8001,
                    value: vec![],
                }]
            },
            Refusal::CriticalExtension(0x8001),
        ),
        (|header| header.total = 9, Refusal::Counts),
        (|header| header.total = 20_480, Refusal::BodyLength),
        (
            |header| {
                header.kind = Kind::Delta {
                    additions: 9,
                    removals: 0,
                }
            },
            Refusal::Counts,
        ),
        (
            |header| {
                header.kind = Kind::Delta {
                    additions: 1 << 25,
                    removals: 0,
                }
            },
            Refusal::Counts,
        ),
        (
            |header| {
                header.kind = Kind::Delta {
                    additions: 1,
                    removals: 0,
                }
            },
            Refusal::BodyLength,
        ),
        (|header| header.expires = header.created, Refusal::Lifetime),
        (|header| header.sequence = 0, Refusal::Sequence),
        (|header| header.base_sequence = 1, Refusal::Sequence),
        (|header| header.confirm_bits = 1, Refusal::ConfirmBits),
    ];
    for (i, (break_it, refusal)) in breaks.into_iter().enumerate() {
        let mut broken = header();
        break_it(&mut broken);
        assert_eq!(codec::encode(&broken), Err(refusal), "case {i}");
    }
    let mut many = header();
    many.rules = (0..257).map(rule).collect();
    assert_eq!(codec::encode(&many), Err(Refusal::Rules));
}

#[test]
fn unknown_magic_suite_version_profile_and_kind_are_told_apart() {
    let wire = Publisher::new().sign(header()).to_wire();
    let with = |at: usize, byte: u8| {
        let mut wire = wire.clone();
        wire[at] = byte;
        SignedHead::decode(&wire).err()
    };
    assert_eq!(with(0, b'X'), Some(Refusal::Magic));
    assert_eq!(with(4, 2), Some(Refusal::Suite(2)));
    assert_eq!(with(5, 2), Some(Refusal::Version(2)));
    assert_eq!(with(6, 1), Some(Refusal::Profile(1)));
    assert_eq!(with(7, 3), Some(Refusal::Kind(3)));
    assert_eq!(with(24, 33), Some(Refusal::PublisherName));
}

#[test]
fn a_header_has_a_longest_length() {
    let mut long = header();
    long.extensions = (0..16)
        .map(|number| Extension {
            number,
            value: vec![0; 1_024],
        })
        .collect();
    assert_eq!(codec::encode(&long), Err(Refusal::HeadTooLong));
    const { assert!(MAX_HEADER == 16_384) };
}

#[test]
fn a_head_of_someone_else_is_refused_for_what_is_wrong_with_it() {
    let publisher = Publisher::new();
    let verdict = |change: fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        publisher.expectation().verify(publisher.sign(header)).err()
    };
    assert_eq!(verdict(|_| ()), None);
    assert_eq!(
        verdict(|header| header.federation = FederationId([1; 16])),
        Some(Refusal::Federation)
    );
    assert_eq!(
        verdict(|header| header.list.publisher = "shop-b".parse().unwrap()),
        Some(Refusal::Publisher)
    );
    assert_eq!(
        verdict(|header| header.list.audience = "cn".parse().unwrap()),
        Some(Refusal::List)
    );
    assert_eq!(verdict(|header| header.list.epoch = 2), Some(Refusal::List));
    assert_eq!(
        verdict(|header| header.created = Timestamp::from_secs(1_000_161)),
        Some(Refusal::FromTheFuture)
    );
    assert_eq!(
        verdict(|header| header.created = Timestamp::from_secs(1_000_160)),
        None
    );

    let stranger = SigningKey::from_seed(&[8; 32]);
    let forged = SignedHead::sign(header(), &stranger).unwrap();
    assert_eq!(
        publisher.expectation().verify(forged).err(),
        Some(Refusal::SigningKey)
    );

    let mut wire = publisher.sign(header()).to_wire();
    *wire.last_mut().unwrap() ^= 1;
    let forged = SignedHead::decode(&wire).unwrap();
    assert_eq!(
        publisher.expectation().verify(forged).err(),
        Some(Refusal::Signature)
    );

    let mut small = publisher.expectation();
    small.max_body = 59_140;
    assert_eq!(
        small.verify(publisher.sign(header())).err(),
        Some(Refusal::Oversize)
    );
}
