//! How the node stands, in numbers, for those who watch it.

use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_encoding::{Class, NodeId, Timestamp};
use lianfang_screener::ListMemory;
use lianfang_store::{
    BudgetLeft, BudgetRate, CreditLeft, HitsWaiting, PeerRow, Store, StoreError, StoreFigures,
};

use crate::files::Troubles;
use crate::tally::Counted;
use crate::{Budget, FlowError, Node};

/// What is known without asking the database.
#[derive(Debug, Clone)]
pub struct Figures {
    pub counted: Counted,
    pub store: StoreFigures,
    /// Failures of the node's own files, by folder and reason code.
    pub file_failures: BTreeMap<(&'static str, &'static str), u64>,
    pub index: IndexFigures,
    /// Restored, and not knowing yet what it had signed.
    pub recovering: bool,
    /// Another copy of this node goes on in its place.
    pub superseded: bool,
    /// After this without a sync a peer's digests are stale.
    pub stale_after: Duration,
}

/// The screening index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexFigures {
    pub lists: u64,
    /// Identifiers in those lists, as their heads state them: padded.
    pub identifiers: u64,
    pub image_bytes: u64,
}

/// One member of the federation, this node among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFigures {
    pub id: NodeId,
    pub active: bool,
    /// What its lists take in the screening index.
    pub memory: MemoryFigures,
    /// `None` for this node itself.
    pub contact: Option<Contact>,
    /// Possible hits in the roster that wait for this publisher's answer.
    pub hits_waiting: u64,
    /// How long the oldest of them waits.
    pub oldest_hit: Duration,
    /// Elements it may still have evaluated here; classes it never asked for are missing.
    pub budgets_left: BTreeMap<Class, u64>,
    /// Elements that it may once have evaluated here beside those; classes without a grant are missing.
    pub credits_left: BTreeMap<Class, u64>,
}

/// Bytes of the screening index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemoryFigures {
    /// Of bases, padding included.
    pub base: u64,
    /// Of additions and removals since.
    pub changes: u64,
}

/// How contact with another member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// Since everything it publishes was up to date here; `None`: never.
    pub freshness: Option<Duration>,
    /// How old its newest head was then.
    pub lag: Option<Duration>,
    /// The last sync failed.
    pub failing: bool,
    /// The brake holds its digests back.
    pub quarantined: bool,
    /// Kinds that are off because the two nodes read them by different rules.
    pub disabled_kinds: usize,
}

/// What the store says of members.
#[derive(Default)]
struct Stored {
    rows: Vec<PeerRow>,
    hits: Vec<HitsWaiting>,
    budgets: Vec<BudgetLeft>,
    credits: Vec<CreditLeft>,
}

impl Node {
    /// What is known without asking the database.
    pub fn figures(&self) -> Figures {
        let (document, index) = (self.document(), self.index.load());
        let members = document.document.members.iter().map(|member| member.id.clone());
        let totals = index.lists().iter().map(|list| u64::from(list.total));
        let recovering = self.is_recovering();
        Figures {
            counted: self.tally.read(&members.collect()),
            store: self.gateway.figures(),
            file_failures: [self.bodies.troubles(), self.images.troubles()]
                .into_iter()
                .flat_map(Troubles::counted)
                .collect(),
            index: IndexFigures {
                lists: index.lists().len() as u64,
                identifiers: totals.sum(),
                image_bytes: index.image_bytes(),
            },
            recovering,
            superseded: !recovering && self.check_standing().is_err(),
            stale_after: self.settings.stale_after,
        }
    }

    /// Every member of the membership document.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn member_figures(&self) -> Result<Vec<MemberFigures>, FlowError> {
        let (now, budgets) = (self.now(), self.settings.budgets.clone());
        let stored = self
            .gateway
            .store(move |store| Stored::read(store, &budgets, now))
            .await?;
        let (document, memory) = (self.document(), self.index.load().memory());
        let members = document.document.members.iter().map(|member| MemberFigures {
            id: member.id.clone(),
            active: member.is_active(),
            memory: MemoryFigures::of(&member.id, memory.values()),
            contact: (member.id != self.id).then(|| {
                let disabled = self.disabled_with(&member.id).len();
                stored.contact(&member.id, disabled, now)
            }),
            hits_waiting: stored.hits(&member.id).map_or(0, |hits| hits.count),
            oldest_hit: stored
                .hits(&member.id)
                .map_or(Duration::ZERO, |hits| now.since(hits.oldest)),
            budgets_left: stored.budgets_left(&member.id),
            credits_left: stored.credits_left(&member.id),
        });
        Ok(members.collect())
    }
}

impl MemoryFigures {
    fn of<'a>(publisher: &NodeId, lists: impl Iterator<Item = &'a ListMemory>) -> Self {
        let own = lists.filter(|memory| memory.list.publisher == *publisher);
        own.fold(Self::default(), |sum, memory| Self {
            base: sum.base + memory.base as u64,
            changes: sum.changes + memory.changes as u64,
        })
    }
}

impl Stored {
    fn read(store: &Store, budgets: &BTreeMap<Class, Budget>, now: Timestamp) -> Result<Self, StoreError> {
        let rate = |number: i16| {
            let budget = class(number).map(|class| {
                let configured = budgets.get(&class).copied();
                configured.unwrap_or_else(|| Budget::proposed(class))
            });
            BudgetRate {
                capacity: budget.map_or(0, |budget| budget.capacity),
                per_day: budget.map_or(0, |budget| budget.per_day),
            }
        };
        Ok(Self {
            rows: store.peers()?,
            hits: store.hits_waiting()?,
            budgets: store.budgets_left(rate, now)?,
            credits: store.credits(now)?,
        })
    }

    fn contact(&self, member: &NodeId, disabled_kinds: usize, now: Timestamp) -> Contact {
        let row = self.rows.iter().find(|row| row.node == *member);
        let last_sync = row.and_then(|row| row.last_sync);
        Contact {
            freshness: last_sync.map(|at| now.since(at)),
            lag: row.and_then(|row| row.lag_micros).map(Duration::from_micros),
            failing: row.is_some_and(|row| row.last_error.is_some()),
            quarantined: row.is_some_and(|row| row.quarantine.is_some()),
            disabled_kinds,
        }
    }

    fn hits(&self, member: &NodeId) -> Option<&HitsWaiting> {
        self.hits.iter().find(|hits| hits.publisher == *member)
    }

    fn budgets_left(&self, member: &NodeId) -> BTreeMap<Class, u64> {
        let own = self.budgets.iter().filter(|budget| budget.member == *member);
        own.filter_map(|budget| Some((class(budget.class)?, budget.left)))
            .collect()
    }

    fn credits_left(&self, member: &NodeId) -> BTreeMap<Class, u64> {
        let own = self.credits.iter().filter(|credit| credit.member == *member);
        own.filter_map(|credit| Some((class(credit.class)?, credit.credit.left)))
            .collect()
    }
}

fn class(number: i16) -> Option<Class> {
    u8::try_from(number).ok().and_then(Class::from_number)
}
