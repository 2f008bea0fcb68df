//! What the story is told about: offenders to record, applicants to screen, and what must come of it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_encoding::{SubjectType, sha256};
use lianfang_identifier::{InputKind, Kind, Level, Region, Strength, canonicalise};
use lianfang_wire::entry::{
    Basis, Decision, Evidence, Identifier, Measure, NewEntry, Sharing, Subject, SubjectNotice, Violation,
};
use lianfang_wire::vocabulary::{BasisType, Category, MeasureAction, Role};

use super::super::table::{KindNames, groups, rows};
use super::super::{Fault, Terminal};
use super::Args;
use super::offenders::Cast;
use crate::clock::SystemClock;

const SAMPLE: &[u8] = include_bytes!("../../../sample/applicants.csv");
const DAY: Duration = Duration::from_secs(86_400);

/// A canonical form, as far as two sellers can share one.
pub(super) type Form = (u16, u8, String);

/// A seller out of a file, or synthetic.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) reference: String,
    pub(super) subject: Subject,
}

/// Everything the story needs.
pub(super) struct Material {
    pub(super) entries: Vec<NewEntry>,
    pub(super) applicants: Vec<Case>,
    /// Offenders that can be blocked: each with a verified strong identifier that may be shared.
    pub(super) blockable: Vec<(InputKind, String)>,
    /// Disguised values of the blockable, in their order.
    pub(super) disguised: Vec<String>,
    /// A valid code next to an offender's.
    pub(super) neighbour: String,
    /// Strong forms of the offenders.
    pub(super) strong: BTreeSet<Form>,
    /// Every form of the offenders.
    pub(super) any: BTreeSet<Form>,
}

impl Material {
    pub(super) fn load(args: &Args, terminal: &Terminal) -> Result<Self, Fault> {
        let mut cast = Cast::new(args.seed);
        let offenders = match &args.entries {
            Some(file) => read(open(file)?, args, terminal)?,
            None => synthetic(&cast),
        };
        let applicants = match &args.applicants {
            Some(file) => read(open(file)?, args, terminal)?,
            None => read(SAMPLE, args, terminal)?,
        };
        if offenders.is_empty() || applicants.is_empty() {
            return Err(Fault::plain(
                "a file holds no seller with an identifier of a known kind",
            ));
        }
        let mut blockable = blockable(&offenders);
        let turn = cast.pick(blockable.len());
        blockable.rotate_left(turn);
        blockable.truncate(8);
        let disguised = blockable
            .iter()
            .map(|(kind, value)| cast.disguise(*kind, value))
            .collect();
        let subjects = || offenders.iter().map(|case| &case.subject);
        Ok(Self {
            strong: subjects()
                .flat_map(forms)
                .filter(|(kind, level, _)| is_strong(*kind, *level))
                .collect(),
            any: subjects().flat_map(forms).collect(),
            neighbour: cast.neighbour(),
            entries: offenders.into_iter().map(entry).collect(),
            applicants,
            blockable,
            disguised,
        })
    }
}

/// The canonical forms of a subject.
pub(super) fn forms(subject: &Subject) -> BTreeSet<Form> {
    let of = |identifier: &Identifier| {
        let region = identifier
            .region
            .as_deref()
            .and_then(|region| region.parse::<Region>().ok());
        let kind: Option<InputKind> = identifier.kind.parse().ok();
        kind.and_then(|kind| canonicalise(kind, &identifier.value, region).ok())
            .unwrap_or_default()
    };
    subject
        .identifiers
        .iter()
        .flat_map(of)
        .map(|form| (form.kind.number(), form.level.number(), form.value))
        .collect()
}

fn is_strong(kind: u16, level: u8) -> bool {
    let strong = Kind::from_number(kind).is_some_and(|kind| {
        let info = lianfang_identifier::info(kind);
        info.strength == Strength::Strong && !info.personal
    });
    strong && level == Level::Strict.number()
}

/// One verified strong identifier per offender that has one.
fn blockable(offenders: &[Case]) -> Vec<(InputKind, String)> {
    let strong = |identifier: &&Identifier| {
        let kind: Option<InputKind> = identifier.kind.parse().ok();
        kind.is_some_and(|kind| is_strong(kind.kind().number(), Level::Strict.number()))
    };
    offenders
        .iter()
        .filter_map(|case| {
            let identifier = case.subject.identifiers.iter().find(strong)?;
            Some((identifier.kind.parse().ok()?, identifier.value.clone()))
        })
        .collect()
}

