use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use lianfang_domain::brake::BrakeRule;
use lianfang_domain::verdict::Policy;
use lianfang_encoding::Class;
use lianfang_store::BudgetRate;
use lianfang_wire::vocabulary::Mode;

use crate::Retention;

/// What the operator decides about this node.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder of digest bodies.
    pub bodies: PathBuf,
    /// Folder of the screening index, which is built from them.
    pub images: PathBuf,
    /// The verdict policy.
    pub policy: Policy,
    /// Shadow until the operator switches (product rule 8).
    pub mode: Mode,
    /// A publisher whose digest wasn't seen current for longer is an exception.
    pub stale_after: Duration,
    /// How long a record may be relied on without asking again.
    pub record_life: Duration,
    /// How long a digest counts.
    pub digest_life: Duration,
    /// How long a verdict may be relied on.
    pub verdict_life: Duration,
    /// Tokens remembered, so that a screening of a known identifier asks nobody.
    pub token_cache: usize,
    /// Events whose entries are published together. More would let a list lag further behind a long import.
    pub publish_page: usize,
    /// Prefixes that the deltas of a list may come to on top of its base; 2^24 at most.
    pub most_changes: usize,
    /// Records that are looked through for one question about records, for thousands of entries may share a brand; one that
    /// takes more is refused.
    pub most_read: usize,
    /// When a publisher's digests wait for a person.
    pub brake: BrakeRule,
    /// How the roster is watched.
    pub roster: RosterSettings,
    /// How long is kept what nobody has to keep.
    pub retention: Retention,
    /// What each member may have evaluated here.
    pub budgets: BTreeMap<Class, Budget>,
}

impl Settings {
    /// The bucket of each member for a class.
    pub(crate) fn budget(&self, class: Class) -> Budget {
        let configured = self.budgets.get(&class).copied();
        configured.unwrap_or_else(|| Budget::proposed(class))
    }
}

/// How the roster is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterSettings {
    /// Publishers aren't asked about a hit before, so that the time tells little.
    pub confirm_delay: Duration,
    /// At most so much is added to that, at random for each publisher.
    pub confirm_jitter: Duration,
    /// Hits one publisher is asked about in one run; a flood waits for the next ones.
    pub confirmations_per_run: usize,
    /// After this a publisher that couldn't be asked, or a committee that gave no tokens, is asked again.
    pub retry: Duration,
}

impl Default for RosterSettings {
    fn default() -> Self {
        Self {
            confirm_delay: Duration::from_secs(1),
            confirm_jitter: Duration::from_secs(3),
            confirmations_per_run: 2_000,
            retry: Duration::from_secs(60),
        }
    }
}

/// A token bucket of group elements (PROTOCOL.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Elements it holds when full.
    pub capacity: u64,
    /// Elements it regains in a day.
    pub per_day: u64,
}

impl Budget {
    /// What the protocol proposes for a class.
    pub fn proposed(class: Class) -> Self {
        match class {
            Class::Organisation | Class::Goods => Self {
                capacity: 16_000,
                per_day: 16_000,
            },
            Class::Person => Self {
                capacity: 50_000,
                per_day: 50_000,
            },
        }
    }

    pub(crate) fn rate(self) -> BudgetRate {
        BudgetRate {
            capacity: self.capacity,
            per_day: self.per_day,
        }
    }
}
