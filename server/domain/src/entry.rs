//! What an entry must look like before it is recorded, and whether it may be shared.

use std::collections::HashSet;
use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_wire::entry::{NewEntry, Subject};
use lianfang_wire::problem::Violation;
use lianfang_wire::vocabulary::{BasisType, EvidenceGrade};

/// Most identifiers of one subject.
pub const MAX_IDENTIFIERS: usize = 64;

const MAX_VALUE: usize = 4_096;
const MAX_TEXT: usize = 16_384;
const MAX_REFERENCE: usize = 200;
const PLATFORM_DECISION_LIFE: Duration = Duration::from_secs(731 * 86_400);

/// Why an entry stays with its publisher. Stored as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalReason {
    /// It rests on other members' entries alone: no echo (product rule 2).
    Derived,
    /// Category, decision, evidence or notice to the subject is missing (product rule 7).
    Incomplete,
}

impl LocalReason {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What follows from an entry's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// How well it is documented.
    pub grade: EvidenceGrade,
    /// Why it isn't shared, if it isn't.
    pub local: Option<LocalReason>,
}

/// Checks an entry.
///
/// # Errors
/// Every broken rule, with field, rule and fix. No value is repeated.
pub fn check_entry(entry: &NewEntry, now: Timestamp) -> Result<Finding, Vec<Violation>> {
    let mut broken = Vec::new();
    subject(&entry.subject, "/subject", &mut broken);
    reference(entry.client_reference.as_deref(), &mut broken);
    terms(entry, now, &mut broken);
    evidence(entry, &mut broken);
    texts(entry, &mut broken);
    if broken.is_empty() {
        Ok(Finding {
            grade: grade(entry),
            local: local(entry),
        })
    } else {
        Err(broken)
    }
}

/// Checks the subject of a screening.
///
/// # Errors
/// Every broken rule.
pub fn check_subject(checked: &Subject, client_reference: Option<&str>) -> Result<(), Vec<Violation>> {
    let mut broken = Vec::new();
    subject(checked, "/subject", &mut broken);
    reference(client_reference, &mut broken);
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

fn subject(checked: &Subject, at: &str, broken: &mut Vec<Violation>) {
    let count = checked.identifiers.len();
    if count == 0 || count > MAX_IDENTIFIERS {
        broken.push(Violation::new(
            format!("{at}/identifiers"),
            "a subject has 1 to 64 identifiers",
            "send at least one identifier, and split larger subjects",
        ));
    }
    let mut seen = HashSet::new();
    for (index, identifier) in checked.identifiers.iter().enumerate().take(MAX_IDENTIFIERS) {
        let field = format!("{at}/identifiers/{index}");
        if identifier.value.is_empty() || identifier.value.len() > MAX_VALUE {
            broken.push(Violation::new(
                format!("{field}/value"),
                "a value has 1 to 4,096 bytes",
                "send the identifier alone, without surrounding text",
            ));
        }
        if identifier.kind.is_empty() || identifier.kind.len() > 32 {
            broken.push(Violation::new(
                format!("{field}/kind"),
                "a kind has 1 to 32 characters",
                "use a kind printed by `lianfang identifier kinds`",
            ));
        }
        if identifier
            .region
            .as_deref()
            .is_some_and(|region| !is_country(region))
        {
            broken.push(country(format!("{field}/region")));
        }
        if !seen.insert((&identifier.kind, &identifier.value, identifier.role)) {
            broken.push(Violation::new(
                field,
                "an identifier occurs once",
                "remove the repetition",
            ));
        }
    }
}

/// Whether a platform can call something so.
pub fn is_reference(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_REFERENCE && !text.contains('\0')
}

fn reference(client_reference: Option<&str>, broken: &mut Vec<Violation>) {
    if client_reference.is_some_and(|text| !is_reference(text)) {
        broken.push(Violation::new(
            "/client_reference",
            "a reference has 1 to 200 bytes and no NUL",
            "shorten it or leave it out",
        ));
    }
}

fn terms(entry: &NewEntry, now: Timestamp, broken: &mut Vec<Violation>) {
    if entry.expires <= now {
        broken.push(Violation::new(
            "/expires",
            "a finding ends in the future",
            "set a later time",
        ));
    }
    let decided = entry
        .decision
        .as_ref()
        .map_or(now, |decision| decision.decided_at);
    let own = matches!(entry.basis.kind, BasisType::PlatformDecision);
    if own && entry.expires.since(decided) > PLATFORM_DECISION_LIFE {
        broken.push(Violation::new(
            "/expires",
            "a platform's own decision lasts at most 24 months from the day it was made",
            "set an earlier end",
        ));
    }
    if decided > now + Duration::from_secs(300) {
        broken.push(Violation::new(
            "/decision/decided_at",
            "a decision lies in the past",
            "check the clock",
        ));
    }
    if !is_country(&entry.basis.jurisdiction) {
        broken.push(country("/basis/jurisdiction".to_owned()));
    }
    for (index, jurisdiction) in entry.measure.jurisdictions.iter().enumerate() {
        if !is_country(jurisdiction) {
            broken.push(country(format!("/measure/jurisdictions/{index}")));
        }
    }
}

fn evidence(entry: &NewEntry, broken: &mut Vec<Violation>) {
    if entry.evidence.len() > 256 {
        broken.push(Violation::new(
            "/evidence",
            "at most 256 pieces",
            "bundle them into a manifest",
        ));
    }
    for (index, piece) in entry.evidence.iter().enumerate().take(256) {
        let is_hash = piece.sha256.len() == 64 && piece.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash {
            broken.push(Violation::new(
                format!("/evidence/{index}/sha256"),
                "a SHA-256 has 64 hexadecimal digits",
                "send the hash of the file, not the file",
            ));
        }
    }
}

fn texts(entry: &NewEntry, broken: &mut Vec<Violation>) {
    let facts = entry
        .decision
        .as_ref()
        .and_then(|decision| decision.facts.as_deref())
        .unwrap_or_default();
    if facts.len() > MAX_TEXT || facts.contains('\0') {
        broken.push(Violation::new(
            "/decision/facts",
            "at most 16,384 bytes and no NUL",
            "shorten the statement and attach the rest as evidence",
        ));
    }
}

fn grade(entry: &NewEntry) -> EvidenceGrade {
    if entry.basis.kind.is_final() {
        EvidenceGrade::Final
    } else if !entry.evidence.is_empty() && entry.decision.is_some() && entry.subject_notice.is_some() {
        EvidenceGrade::Documented
    } else {
        EvidenceGrade::Stated
    }
}

/// Whether an entry has category, decision, evidence and notice to the subject, each.
pub(crate) fn parts_of(entry: &NewEntry) -> [bool; 4] {
    [
        entry.violation.is_some(),
        entry.decision.is_some(),
        !entry.evidence.is_empty(),
        entry.subject_notice.is_some(),
    ]
}

fn local(entry: &NewEntry) -> Option<LocalReason> {
    if parts_of(entry).contains(&false) {
        Some(LocalReason::Incomplete)
    } else if !entry.derived_from.is_empty() && !has_own_ground(entry.basis.kind) {
        Some(LocalReason::Derived)
    } else {
        None
    }
}

/// A court's or an authority's final decision and a rights holder's notice stand on their own.
fn has_own_ground(basis: BasisType) -> bool {
    basis.is_final() || basis == BasisType::RightsHolderNotice
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn country(field: String) -> Violation {
    Violation::new(
        field,
        "a country is an upper-case ISO 3166-1 alpha-2 code",
        "write CN, DE, US, …",
    )
}
