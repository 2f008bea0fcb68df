use lianfang_encoding::NodeId;
use lianfang_identifier::{Kind, Level, Strength};
use lianfang_wire::record::Record;
use lianfang_wire::screening::{Reason, ReasonCode};
use lianfang_wire::vocabulary::{Category, Role};

use super::{Confirmed, Policy, Situation, reason};
use crate::audience::is_seller_of_content;

/// Why a blocking finding blocks here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A final court or administrative finding in my jurisdiction.
    FinalInJurisdiction,
    /// Two independent publishers: of different operators, and neither entry rests on another member's.
    IndependentPublishers,
    /// A publisher my operator trusts.
    TrustedPublisher,
}

impl Ground {
    fn code(self) -> ReasonCode {
        match self {
            Self::FinalInJurisdiction => ReasonCode::FinalInJurisdiction,
            Self::IndependentPublishers => ReasonCode::IndependentPublishers,
            Self::TrustedPublisher => ReasonCode::TrustedPublisher,
        }
    }
}

/// A confirmed, effective record on a verified, strong identifier of the subject itself, with the ground on
/// which it blocks. Its fields are private: `Blocking::establish` is the only way to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocking {
    confirmed: Confirmed,
    ground: Ground,
}

/// A finding that may block once a ground is found; made by [`qualify`] alone.
#[derive(Debug, Clone)]
pub(super) struct Qualified(Confirmed);

impl Qualified {
    pub(super) fn publisher(&self) -> &NodeId {
        &self.0.record().iss
    }

    pub(super) fn confirmed(&self) -> &Confirmed {
        &self.0
    }
}

/// Checks every condition of a block that lies in the finding itself.
pub(super) fn qualify(
    confirmed: Confirmed,
    policy: &Policy,
    situation: &Situation,
) -> Result<Qualified, Box<(ReasonCode, Confirmed)>> {
    match shortfall(&confirmed, policy, situation) {
        Some(code) => Err(Box::new((code, confirmed))),
        None => Ok(Qualified(confirmed)),
    }
}

fn shortfall(confirmed: &Confirmed, policy: &Policy, situation: &Situation) -> Option<ReasonCode> {
    let record = confirmed.record();
    if let Some(code) = not_identifying(record) {
        return Some(code);
    }
    let identifier = confirmed.identifier();
    let own = record.role == Role::Own && identifier.role == Role::Own;
    if !(own && record.verified && identifier.verified) {
        return Some(ReasonCode::NotOwnVerified);
    }
    if confirmed.is_disputed() || !confirmed.state().is_effective() {
        return Some(ReasonCode::Disputed);
    }
    if record.basis.kind.is_interim() || record.basis.default_judgment {
        return Some(ReasonCode::NotFinal);
    }
    if record.category == Category::ParallelImport {
        return Some(ReasonCode::ParallelImport);
    }
    let of_person = record.natural_person || situation.natural_person || is_of_a_person(record.kind);
    if of_person && policy.natural_person_law.is_none() {
        return Some(ReasonCode::NaturalPerson);
    }
    if situation.quarantined.contains(&record.iss) {
        return Some(ReasonCode::PublisherQuarantined);
    }
    if situation.membership_expired {
        return Some(ReasonCode::MembershipExpired);
    }
    situation.clock_off.then_some(ReasonCode::ClockOff)
}

/// Only a human being has one, whatever is said of the subject.
fn is_of_a_person(kind: Kind) -> bool {
    matches!(kind, Kind::CnRic | Kind::Passport)
}

fn not_identifying(record: &Record) -> Option<ReasonCode> {
    if record.level != Level::Strict {
        return Some(ReasonCode::CandidateMatch);
    }
    if is_seller_of_content(record.list.subject_type, record.kind) {
        return Some(ReasonCode::NotOwnVerified);
    }
    match lianfang_identifier::info(record.kind).strength {
        Strength::Strong => None,
        Strength::Medium | Strength::Weak => Some(ReasonCode::WeakIdentifier),
        Strength::Genuine => Some(ReasonCode::GenuineItem),
    }
}

impl Blocking {
    /// Looks for a ground among findings that have qualified.
    pub(super) fn establish(
        finding: &Qualified,
        all: &[Qualified],
        policy: &Policy,
        situation: &Situation,
    ) -> Option<Self> {
        let record = finding.0.record();
        let independent = || {
            !record.derived
                && all.iter().any(|other| {
                    other.publisher() != finding.publisher()
                        && !other.0.record().derived
                        && situation.operator(other.publisher()) != situation.operator(finding.publisher())
                })
        };
        let ground = if record.basis.kind.is_final() && record.basis.jurisdiction == policy.jurisdiction {
            Ground::FinalInJurisdiction
        } else if policy.trusted_publishers.contains(finding.publisher()) {
            Ground::TrustedPublisher
        } else if independent() {
            Ground::IndependentPublishers
        } else {
            return None;
        };
        Some(Self {
            confirmed: finding.0.clone(),
            ground,
        })
    }

    /// On which ground it blocks.
    pub fn ground(&self) -> Ground {
        self.ground
    }

    /// The confirmed record.
    pub fn confirmed(&self) -> &Confirmed {
        &self.confirmed
    }

    /// The reason to show.
    pub fn reason(&self) -> Reason {
        reason::of_record(self.ground.code(), &self.confirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_could_block_the_documents_of_human_beings_alone_are_a_person_s_whatever_the_caller_says() {
        let strong = |kind: &&Kind| lianfang_identifier::info(**kind).strength == Strength::Strong;
        let of_persons: Vec<_> = Kind::ALL
            .iter()
            .filter(strong)
            .filter(|kind| is_of_a_person(**kind))
            .collect();
        assert_eq!(of_persons, [&Kind::CnRic, &Kind::Passport]);
    }
}
