//! Alerts that end by themselves: because of the entry, of time, or of the roster.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};
use uuid::Uuid;

use crate::alert_events::{AlertChange, tell};
use crate::alerts::{AlertState, matches, replace_matches};
use crate::columns::{count, limit, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{alerts, cleared_hits};
use crate::{AlertMatch, AlertRow, Store, StoreError};

/// Time ended an alert: its finding was over.
const EXPIRED: &str = "expired";
/// The same: a deadline had run out.
const RELEASED: &str = "released";

/// Whether what is left of an alert's matches could open it.
pub type StillTells = fn(&AlertRow, &[AlertMatch]) -> bool;

/// What was heard of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    pub entry_id: Uuid,
    /// Sequence in the publisher's status feed.
    pub seq: u64,
    pub state: i16,
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    /// When time itself ends the entry by this deadline.
    pub lapses_at: Option<Timestamp>,
    /// Why alerts end, when the entry has ended.
    pub ended_by: Option<String>,
}

impl Store {
    /// Writes down what was heard of `publisher`'s entries in the open alerts about them; those of ended entries
    /// close. Returns the subjects to look at again: their cleared hits are about something older than that, their alert
    /// has ended and another entry may be about them, or time had ended it although the entry lives on.
    ///
    /// # Errors
    /// Those of any write.
    pub fn entries_heard(
        &self,
        publisher: &NodeId,
        changes: &[EntryChange],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            let mut outdated = BTreeSet::new();
            for change in changes {
                for alert in open_about(link, publisher, change.entry_id)? {
                    hear(link, &alert, change, now)?;
                    if change.ended_by.is_some() {
                        outdated.insert(alert.client_reference);
                    }
                }
                if change.ended_by.is_none() {
                    outdated.extend(cleared_before(link, publisher, change)?);
                    outdated.extend(lapsed_before(link, publisher, change)?);
                }
            }
            Ok(outdated.into_iter().collect())
        })
    }

    /// Up to `rows` open alerts whose entries time itself may have ended.
    ///
    /// # Errors
    /// Those of any read.
    pub fn alerts_ending(&self, now: Timestamp, rows: usize) -> Result<Vec<AlertRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| alerts::table
                .filter(alerts::state.eq(AlertState::Open as i16))
                .filter(alerts::ends_at.le(micros(now)))
                .order(alerts::ends_at)
                .limit(limit(rows))
                .select(AlertRow::as_select())
                .load(conn))?)
        })
    }

    /// Closes an alert that is open. Returns whether it was.
    ///
    /// # Errors
    /// Those of any write.
    pub fn close_alert(&self, id: Uuid, ended_by: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            close(link, id, ended_by, now)
        })
    }
}

/// Ends the open alerts of a subject that leaves the roster.
pub(crate) fn end_alerts_of(link: &mut Link<'_>, reference: &str, now: Timestamp) -> Result<(), StoreError> {
    for alert in open_of(link, reference)? {
        close(link, alert.id, "subject_removed", now)?;
    }
    Ok(())
}

/// Ends those open alerts of a subject that what it has kept of its forms couldn't open; the others show what it has kept,
/// where it stands now.
pub(crate) fn change_alerts_of(
    link: &mut Link<'_>,
    reference: &str,
    kept: &BTreeMap<[u8; 32], u16>,
    still_tells: StillTells,
    now: Timestamp,
) -> Result<(), StoreError> {
    for alert in open_of(link, reference)? {
        let shown = matches(link, alert.id)?;
        let at_its_place = |found: &AlertMatch| {
            let identifier_index = *kept.get(&found.form)?;
            Some(AlertMatch {
                identifier_index,
                ..found.clone()
            })
        };
        let left: Vec<_> = shown.iter().filter_map(at_its_place).collect();
        // One that has lost nothing stays: matches don't say in which roles the entry has what they are about.
        if left.len() < shown.len() && !still_tells(&alert, &left) {
            close(link, alert.id, "subject_changed", now)?;
        } else if left != shown {
            replace_matches(link, alert.id, &left)?;
        }
    }
    Ok(())
}

