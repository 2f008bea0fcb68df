//! The identifiers of a request in canonical form, with what became of each.

use lianfang_domain::verdict::ScreenedIdentifier;
use lianfang_identifier::{InputKind, Region, canonicalise_all};
use lianfang_wire::entry::{Identifier, Subject as Asked};
use lianfang_wire::problem::Violation;
use lianfang_wire::screening::{IdentifierOutcome, IdentifierStatus};

use crate::tokens::Subject;

pub(crate) struct Normalised {
    pub(crate) outcomes: Vec<IdentifierOutcome>,
    pub(crate) subjects: Vec<Subject<ScreenedIdentifier>>,
    /// A reserved test identifier is among them.
    pub(crate) test: bool,
}

impl Normalised {
    /// Why no identifier is one of its kind, for each of them.
    pub(crate) fn broken(&self) -> Vec<Violation> {
        let of = |outcome: &IdentifierOutcome| {
            Violation::new(
                format!("/subject/identifiers/{}", outcome.index),
                outcome.reason.clone().unwrap_or_else(|| "rejected".to_owned()),
                "`lianfang identifier explain` shows what the rule expects",
            )
        };
        self.rejected().map(of).collect()
    }

    /// Identifiers that aren't one of their kind.
    pub(crate) fn rejected(&self) -> impl Iterator<Item = &IdentifierOutcome> {
        self.outcomes
            .iter()
            .filter(|outcome| outcome.status == IdentifierStatus::Rejected)
    }
}

pub(crate) fn normalise(asked: &Asked) -> Normalised {
    let mut normalised = Normalised {
        outcomes: Vec::new(),
        subjects: Vec::new(),
        test: false,
    };
    for (place, identifier) in asked.identifiers.iter().enumerate() {
        let index = u32::try_from(place).unwrap_or(u32::MAX);
        let outcome = match forms(identifier) {
            Ok(forms) => {
                let reason = forms
                    .iter()
                    .find_map(|form| form.caution)
                    .map(|caution| caution.code().to_owned());
                for canonical in forms {
                    let test = lianfang_identifier::reserved_test(canonical.kind, &canonical.value).is_some();
                    normalised.test |= test;
                    let tag = ScreenedIdentifier {
                        index,
                        role: identifier.role,
                        // A test identifier belongs to nobody: there is nothing to verify.
                        verified: identifier.verified || test,
                    };
                    normalised.subjects.push(Subject { canonical, tag });
                }
                IdentifierOutcome {
                    index,
                    kind: identifier.kind.clone(),
                    status: IdentifierStatus::Screened,
                    reason,
                }
            }
            Err(reason) => IdentifierOutcome {
                index,
                kind: identifier.kind.clone(),
                status: IdentifierStatus::Rejected,
                reason: Some(reason.to_owned()),
            },
        };
        normalised.outcomes.push(outcome);
    }
    normalised
}

fn forms(identifier: &Identifier) -> Result<Vec<lianfang_identifier::Canonical>, &'static str> {
    let kind: InputKind = identifier.kind.parse().map_err(|_| "unknown_kind")?;
    let region = identifier
        .region
        .as_deref()
        .and_then(|region| region.parse::<Region>().ok());
    canonicalise_all(kind, &identifier.value, region).map_err(|reject| reject.code())
}
