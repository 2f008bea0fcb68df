use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use lianfang_digest::{Base, Bloom, Dummies, DummySecret, ListId, Seed, SizeClass};
use lianfang_domain::verdict::{Confirmed, Policy, ScreenedIdentifier, Situation, Verdict, decide};
use lianfang_encoding::{FederationId, NodeId, SigningKey, SubjectType, Timestamp};
use lianfang_identifier::{Canonical, canonicalise};
use lianfang_screener::{Index, Source};
use lianfang_token::{TokenInput, TokenKeyId};
use lianfang_wire::entry::{Identifier, Subject};
use lianfang_wire::membership::Hash32;
use lianfang_wire::record::{Asked, Record, RecordBasis, RecordMeasure, VerifiedRecord};
use lianfang_wire::vocabulary::{
    BasisType, Category, EvidenceGrade, MeasureAction, Role, StateName, VerdictName,
};
use uuid::Uuid;

/// What stands between a canonical form and a verdict, without network, store and committee: SHA-256 of the token's
/// input in place of the token. Both are the same for the same canonical form and differ for different ones, which
/// is all that a wrongful match could come from. Index, records and policy are the real ones.
///
/// The policy is the harshest there is: every publisher is trusted, natural persons are blocked by law.
pub(crate) struct Gate {
    fed: FederationId,
    index: Index,
    records: HashMap<[u8; 32], VerifiedRecord>,
    policy: Policy,
    now: Timestamp,
}

impl Gate {
    /// A gate behind which one trusted publisher has listed `sanctioned`.
    pub(crate) fn of(sanctioned: &[Subject], now: Timestamp) -> Self {
        let fed = FederationId([7; 16]);
        let publisher: NodeId = "platform-a".parse().unwrap();
        let list = ListId {
            publisher: publisher.clone(),
            audience: "all".parse().unwrap(),
            subject_type: SubjectType::Seller,
            epoch: 1,
        };
        let key = SigningKey::from_seed(&[3; 32]);
        let mut records = HashMap::new();
        for (number, subject) in sanctioned.iter().enumerate() {
            let entry = Uuid::from_u128(number as u128 + 1);
            for identifier in &subject.identifiers {
                for canonical in forms(identifier) {
                    let token = token(&fed, &canonical);
                    let record = record(&fed, &list, &canonical, token, entry, identifier.role, now);
                    records.insert(token, verified(&record, &key, now));
                }
            }
        }
        let tokens: Vec<[u8; 32]> = BTreeSet::from_iter(records.keys().copied()).into_iter().collect();
        let seed = Seed::of(&fed).unwrap();
        let secret = DummySecret::new([9; 32]);
        let base = Base::build(&tokens, &Dummies::new(&secret, &fed, &list), &seed).unwrap();
        let class = SizeClass::of_total(base.total).unwrap();
        let bloom = Bloom::parse(&base.body, class, &seed).unwrap();
        let index = Index::build(&[Source { list, base: bloom }]).unwrap();
        let policy = Policy {
            jurisdiction: "CN".to_owned(),
            trusted_publishers: BTreeSet::from([publisher]),
            natural_person_law: Some("any".to_owned()),
        };
        Self {
            fed,
            index,
            records,
            policy,
            now,
        }
    }

    /// The verdict on a subject; how many of its identifiers were read; how many hits of the index were none.
    pub(crate) fn verdict(&self, subject: &Subject) -> (VerdictName, usize, usize) {
        let (mut findings, mut read, mut phantoms) = (Vec::new(), 0, 0);
        for (place, identifier) in subject.identifiers.iter().enumerate() {
            let tag = ScreenedIdentifier {
                index: u32::try_from(place).unwrap(),
                role: identifier.role,
                verified: identifier.verified,
            };
            let forms = forms(identifier);
            read += usize::from(!forms.is_empty());
            for canonical in forms {
                let token = token(&self.fed, &canonical);
                if self.index.lookup(&token).is_empty() {
                    continue;
                }
                match self.records.get(&token) {
                    Some(record) => findings.extend(Confirmed::new(record.clone(), tag, None, self.now)),
                    // What a false positive of the filter becomes: no sealed record opens.
                    None => phantoms += 1,
                }
            }
        }
        let verdict: Verdict = decide(findings, &self.policy, &Situation::default());
        (verdict.name(), read, phantoms)
    }
}

fn forms(identifier: &Identifier) -> Vec<Canonical> {
    let region = identifier.region.as_deref().map(|region| region.parse().unwrap());
    canonicalise(identifier.kind.parse().unwrap(), &identifier.value, region).unwrap_or_default()
}

fn token(fed: &FederationId, canonical: &Canonical) -> [u8; 32] {
    let input = TokenInput {
        fed,
        kind: canonical.kind.number(),
        norm_version: canonical.norm_version,
        level: canonical.level.number(),
        canonical: canonical.value.as_bytes(),
    };
    lianfang_encoding::sha256(&input.to_bytes())
}

const KEY: TokenKeyId = TokenKeyId([1; 16]);

fn verified(record: &Record, key: &SigningKey, now: Timestamp) -> VerifiedRecord {
    let asked = Asked {
        fed: &record.fed,
        list: &record.list,
        confirm_key: &record.confirm_key.0,
        key_id: KEY,
        kind: record.kind,
        level: record.level,
    };
    Record::verify(&record.sign(key).unwrap(), &[key.public()], &asked, now).unwrap()
}

fn record(
    fed: &FederationId,
    list: &ListId,
    canonical: &Canonical,
    token: [u8; 32],
    entry: Uuid,
    role: Role,
    now: Timestamp,
) -> Record {
    Record {
        iss: list.publisher.clone(),
        fed: *fed,
        list: list.clone(),
        confirm_key: Hash32(token),
        key_id: KEY,
        kind: canonical.kind,
        level: canonical.level,
        role,
        verified: true,
        entry,
        seq: 1,
        state: StateName::Active,
        category: Category::Counterfeit,
        right: None,
        basis: RecordBasis {
            kind: BasisType::CourtFinal,
            jurisdiction: "CN".to_owned(),
            default_judgment: false,
        },
        evidence_grade: EvidenceGrade::Final,
        measure: RecordMeasure {
            action: MeasureAction::CloseShop,
            jurisdictions: vec!["CN".to_owned()],
        },
        natural_person: false,
        decided: now,
        expires: now + Duration::from_secs(86_400),
        deadline: None,
        deadline_rule: None,
        disputed: false,
        issued: now,
        valid_until: now + Duration::from_secs(3_600),
        inclusion: None,
        test: false,
    }
}