fn open_of(link: &mut Link<'_>, reference: &str) -> Result<Vec<AlertRow>, StoreError> {
    Ok(query!(link, |conn| alerts::table
        .filter(alerts::client_reference.eq(reference))
        .filter(alerts::state.eq(AlertState::Open as i16))
        .order(alerts::opened_seq)
        .select(AlertRow::as_select())
        .load(conn))?)
}

fn open_about(link: &mut Link<'_>, publisher: &NodeId, entry: Uuid) -> Result<Vec<AlertRow>, StoreError> {
    Ok(query!(link, |conn| alerts::table
        .filter(alerts::publisher.eq(publisher.as_str()))
        .filter(alerts::entry_id.eq(entry.as_bytes().as_slice()))
        .filter(alerts::state.eq(AlertState::Open as i16))
        .order(alerts::opened_seq)
        .select(AlertRow::as_select())
        .load(conn))?)
}

fn hear(
    link: &mut Link<'_>,
    alert: &AlertRow,
    change: &EntryChange,
    now: Timestamp,
) -> Result<(), StoreError> {
    if change.seq <= alert.record_seq && change.ended_by.is_none() {
        return Ok(());
    }
    let ends_at = change
        .lapses_at
        .map_or(alert.expires_at, |lapse| lapse.min(alert.expires_at));
    query!(link, |conn| diesel::update(
        alerts::table.find(alert.id.as_bytes().as_slice())
    )
    .set((
        alerts::record_seq.eq(count(change.seq)),
        alerts::entry_state.eq(change.state),
        alerts::deadline.eq(change.deadline.map(micros)),
        alerts::rule.eq(change.rule),
        alerts::ends_at.eq(micros(ends_at)),
    ))
    .execute(conn))?;
    match &change.ended_by {
        Some(ended_by) => close(link, alert.id, ended_by, now).map(drop),
        None => tell(link, alert.id, AlertChange::Changed, now).map(drop),
    }
}

fn cleared_before(
    link: &mut Link<'_>,
    publisher: &NodeId,
    change: &EntryChange,
) -> Result<Vec<String>, StoreError> {
    Ok(query!(link, |conn| cleared_hits::table
        .filter(cleared_hits::publisher.eq(publisher.as_str()))
        .filter(cleared_hits::entry_id.eq(change.entry_id.as_bytes().as_slice()))
        .filter(cleared_hits::record_seq.lt(count(change.seq)))
        .select(cleared_hits::client_reference)
        .distinct()
        .load(conn))?)
}

/// Whose alert ended by time before that was heard.
fn lapsed_before(
    link: &mut Link<'_>,
    publisher: &NodeId,
    change: &EntryChange,
) -> Result<Vec<String>, StoreError> {
    Ok(query!(link, |conn| alerts::table
        .filter(alerts::publisher.eq(publisher.as_str()))
        .filter(alerts::entry_id.eq(change.entry_id.as_bytes().as_slice()))
        .filter(alerts::state.eq(AlertState::Closed as i16))
        .filter(alerts::ended_by.eq_any([EXPIRED, RELEASED]))
        .filter(alerts::record_seq.lt(count(change.seq)))
        .select(alerts::client_reference)
        .distinct()
        .load(conn))?)
}

fn close(link: &mut Link<'_>, id: Uuid, ended_by: &str, now: Timestamp) -> Result<bool, StoreError> {
    let open = alerts::table
        .filter(alerts::id.eq(id.as_bytes().as_slice()))
        .filter(alerts::state.eq(AlertState::Open as i16));
    let closed = query!(link, |conn| diesel::update(open)
        .set((
            alerts::state.eq(AlertState::Closed as i16),
            alerts::ended_at.eq(micros(now)),
            alerts::ended_by.eq(ended_by),
        ))
        .execute(conn))?;
    if closed > 0 {
        tell(link, id, AlertChange::Closed, now)?;
    }
    Ok(closed > 0)
}
