use diesel::dsl::max;
use diesel::prelude::*;
use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::columns::{At, Count, Id, count, limit, micros};
use crate::database::{Link, query};
use crate::node_meta::{read, set};
use crate::schema::alert_events;
use crate::{Store, StoreError};

/// No sequence up to this one is given out.
const FLOOR: &str = "alert_events_floor";
/// More changes than any node told between its backup and its end, and few enough to leave room for a million restores
/// among the integers that JSON is sure of.
const LEAP: u64 = 1_000_000_000;

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertChange {
    Opened = 1,
    /// Its entry is in another state that hasn't ended it.
    Changed = 2,
    /// A person decided.
    Resolved = 3,
    /// The entry, or the subject's place in the roster, ended.
    Closed = 4,
}

impl AlertChange {
    /// Every change.
    pub const ALL: [Self; 4] = [Self::Opened, Self::Changed, Self::Resolved, Self::Closed];

    /// The change with this number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|change| *change as i16 == number)
    }
}

/// One change of an alert. `seq` is commit order: who has seen one has missed none before it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = alert_events)]
pub struct AlertEvent {
    #[diesel(deserialize_as = Count)]
    pub seq: u64,
    #[diesel(deserialize_as = Id)]
    pub alert_id: Uuid,
    /// An [`AlertChange`].
    pub change: i16,
    #[diesel(deserialize_as = At)]
    pub at: Timestamp,
}

impl Store {
    /// Up to `rows` changes of alerts after `seq`, oldest first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn alert_events_after(&self, seq: u64, rows: usize) -> Result<Vec<AlertEvent>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| alert_events::table
                .filter(alert_events::seq.gt(count(seq)))
                .order(alert_events::seq)
                .limit(limit(rows))
                .select(AlertEvent::as_select())
                .load(conn))?)
        })
    }

    /// Sequence of the newest change; 0 before the first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn last_alert_event(&self) -> Result<u64, StoreError> {
        self.db.read(last)
    }
}

/// Writes down a change; whoever calls it holds [`crate::locks::Lock::Alerts`]. Returns its sequence.
pub(crate) fn tell(
    link: &mut Link<'_>,
    alert: Uuid,
    change: AlertChange,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let seq = last(link)?.max(floor(link)?) + 1;
    query!(link, |conn| diesel::insert_into(alert_events::table)
        .values((
            alert_events::seq.eq(count(seq)),
            alert_events::alert_id.eq(alert.as_bytes().as_slice()),
            alert_events::change.eq(change as i16),
            alert_events::at.eq(micros(at)),
        ))
        .execute(conn))?;
    Ok(seq)
}

/// Sequence of the newest change; 0 before the first.
pub(crate) fn last(link: &mut Link<'_>) -> Result<u64, StoreError> {
    let newest: Option<i64> = query!(link, |conn| alert_events::table
        .select(max(alert_events::seq))
        .first(conn))?;
    Ok(newest.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0))
}

/// Above whatever the node may have told after the backup that it was restored from: whoever has followed it then goes on
/// with what is new.
pub(crate) fn leap(link: &mut Link<'_>) -> Result<(), StoreError> {
    let above = last(link)?.max(floor(link)?) + LEAP;
    set(link, FLOOR, &above.to_string())
}

fn floor(link: &mut Link<'_>) -> Result<u64, StoreError> {
    let noted = read(link, FLOOR)?;
    noted.map_or(Ok(0), |noted| noted.parse().map_err(|_| StoreError::Corrupt))
}