fn open(file: &Path) -> Result<File, Fault> {
    File::open(file).map_err(|error| Fault::plain(format!("{}: {error}", file.display())))
}

fn read(source: impl Read, args: &Args, terminal: &Terminal) -> Result<Vec<Case>, Fault> {
    let kinds = KindNames::new(&args.mappings).map_err(Fault::plain)?;
    let rows = rows(source, &args.mappings).map_err(Fault::plain)?;
    let mut cases = Vec::new();
    let mut left = std::collections::BTreeMap::<String, u64>::new();
    for group in groups(rows, &kinds, args.region, None) {
        let group = match group {
            Ok(group) => group,
            Err(error) => {
                *left.entry(error.to_string()).or_default() += 1;
                continue;
            }
        };
        for row in group.left {
            *left.entry(row.reason).or_default() += 1;
        }
        let number = cases.len() + 1;
        let reference = if group.reference.is_empty() {
            format!("row-{number}")
        } else {
            format!("{}-{number}", group.reference)
        };
        cases.extend(group.subject.into_iter().flat_map(split).map(|subject| Case {
            reference: reference.clone(),
            subject,
        }));
    }
    say_left(&left, terminal);
    Ok(cases)
}

fn say_left(left: &std::collections::BTreeMap<String, u64>, terminal: &Terminal) {
    if left.is_empty() {
        return;
    }
    let list: Vec<_> = left
        .iter()
        .take(12)
        .map(|(reason, count)| format!("{count} × {reason}"))
        .collect();
    terminal.note(
        "demo_left",
        &[
            ("rows", left.values().sum::<u64>().to_string()),
            ("reasons", list.join(", ")),
        ],
    );
}

/// A subject has at most 64 identifiers.
fn split(subject: Subject) -> Vec<Subject> {
    let part = |identifiers: &[Identifier]| Subject {
        identifiers: identifiers.to_vec(),
        ..subject.clone()
    };
    let mut seen = BTreeSet::new();
    let unique: Vec<_> = subject
        .identifiers
        .iter()
        .filter(|identifier| seen.insert((identifier.kind.clone(), identifier.value.clone())))
        .cloned()
        .collect();
    unique
        .chunks(lianfang_domain::MAX_IDENTIFIERS)
        .map(part)
        .collect()
}

fn synthetic(cast: &Cast) -> Vec<Case> {
    let own = |kind: Kind, value: &str| Identifier {
        kind: kind.name().to_owned(),
        value: value.to_owned(),
        region: None,
        role: Role::Own,
        verified: true,
        observed_at: None,
    };
    let offenders = cast.offenders.iter().enumerate();
    offenders
        .map(|(number, offender)| Case {
            reference: format!("demo-offender-{}", number + 1),
            subject: Subject {
                kind: SubjectType::Seller,
                natural_person: false,
                identifiers: vec![
                    own(Kind::CnUscc, &offender.code),
                    own(Kind::LegalNameCn, &offender.name),
                ],
            },
        })
        .collect()
}

/// A complete entry: what a platform records when it has closed a shop.
fn entry(case: Case) -> NewEntry {
    let now = SystemClock.now();
    NewEntry {
        client_reference: Some(case.reference.clone()),
        derived_from: Vec::new(),
        subject: case.subject,
        violation: Some(Violation {
            category: Category::Counterfeit,
            right: None,
        }),
        basis: Basis {
            kind: BasisType::PlatformDecision,
            jurisdiction: "CN".to_owned(),
            reference: None,
            default_judgment: false,
        },
        decision: Some(Decision {
            decided_at: now - DAY,
            detection_automated: false,
            decision_automation: lianfang_wire::entry::Automation::None,
            facts: Some("Made up for a demonstration.".to_owned()),
        }),
        scale: None,
        measure: Measure {
            action: MeasureAction::CloseShop,
            jurisdictions: vec!["CN".to_owned()],
            effective_from: now - DAY,
        },
        evidence: vec![Evidence {
            sha256: hex::encode(sha256(case.reference.as_bytes())),
            media_type: "text/plain".to_owned(),
            title: "Demonstration".to_owned(),
        }],
        subject_notice: Some(SubjectNotice {
            sent_at: now - DAY,
            channel: "message centre".to_owned(),
        }),
        expires: now + 365 * DAY,
        sharing: Sharing::default(),
    }
}
