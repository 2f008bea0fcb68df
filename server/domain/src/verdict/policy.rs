use std::collections::{BTreeMap, BTreeSet};

use lianfang_encoding::{NodeId, SubjectType};
use lianfang_wire::record::Record;
use lianfang_wire::screening::{OnUnavailable, Reason, ReasonCode};
use serde::{Deserialize, Serialize};

use super::blocking::{Blocking, Qualified, qualify};
use super::signal::Signals;
use super::{Confirmed, OwnLink, Unanswered, Verdict, reason, unanswered};

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
    /// This node's clock is off by what most of its peers say: no new blocks.
    pub clock_off: bool,
    /// Publishers quarantined here.
    pub quarantined: BTreeSet<NodeId>,
    /// Who operates which of the nodes that found something.
    pub operators: BTreeMap<NodeId, String>,
    /// What no token could be had for.
    pub without_token: Vec<Reason>,
    /// Possible hits that couldn't be asked about.
    pub unanswered: Vec<Unanswered>,
    /// What to answer then.
    pub on_unavailable: OnUnavailable,
    /// What this node's own entries have in common with the subject.
    pub links: Vec<OwnLink>,
}

impl Situation {
    /// The operator of a node; a node that isn't listed is its own.
    pub(super) fn operator<'a>(&'a self, node: &'a NodeId) -> &'a str {
        self.operators.get(node).map_or(node.as_str(), String::as_str)
    }
}

/// The default policy: a final finding in my jurisdiction, two independent publishers, or one trusted
/// publisher block; every other finding, and every link to an entry of this node, is for a person. A folded match
/// counts only with a second signal about the same entry, and never blocks; so does a genuine item of a seller.
pub fn decide(findings: Vec<Confirmed>, policy: &Policy, situation: &Situation) -> Verdict {
    let signals = Signals::of(&findings, &situation.links);
    let mut qualified: Vec<Qualified> = Vec::new();
    let mut review = Vec::new();
    let mut candidates = Vec::new();
    for link in unknown(&situation.links, &findings) {
        if !link.is_candidate() || signals.second(&link.publisher, link.entry) {
            review.push(link.reason());
        } else {
            candidates.push(link.reason());
        }
    }
    for finding in findings {
        match qualify(finding, policy, situation).map_err(|shortfall| *shortfall) {
            Ok(finding) => qualified.push(finding),
            Err((code, finding)) => {
                let record = finding.record();
                let alone = !signals.second(&record.iss, record.entry);
                let list = if alone && says_little(code, record) {
                    &mut candidates
                } else {
                    &mut review
                };
                list.push(reason::of_record(code, &finding));
            }
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
    let adverse = !review.is_empty() || unavailability_counts(situation, &signals);
    let mut reasons = review;
    reasons.extend(reason::of_unanswered(&situation.unanswered));
    reasons.extend(situation.without_token.iter().cloned());
    reasons.extend(candidates);
    if !blocking.is_empty() {
        Verdict::Block(blocking, reasons)
    } else if adverse {
        Verdict::Review(reasons)
    } else {
        Verdict::Clear(reasons)
    }
}

/// A name says little alone; so does the genuine item among a seller's identifiers, which its owner sells too. In
/// an entry about a product it is what the entry is about.
fn says_little(code: ReasonCode, record: &Record) -> bool {
    code == ReasonCode::CandidateMatch
        || (code == ReasonCode::GenuineItem && record.list.subject_type == SubjectType::Seller)
}

/// Links that no confirmed record of this node says already.
fn unknown<'a>(links: &'a [OwnLink], findings: &[Confirmed]) -> impl Iterator<Item = &'a OwnLink> {
    let said: BTreeSet<_> = findings
        .iter()
        .map(|finding| {
            let record = finding.record();
            (record.iss.clone(), record.entry, finding.identifier().index)
        })
        .collect();
    links
        .iter()
        .filter(move |link| !said.contains(&(link.publisher.clone(), link.entry, link.identifier.index)))
}

fn unavailability_counts(situation: &Situation, signals: &Signals) -> bool {
    let counts = !situation.without_token.is_empty() || unanswered::counts(&situation.unanswered, signals);
    counts && situation.on_unavailable == OnUnavailable::Review
}
