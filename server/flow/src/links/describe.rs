use std::collections::{BTreeSet, HashMap};

use lianfang_encoding::Timestamp;
use lianfang_identifier::{Kind, Level};
use lianfang_store::EntryRow;
use lianfang_wire::vocabulary::{BasisType, Category, Role, StateName};
use uuid::Uuid;

use crate::{FlowError, Node};

/// A living entry, as far as a link tells of it.
pub(super) struct Described {
    pub(super) row: EntryRow,
    pub(super) state: StateName,
    pub(super) category: Option<Category>,
    pub(super) basis: BasisType,
}

/// Where in an entry an identifier stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) index: u16,
    pub(super) kind: Kind,
    pub(super) level: Level,
    pub(super) role: Role,
}

/// What links lead to.
#[derive(Default)]
pub(super) struct Linked {
    /// Entries that haven't ended, by their state and by the clock.
    pub(super) living: HashMap<Uuid, Described>,
    /// An entry has ended since the links were read, for an ended one has none: another may have taken its place.
    pub(super) is_stale: bool,
}

impl Node {
    /// The entries that links lead to which were read before.
    pub(super) async fn linked(&self, ids: impl Iterator<Item = Uuid>) -> Result<Linked, FlowError> {
        let ids: Vec<Uuid> = BTreeSet::from_iter(ids).into_iter().collect();
        let mut linked = Linked::default();
        if ids.is_empty() {
            return Ok(linked);
        }
        let rows = self.gateway.store(move |store| store.entries(&ids)).await?;
        let ends_by = self.ending_time().await?;
        for row in rows {
            linked.is_stale |= crate::entries::state_of(&row)?.name().is_terminal();
            if let Some(described) = describe(row, ends_by)? {
                linked.living.insert(described.row.id, described);
            }
        }
        Ok(linked)
    }
}

fn describe(row: EntryRow, ends_by: Timestamp) -> Result<Option<Described>, FlowError> {
    let state = crate::entries::state_of(&row)?.effective(ends_by, row.expires_at.unwrap_or(Timestamp::MAX));
    if state.is_terminal() {
        return Ok(None);
    }
    let number = |raw: i16| u8::try_from(raw).ok();
    Ok(Some(Described {
        state,
        category: row.category.and_then(number).and_then(Category::from_number),
        basis: number(row.basis)
            .and_then(BasisType::from_number)
            .ok_or(FlowError::Internal("an entry's basis isn't known"))?,
        row,
    }))
}
