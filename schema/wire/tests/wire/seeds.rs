//! Where fuzzing starts: messages as they are, and each rule broken once.

use std::time::Duration;

use lianfang_digest::ListId;
use lianfang_encoding::{FederationId, SigningKey, SubjectType, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_token::TokenKeyId;
use lianfang_wire::feed::StatusItem;
use lianfang_wire::jws;
use lianfang_wire::membership::Hash32;
use lianfang_wire::record::{Record, RecordBasis, RecordMeasure, RecordRight};
use lianfang_wire::vocabulary::{
    BasisType, Category, DeadlineRule, EvidenceGrade, MeasureAction, Role, StateName,
};
use uuid::Uuid;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(1_790_000_000)
}

fn record() -> Record {
    Record {
        iss: "platform-a".parse().unwrap(),
        fed: FederationId([1; 16]),
        list: ListId {
            publisher: "platform-a".parse().unwrap(),
            audience: "all".parse().unwrap(),
            subject_type: SubjectType::Seller,
            epoch: 1,
        },
        confirm_key: Hash32([2; 32]),
        key_id: TokenKeyId([3; 16]),
        kind: Kind::CnUscc,
        level: Level::Strict,
        role: Role::Own,
        verified: true,
        entry: Uuid::from_u128(7),
        seq: 4,
        state: StateName::Active,
        category: Category::Counterfeit,
        right: None,
        basis: RecordBasis {
            kind: BasisType::PlatformDecision,
            jurisdiction: "CN".to_owned(),
            default_judgment: false,
        },
        evidence_grade: EvidenceGrade::Documented,
        measure: RecordMeasure {
            action: MeasureAction::CloseShop,
            jurisdictions: vec!["CN".to_owned()],
        },
        natural_person: false,
        derived: false,
        decided: Timestamp::from_secs(1_780_000_000),
        expires: Timestamp::from_secs(1_800_000_000),
        deadline: None,
        deadline_rule: None,
        disputed: false,
        issued: Timestamp::from_secs(1_789_999_000),
        valid_until: now() + Duration::from_secs(86_400),
        inclusion: None,
        test: false,
    }
}

fn contested() -> Record {
    Record {
        state: StateName::Contested,
        right: Some(RecordRight {
            kind: "trademark".to_owned(),
            number: "4706970".to_owned(),
            jurisdiction: "CN".to_owned(),
        }),
        deadline: Some(now() + Duration::from_secs(3_600)),
        deadline_rule: Some(DeadlineRule::CnEcommerceLaw),
        disputed: true,
        ..record()
    }
}

/// Claims of records.
pub(crate) fn records() -> Vec<(&'static str, Vec<u8>)> {
    let written = |record: &Record| serde_json::to_vec(record).unwrap();
    let another = Record {
        iss: "platform-b".parse().unwrap(),
        ..record()
    };
    let old = Record {
        valid_until: now(),
        ..record()
    };
    let mut cut = written(&record());
    cut.truncate(cut.len() / 2);
    let mut unknown: serde_json::Value = serde_json::to_value(record()).unwrap();
    unknown["state"] = "forgiven".into();
    vec![
        ("valid-a-record", written(&record())),
        ("valid-a-contested-record", written(&contested())),
        ("of-another-publisher", written(&another)),
        ("its-time-is-over", written(&old)),
        ("cut-in-half", cut),
        ("an-unknown-state", serde_json::to_vec(&unknown).unwrap()),
    ]
}

/// Records as compact JWS.
pub(crate) fn texts() -> Vec<(&'static str, Vec<u8>)> {
    let key = SigningKey::from_seed(&[7; 32]);
    let signed = record().sign(&key).unwrap();
    let contested = contested().sign(&key).unwrap();
    let other = jws::sign("lianfang-receipt+jwt", &record(), &key).unwrap();
    let stranger = record().sign(&SigningKey::from_seed(&[8; 32])).unwrap();
    let (head, _) = signed.rsplit_once('.').unwrap();
    vec![
        ("valid-a-record", signed.clone().into_bytes()),
        ("valid-a-contested-record", contested.into_bytes()),
        ("of-another-type", other.into_bytes()),
        ("of-a-stranger", stranger.into_bytes()),
        ("without-its-signature", format!("{head}.").into_bytes()),
        ("four-parts", format!("{signed}.e30").into_bytes()),
    ]
}

/// Answers of one tree with their receipts.
pub(crate) fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let given = crate::receipt::given(&crate::receipt::answers(3), &SigningKey::from_seed(&[7; 32]));
    let alone = crate::receipt::given(&crate::receipt::answers(1), &SigningKey::from_seed(&[7; 32]));
    let stranger = crate::receipt::given(&crate::receipt::answers(1), &SigningKey::from_seed(&[8; 32]));
    let bent = |from: &str, to: &str| given[1].replace(from, to).into_bytes();
    vec![
        ("valid-the-first-of-three", given[0].clone().into_bytes()),
        ("valid-the-last-of-three", given[2].clone().into_bytes()),
        ("valid-alone", alone[0].clone().into_bytes()),
        ("of-a-stranger", stranger[0].clone().into_bytes()),
        ("another-answer", bent("answer-1", "answer-7")),
        ("another-place", bent("\"leaf_index\":1", "\"leaf_index\":2")),
        (
            "no-place",
            bent("\"leaf_index\":1", "\"leaf_index\":18446744073709551615"),
        ),
        (
            "no-path",
            bent("\"inclusion_path\":[", "\"inclusion_path\":[],\"was\":["),
        ),
        ("without-a-receipt", bent(",\"receipt\":", ",\"other\":")),
    ]
}

/// Status items.
pub(crate) fn items() -> Vec<(&'static str, Vec<u8>)> {
    let key = SigningKey::from_seed(&[6; 32]);
    let item = StatusItem {
        fed: FederationId([1; 16]),
        publisher: "platform-a".parse().unwrap(),
        audience: "all".parse().unwrap(),
        entry: Uuid::from_u128(7),
        subject: SubjectType::Product,
        category: Some(Category::Counterfeit),
        basis: BasisType::PlatformDecision,
        seq: 3,
        state: StateName::Contested,
        deadline: Some(Timestamp::from_secs(11)),
        rule: Some(DeadlineRule::CnEcommerceLaw),
        expires: Some(Timestamp::from_secs(12)),
        at: Timestamp::from_secs(9),
    };
    let ended = StatusItem {
        category: None,
        state: StateName::Withdrawn,
        deadline: None,
        rule: None,
        expires: None,
        ..item.clone()
    };
    let signed = item.sign(&key);
    let with = |place: usize, byte: u8| {
        let mut bent = signed.clone();
        bent[place] = byte;
        bent
    };
    vec![
        ("valid-a-contested-entry", signed.clone()),
        ("valid-an-entry-that-ended", ended.sign(&key)),
        ("cut-short", signed[..signed.len() - 73].to_vec()),
        (
            "a-byte-too-many",
            [&signed[..signed.len() - 72], &[0], &signed[signed.len() - 72..]].concat(),
        ),
        ("an-upper-case-publisher", with(40, b'P')),
        ("another-label", with(2, b'L')),
    ]
}
