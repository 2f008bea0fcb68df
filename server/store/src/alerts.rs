use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};
use uuid::Uuid;

use crate::alert_events::{AlertChange, tell};
use crate::batch::BATCH;
use crate::columns::{At, Byte, Bytes32, Count, Half, Id, MaybeAt, NodeName, count, limit};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{alert_matches, alerts, cleared_hits, monitored_tokens};
use crate::{Store, StoreError};

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertState {
    /// A person has to look.
    Open = 1,
    /// A person decided.
    Resolved = 2,
    /// Ended by itself.
    Closed = 3,
}

/// A confirmed finding about a monitored subject.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = alerts, treat_none_as_default_value = false)]
pub struct AlertRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// Sequence of the event that opened it; pages are in this order.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub opened_seq: u64,
    pub client_reference: String,
    #[diesel(serialize_as = NodeName, deserialize_as = NodeName)]
    pub publisher: NodeId,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub entry_id: Uuid,
    /// An [`AlertState`].
    pub state: i16,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub opened_at: Timestamp,
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub ended_at: Option<Timestamp>,
    /// Why it ended by itself, as a stable code.
    pub ended_by: Option<String>,
    /// Sequence in the publisher's status feed of what is known of the entry.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub record_seq: u64,
    /// State of the entry as last heard.
    pub entry_state: i16,
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    /// When the finding ends.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub expires_at: Timestamp,
    /// When time itself ends the entry: the earlier of `expires_at` and a deadline whose lapse releases it.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub ends_at: Timestamp,
    /// The publisher's confirmed record, JSON.
    pub record: String,
    /// What a person decided, JSON; once set it stays.
    pub decision: Option<String>,
    /// When the hit was found that it came of; its publisher may have been asked much later.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub found_at: Timestamp,
}

/// Which identifier of the subject the finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = alert_matches)]
pub struct AlertMatch {
    #[diesel(deserialize_as = Bytes32)]
    pub form: [u8; 32],
    #[diesel(deserialize_as = Half)]
    pub identifier_index: u16,
    #[diesel(deserialize_as = Half)]
    pub kind: u16,
    #[diesel(deserialize_as = Byte)]
    pub level: u8,
}

/// A confirmed finding that may become an alert.
#[derive(Debug, Clone)]
pub struct NewAlert {
    pub id: Uuid,
    pub client_reference: String,
    pub publisher: NodeId,
    pub entry_id: Uuid,
    pub record_seq: u64,
    pub entry_state: i16,
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    pub expires_at: Timestamp,
    pub ends_at: Timestamp,
    pub record: String,
    pub found: AlertMatch,
    /// When the hit was found that this came of.
    pub found_at: Timestamp,
    pub weight: Weight,
}

/// What a finding needs to open an alert; any adds to one that is open about its entry already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weight {
    /// Nothing more.
    Alone,
    /// One of these, which say something else about the same entry, as long as the subject has it.
    Beside(Vec<AlertMatch>),
}

/// What became of a confirmed finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    Opened(Uuid),
    /// It is open already; the match was added to it.
    Known(Uuid),
    /// A person has dealt with it and the record hasn't changed since.
    Cleared,
    /// It says too little alone, and nothing is open about its entry.
    Candidate,
    /// The subject is in the roster no more, or has another identifier now in place of the one that was found.
    Gone,
}

/// Which alerts a page holds; `None` means any.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    pub state: Option<AlertState>,
    pub client_reference: Option<String>,
}

impl Store {
    /// Opens an alert, unless it is open, cleared, or its subject gone.
    ///
    /// # Errors
    /// Those of any write.
    pub fn open_alert(&self, new: &NewAlert, now: Timestamp) -> Result<Opening, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            let Some(found) = still_its(link, new, &new.found)? else {
                return Ok(Opening::Gone);
            };
            if let Some(id) = open_about(link, new)? {
                add_match(link, id, &found)?;
                return Ok(Opening::Known(id));
            }
            if is_cleared(link, new)? {
                return Ok(Opening::Cleared);
            }
            let mut shown = vec![found];
            if let Weight::Beside(others) = &new.weight {
                for other in others {
                    shown.extend(still_its(link, new, other)?);
                }
                if shown.len() == 1 {
                    return Ok(Opening::Candidate);
                }
            }
            let seq = tell(link, new.id, AlertChange::Opened, now)?;
            query!(link, |conn| diesel::insert_into(alerts::table)
                .values(row(new, seq, now))
                .execute(conn))?;
            add_matches(link, new.id, &shown)?;
            Ok(Opening::Opened(new.id))
        })
    }

    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn alert(&self, id: Uuid) -> Result<(AlertRow, Vec<AlertMatch>), StoreError> {
        self.db.read(|link| {
            let row = select_alert(link, id)?;
            Ok((row, matches(link, id)?))
        })
    }

    /// Up to `rows` alerts in the order they were opened, after the one whose `opened_seq` is `cursor`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn alerts_page(
        &self,
        filter: &AlertFilter,
        cursor: u64,
        rows: usize,
    ) -> Result<Vec<(AlertRow, Vec<AlertMatch>)>, StoreError> {
        self.db.read(|link| {
            let page: Vec<AlertRow> = query!(link, |conn| {
                let mut page = alerts::table
                    .filter(alerts::opened_seq.gt(count(cursor)))
                    .order(alerts::opened_seq)
                    .limit(limit(rows))
                    .select(AlertRow::as_select())
                    .into_boxed();
                if let Some(state) = filter.state {
                    page = page.filter(alerts::state.eq(state as i16));
                }
                if let Some(reference) = &filter.client_reference {
                    page = page.filter(alerts::client_reference.eq(reference));
                }
                page.load(conn)
            })?;
            with_matches(link, page)
        })
    }

    /// Those of these alerts that exist.
    ///
    /// # Errors
    /// Those of any read.
    pub fn alerts_by_id(&self, ids: &[Uuid]) -> Result<Vec<(AlertRow, Vec<AlertMatch>)>, StoreError> {
        self.db.read(|link| {
            let mut found = Vec::with_capacity(ids.len());
            for chunk in ids.chunks(BATCH) {
                let wanted: Vec<&[u8]> = chunk.iter().map(|id| id.as_bytes().as_slice()).collect();
                let rows: Vec<AlertRow> = query!(link, |conn| alerts::table
                    .filter(alerts::id.eq_any(&wanted))
                    .select(AlertRow::as_select())
                    .load(conn))?;
                found.extend(with_matches(link, rows)?);
            }
            Ok(found)
        })
    }
}

