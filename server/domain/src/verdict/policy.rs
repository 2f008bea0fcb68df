use std::collections::{BTreeMap, BTreeSet};

use lianfang_encoding::NodeId;
use lianfang_wire::screening::{OnUnavailable, Reason, ReasonCode};
use serde::{Deserialize, Serialize};

use super::blocking::{Blocking, Qualified, qualify};
use super::{Confirmed, Verdict, reason};

/// The default policy's settings (PROTOCOL.md §5). The operator decides them; no peer does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Where this platform is answerable; ISO 3166-1 alpha-2, upper case.
    pub jurisdiction: String,
    /// Publishers whose finding alone blocks here.
    pub trusted_publishers: BTreeSet<NodeId>,
    /// The law that allows natural persons to be blocked without a person deciding, if there is one.
    pub natural_person_law: Option<String>,
}

impl Policy {
    /// Version shown with every verdict.
    pub const VERSION: &'static str = "default-1";
}

/// What a verdict has to know beside the findings.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// The subject is a natural person.
    pub natural_person: bool,
    /// The membership document has expired: no new blocks.
    pub membership_expired: bool,
    /// Publishers quarantined here.
    pub quarantined: BTreeSet<NodeId>,
    /// Who operates which node.
    pub operators: BTreeMap<NodeId, String>,
    /// What couldn't be asked.
    pub unavailable: Vec<Reason>,
    /// What to answer then.
    pub on_unavailable: OnUnavailable,
}

impl Situation {
    /// The operator of a node; a node that isn't listed is its own.
    pub(super) fn operator<'a>(&'a self, node: &'a NodeId) -> &'a str {
        self.operators.get(node).map_or(node.as_str(), String::as_str)
    }
}

/// The default policy: a final finding in my jurisdiction, two independent publishers, or one trusted
/// publisher block; every other finding is for a person; a folded match counts with a second signal only.
pub fn decide(findings: Vec<Confirmed>, policy: &Policy, situation: &Situation) -> Verdict {
    let second_signal = signals(&findings) > 1;
    let mut qualified: Vec<Qualified> = Vec::new();
    let mut review = Vec::new();
    let mut candidates = Vec::new();
    for finding in findings {
        match qualify(finding, policy, situation).map_err(|shortfall| *shortfall) {
            Ok(finding) => qualified.push(finding),
            Err((ReasonCode::CandidateMatch, finding)) if !second_signal => {
                candidates.push(reason::of_record(ReasonCode::CandidateMatch, &finding));
            }
            Err((code, finding)) => review.push(reason::of_record(code, &finding)),
        }
    }
    let mut blocking = Vec::new();
    for finding in &qualified {
        match Blocking::establish(finding, &qualified, policy, situation) {
            Some(ground) => blocking.push(ground),
            None => review.push(reason::of_record(
                ReasonCode::ConfirmedFinding,
                finding.confirmed(),
            )),
        }
    }
    let adverse = !review.is_empty() || unavailability_counts(situation);
    let mut reasons = review;
    reasons.extend(situation.unavailable.iter().cloned());
    reasons.extend(candidates);
    if !blocking.is_empty() {
        Verdict::Block(blocking, reasons)
    } else if adverse {
        Verdict::Review(reasons)
    } else {
        Verdict::Clear(reasons)
    }
}

fn unavailability_counts(situation: &Situation) -> bool {
    !situation.unavailable.is_empty() && situation.on_unavailable == OnUnavailable::Review
}

/// Different identifiers of the request with a confirmed finding.
fn signals(findings: &[Confirmed]) -> usize {
    findings
        .iter()
        .map(|finding| finding.identifier().index)
        .collect::<BTreeSet<_>>()
        .len()
}
