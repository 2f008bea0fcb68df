use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::{BasisType, DeadlineRule};
use serde::{Deserialize, Serialize};

use super::add_working_days;

const DAY: u64 = 86_400;

/// A running clock and what its end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When it runs out.
    pub due: Timestamp,
    /// Which rule set it.
    pub rule: DeadlineRule,
}

/// What happens when the one who owes an act lets a deadline pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLapse {
    /// The entry is released.
    Release,
}

impl Deadline {
    /// What its lapse means.
    pub fn on_lapse(&self) -> OnLapse {
        match self.rule {
            DeadlineRule::CnEcommerceLaw
            | DeadlineRule::PlatformReview
            | DeadlineRule::Forwarding
            | DeadlineRule::IdentityMisuse => OnLapse::Release,
        }
    }

    /// Whether it has run out.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.due <= now
    }
}

/// The clock that a contest starts, by what the finding rests on; final findings have none.
pub fn contest_deadline(basis: BasisType, now: Timestamp) -> Option<Deadline> {
    match basis {
        BasisType::RightsHolderNotice => Some(Deadline {
            due: now + Duration::from_secs(15 * DAY),
            rule: DeadlineRule::CnEcommerceLaw,
        }),
        BasisType::PlatformDecision | BasisType::CourtInterim | BasisType::AdministrativePending => {
            Some(Deadline {
                due: add_working_days(now, 10),
                rule: DeadlineRule::PlatformReview,
            })
        }
        BasisType::CourtFinal | BasisType::AdministrativeFinal => None,
    }
}