pub(crate) fn select_alert(link: &mut Link<'_>, id: Uuid) -> Result<AlertRow, StoreError> {
    Ok(query!(link, |conn| alerts::table
        .find(id.as_bytes().as_slice())
        .select(AlertRow::as_select())
        .first(conn))?)
}

pub(crate) fn matches(link: &mut Link<'_>, id: Uuid) -> Result<Vec<AlertMatch>, StoreError> {
    Ok(query!(link, |conn| alert_matches::table
        .filter(alert_matches::alert_id.eq(id.as_bytes().as_slice()))
        .order((
            alert_matches::identifier_index,
            alert_matches::level,
            alert_matches::kind
        ))
        .select(AlertMatch::as_select())
        .load(conn))?)
}

fn with_matches(
    link: &mut Link<'_>,
    rows: Vec<AlertRow>,
) -> Result<Vec<(AlertRow, Vec<AlertMatch>)>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let found = matches(link, row.id)?;
            Ok((row, found))
        })
        .collect()
}

fn row(new: &NewAlert, opened_seq: u64, now: Timestamp) -> AlertRow {
    AlertRow {
        id: new.id,
        opened_seq,
        client_reference: new.client_reference.clone(),
        publisher: new.publisher.clone(),
        entry_id: new.entry_id,
        state: AlertState::Open as i16,
        opened_at: now,
        ended_at: None,
        ended_by: None,
        record_seq: new.record_seq,
        entry_state: new.entry_state,
        deadline: new.deadline,
        rule: new.rule,
        expires_at: new.expires_at,
        ends_at: new.ends_at,
        record: new.record.clone(),
        decision: None,
        // A clock that was ahead may have found it.
        found_at: new.found_at.min(now),
    }
}

/// What was found, where the subject has that identifier now, if it still does: it may have been corrected while its publisher
/// was asked.
fn still_its(
    link: &mut Link<'_>,
    new: &NewAlert,
    found: &AlertMatch,
) -> Result<Option<AlertMatch>, StoreError> {
    let place: Option<Half> = query!(link, |conn| monitored_tokens::table
        .filter(monitored_tokens::client_reference.eq(&new.client_reference))
        .filter(monitored_tokens::form.eq(found.form.as_slice()))
        .select(monitored_tokens::identifier_index)
        .first(conn)
        .optional())?;
    Ok(place.map(|place| AlertMatch {
        identifier_index: place.into(),
        ..found.clone()
    }))
}

fn open_about(link: &mut Link<'_>, new: &NewAlert) -> Result<Option<Uuid>, StoreError> {
    let found: Option<Id> = query!(link, |conn| alerts::table
        .filter(alerts::client_reference.eq(&new.client_reference))
        .filter(alerts::publisher.eq(new.publisher.as_str()))
        .filter(alerts::entry_id.eq(new.entry_id.as_bytes().as_slice()))
        .filter(alerts::state.eq(AlertState::Open as i16))
        .select(alerts::id)
        .first(conn)
        .optional())?;
    Ok(found.map(Uuid::from))
}

fn is_cleared(link: &mut Link<'_>, new: &NewAlert) -> Result<bool, StoreError> {
    let seen: Option<Count> = query!(link, |conn| cleared_hits::table
        .find((
            &new.client_reference,
            new.publisher.as_str(),
            new.entry_id.as_bytes().as_slice(),
            new.found.form.as_slice(),
        ))
        .select(cleared_hits::record_seq)
        .first(conn)
        .optional())?;
    Ok(seen.is_some_and(|seen| u64::from(seen) >= new.record_seq))
}

/// Has an alert show these instead of what it shows.
pub(crate) fn replace_matches(link: &mut Link<'_>, id: Uuid, found: &[AlertMatch]) -> Result<(), StoreError> {
    query!(link, |conn| diesel::delete(
        alert_matches::table.filter(alert_matches::alert_id.eq(id.as_bytes().as_slice()))
    )
    .execute(conn))?;
    add_matches(link, id, found)
}

fn add_matches(link: &mut Link<'_>, id: Uuid, found: &[AlertMatch]) -> Result<(), StoreError> {
    found.iter().try_for_each(|found| add_match(link, id, found))
}

fn add_match(link: &mut Link<'_>, id: Uuid, found: &AlertMatch) -> Result<(), StoreError> {
    query!(link, |conn| diesel::insert_into(alert_matches::table)
        .values((
            alert_matches::alert_id.eq(id.as_bytes().as_slice()),
            alert_matches::form.eq(found.form.as_slice()),
            alert_matches::identifier_index.eq(i32::from(found.identifier_index)),
            alert_matches::kind.eq(i32::from(found.kind)),
            alert_matches::level.eq(i16::from(found.level)),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}
