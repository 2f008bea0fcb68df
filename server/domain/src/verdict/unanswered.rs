use lianfang_encoding::{NodeId, SubjectType};
use lianfang_identifier::{Kind, Level, Strength};

use super::ScreenedIdentifier;
use super::signal::Signals;

/// A possible hit whose publisher couldn't be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub publisher: NodeId,
    /// Whom the list is about that was hit.
    pub subject_type: SubjectType,
    pub kind: Kind,
    pub level: Level,
    pub identifier: ScreenedIdentifier,
}

impl Unanswered {
    /// Whether the publisher's answer could send nobody to a person by itself: a name, a genuine item among a seller's.
    fn says_little(&self) -> bool {
        !speaks_alone(self.kind, self.level, self.subject_type)
    }
}

/// Whether a hit in a list about such subjects could send anybody to a person by itself.
pub fn speaks_alone(kind: Kind, level: Level, list: SubjectType) -> bool {
    let genuine = lianfang_identifier::info(kind).strength == Strength::Genuine;
    level == Level::Strict && !(genuine && list == SubjectType::Seller)
}

/// Whether what wasn't answered could have called for a person. What says little alone could only have done so beside
/// something else of the same publisher.
pub(super) fn counts(unanswered: &[Unanswered], signals: &Signals) -> bool {
    unanswered.iter().any(|hit| {
        let of_same = unanswered.iter().filter(|other| other.publisher == hit.publisher);
        !hit.says_little() || signals.are_several(&hit.publisher, of_same)
    })
}
