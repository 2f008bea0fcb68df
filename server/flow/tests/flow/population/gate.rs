use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use lianfang_digest::{Base, Bloom, Dummies, DummySecret, ListId, Seed, SizeClass};
use lianfang_domain::verdict::{
    Confirmed, Policy, ScreenedIdentifier, Situation, Unanswered, Verdict, decide,
};
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
pub(crate) struct Gate {
    fed: FederationId,
    index: Index,
    lists: Vec<ListId>,
    /// By token and list.
    records: HashMap<([u8; 32], usize), VerifiedRecord>,
    /// Publishers that can't be asked.
    down: BTreeSet<NodeId>,
    policy: Policy,
    now: Timestamp,
}

/// What became of a subject at the gate.
pub(crate) struct Passage {
    pub(crate) verdict: VerdictName,
    /// Identifiers that were read.
    pub(crate) read: usize,
    /// Tokens that were looked up.
    pub(crate) tokens: usize,
    /// Hits of the index that no record answers.
    pub(crate) phantoms: usize,
    /// Hits that nobody could be asked about.
    pub(crate) unanswered: usize,
}

impl Gate {
    /// A gate behind which one trusted publisher has listed `sanctioned`. The policy is the harshest there is: natural
    /// persons are blocked by law.
    pub(crate) fn of(sanctioned: &[Subject], now: Timestamp) -> Self {
        let policy = Policy {
            jurisdiction: "CN".to_owned(),
            trusted_publishers: BTreeSet::from([publisher(0)]),
            natural_person_law: Some("any".to_owned()),
        };
        Self::listed_by(1, 0, sanctioned, policy, now)
    }

    /// A gate behind which `publishers` have listed `sanctioned`, each his share, with digests as full as they may be, so
    /// that a stranger's token hits each with 2^-20. The policy is the default one, with nobody trusted.
    pub(crate) fn crowd(publishers: usize, sanctioned: &[Subject], now: Timestamp) -> Self {
        let policy = Policy {
            jurisdiction: "CN".to_owned(),
            trusted_publishers: BTreeSet::new(),
            natural_person_law: None,
        };
        Self::listed_by(publishers, FULL, sanctioned, policy, now)
    }

    fn listed_by(count: usize, least: usize, sanctioned: &[Subject], policy: Policy, now: Timestamp) -> Self {
        let fed = FederationId([7; 16]);
        let lists: Vec<_> = (0..count).map(list_of).collect();
        let key = SigningKey::from_seed(&[3; 32]);
        let mut records = HashMap::new();
        for (number, subject) in sanctioned.iter().enumerate() {
            let (entry, place) = (Uuid::from_u128(number as u128 + 1), number % count);
            for identifier in &subject.identifiers {
                for canonical in forms(identifier) {
                    let token = token(&fed, &canonical);
                    let role = identifier.role;
                    let record = record(&fed, &lists[place], &canonical, token, entry, role, now);
                    records.insert((token, place), verified(&record, &key, now));
                }
            }
        }
        let mut tokens: Vec<BTreeSet<[u8; 32]>> = vec![BTreeSet::new(); count];
        for (token, place) in records.keys() {
            tokens[*place].insert(*token);
        }
        for (place, tokens) in tokens.iter_mut().enumerate() {
            fill(tokens, place, least);
        }
        Self {
            index: index(&fed, &lists, tokens),
            fed,
            lists,
            records,
            down: BTreeSet::new(),
            policy,
            now,
        }
    }

    /// From now on the first `count` publishers can't be asked; what is held of them stays.
    pub(crate) fn lose(&mut self, count: usize) {
        self.down = (0..count).map(publisher).collect();
    }

    /// The entries about `subjects` have ended, which whoever can't be asked doesn't say any more.
    pub(crate) fn release(&mut self, subjects: &[Subject]) {
        let identifiers = subjects.iter().flat_map(|subject| &subject.identifiers);
        let forms = identifiers.flat_map(forms);
        let ended: HashSet<_> = forms.map(|canonical| token(&self.fed, &canonical)).collect();
        self.records.retain(|(token, _), _| !ended.contains(token));
    }

    /// What becomes of a subject.
    pub(crate) fn pass(&self, subject: &Subject) -> Passage {
        let (mut findings, mut situation) = (Vec::new(), Situation::default());
        let (mut read, mut tokens, mut phantoms) = (0, 0, 0);
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
                tokens += 1;
                for hit in self.index.lookup(&token) {
                    let list = &self.lists[hit.position()];
                    match self.records.get(&(token, hit.position())) {
                        _ if self.down.contains(&list.publisher) => {
                            situation.unanswered.push(unanswered(list, &canonical, tag));
                        }
                        Some(record) => findings.extend(Confirmed::new(record.clone(), tag, None, self.now)),
                        // What a false positive of the filter becomes: no sealed record opens.
                        None => phantoms += 1,
                    }
                }
            }
        }
        let unanswered = situation.unanswered.len();
        let verdict: Verdict = decide(findings, &self.policy, &situation);
        Passage {
            verdict: verdict.name(),
            read,
            tokens,
            phantoms,
            unanswered,
        }
    }
}

/// Entries of a list of the smallest class that has no room left, after padding.
const FULL: usize = 16_300;

fn publisher(place: usize) -> NodeId {
    format!("platform-{place}").parse().unwrap()
}

fn list_of(place: usize) -> ListId {
    ListId {
        publisher: publisher(place),
        audience: "all".parse().unwrap(),
        subject_type: SubjectType::Seller,
        epoch: 1,
    }
}

/// Adds tokens of nobody until there are `least`.
fn fill(tokens: &mut BTreeSet<[u8; 32]>, place: usize, least: usize) {
    let mut number = 0_u64;
    while tokens.len() < least {
        tokens.insert(lianfang_encoding::sha256(format!("{place}/{number}").as_bytes()));
        number += 1;
    }
}

fn index(fed: &FederationId, lists: &[ListId], tokens: Vec<BTreeSet<[u8; 32]>>) -> Index {
    let seed = Seed::of(fed).unwrap();
    let secret = DummySecret::new([9; 32]);
    let bases: Vec<_> = lists
        .iter()
        .zip(tokens)
        .map(|(list, tokens)| {
            let tokens: Vec<_> = tokens.into_iter().collect();
            Base::build(&tokens, &Dummies::new(&secret, fed, list), &seed).unwrap()
        })
        .collect();
    let sources: Vec<_> = lists
        .iter()
        .zip(&bases)
        .map(|(list, base)| Source {
            list: list.clone(),
            base: Bloom::parse(&base.body, SizeClass::of_total(base.total).unwrap(), &seed).unwrap(),
        })
        .collect();
    Index::build(&sources).unwrap()
}

fn unanswered(list: &ListId, canonical: &Canonical, identifier: ScreenedIdentifier) -> Unanswered {
    Unanswered {
        publisher: list.publisher.clone(),
        subject_type: list.subject_type,
        kind: canonical.kind,
        level: canonical.level,
        identifier,
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
        derived: false,
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
