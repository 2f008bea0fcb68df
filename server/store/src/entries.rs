use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::batch::BATCH;
use crate::columns::{At, AudienceName, Bytes32, Count, Id, MaybeAt, MaybeCount, count, limit, micros};
use crate::database::{Link, query};
use crate::schema::entries;
use crate::{Store, StoreError};

diesel::alias!(entries as overdue: OverdueEntries);

/// An entry as it stands after its last event.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = entries, treat_none_as_default_value = false)]
pub struct EntryRow {
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub id: Uuid,
    /// The publisher's own name for the case, unique in this node.
    pub client_reference: Option<String>,
    /// Tells a repeated request from another one under the same `client_reference`.
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub request_hash: [u8; 32],
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: i16,
    pub natural_person: bool,
    pub state: i16,
    /// JSON of what the state carries.
    pub state_data: String,
    /// 1 when created, one more with each event; the ETag.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub revision: u64,
    /// Why this entry is not shared; an entry with a reason has no place in any audience's feed.
    pub local_reason: Option<String>,
    pub grade: i16,
    pub category: Option<i16>,
    pub basis: i16,
    pub jurisdiction: String,
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub decided_at: Option<Timestamp>,
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub expires_at: Option<Timestamp>,
    /// When time itself next changes the entry: the earlier of its last event's deadline and its expiry; `None`
    /// once it has ended.
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub due_at: Option<Timestamp>,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub created_at: Timestamp,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub updated_at: Timestamp,
    /// Sequence of the entry's first event; pages of entries are in this order.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub created_seq: u64,
    /// Sequence of the entry's last event.
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub last_seq: u64,
    /// Sequence in its audience of the last event that was shared.
    #[diesel(serialize_as = MaybeCount, deserialize_as = MaybeCount)]
    pub audience_seq: Option<u64>,
    /// The entry as submitted, sealed ([`crate::DataKey`], table `entries`).
    pub body_sealed: Vec<u8>,
}

/// Which entries a page holds; `None` means any.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub state: Option<InState>,
    pub audience: Option<Audience>,
}

/// Entries that are in a state at some time, whether or not what time has done to them is written down.
#[derive(Debug, Clone)]
pub struct InState {
    /// Those of which this was written down and that time hasn't changed since.
    pub state: i16,
    /// When they are looked at.
    pub at: Timestamp,
    /// Those that time has changed.
    pub overdue: Overdue,
}

/// Which entries whose `due_at` has come a page holds. What they are now is known from what their states carry.
#[derive(Debug, Clone)]
pub enum Overdue {
    None,
    /// Those of which one of these states was written down.
    Of(Vec<i16>),
    All,
}

/// Which entries one statement looks for.
enum Part<'a> {
    All,
    Written(&'a InState),
    /// Those that are overdue at this time, of these states if any are named.
    Overdue(Timestamp, Option<&'a [i16]>),
}

impl Store {
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn entry(&self, id: Uuid) -> Result<EntryRow, StoreError> {
        self.db.read(|link| select_entry(link, id))
    }

    /// Those of these entries that exist, in order of id.
    ///
    /// # Errors
    /// Those of any read.
    pub fn entries(&self, ids: &[Uuid]) -> Result<Vec<EntryRow>, StoreError> {
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        self.db.read(|link| {
            let mut found = Vec::with_capacity(ids.len());
            for chunk in ids.chunks(BATCH) {
                found.extend(query!(link, |conn| entries::table
                    .filter(entries::id.eq_any(chunk))
                    .select(EntryRow::as_select())
                    .load(conn))?);
            }
            found.sort_unstable_by_key(|row: &EntryRow| row.id);
            Ok(found)
        })
    }

    /// The entry with this `client_reference`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn entry_by_reference(&self, client_reference: &str) -> Result<EntryRow, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| entries::table
                .filter(entries::client_reference.eq(client_reference))
                .select(EntryRow::as_select())
                .first(conn))?)
        })
    }

    /// Up to `rows` entries in order of creation, after the one whose `created_seq` is `cursor` (0: from the first).
    ///
    /// # Errors
    /// Those of any read.
    pub fn entries_page(
        &self,
        filter: &EntryFilter,
        cursor: u64,
        rows: usize,
    ) -> Result<Vec<EntryRow>, StoreError> {
        self.db.read(|link| {
            let mut part = |part| select_part(link, filter, &part, cursor, rows);
            let Some(within) = &filter.state else {
                return part(Part::All);
            };
            // Those that are overdue first: what is written down of them meanwhile is found twice, and not missed.
            let mut found = match &within.overdue {
                Overdue::None => Vec::new(),
                Overdue::Of(states) => part(Part::Overdue(within.at, Some(states)))?,
                Overdue::All => part(Part::Overdue(within.at, None))?,
            };
            found.extend(part(Part::Written(within))?);
            let in_order: BTreeMap<_, _> = found.into_iter().map(|row| (row.created_seq, row)).collect();
            Ok(in_order.into_values().take(rows).collect())
        })
    }

    /// Up to `rows` shared entries of an audience and subject type in one of `states`, in order of id, after
    /// `after` (`None`: from the first). What the digest builder reads.
    ///
    /// # Errors
    /// Those of any read.
    pub fn entries_active_for(
        &self,
        audience: &Audience,
        subject_type: i16,
        states: &[i16],
        after: Option<Uuid>,
        rows: usize,
    ) -> Result<Vec<EntryRow>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        self.db.read(|link| {
            Ok(query!(link, |conn| entries::table
                .filter(entries::audience.eq(audience.as_str()))
                .filter(entries::subject_type.eq(subject_type))
                .filter(entries::id.gt(&after))
                .filter(entries::state.eq_any(states))
                .filter(entries::local_reason.is_null())
                .order(entries::id)
                .limit(limit(rows))
                .select(EntryRow::as_select())
                .load(conn))?)
        })
    }

    /// How many entries of an audience and subject type in one of `states` aren't shared, by the code of why.
    ///
    /// # Errors
    /// Those of any read.
    pub fn count_local(
        &self,
        audience: &Audience,
        subject_type: i16,
        states: &[i16],
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows: Vec<(Option<String>, i64)> = self.db.read(|link| {
            Ok(query!(link, |conn| entries::table
                .filter(entries::audience.eq(audience.as_str()))
                .filter(entries::subject_type.eq(subject_type))
                .filter(entries::state.eq_any(states))
                .filter(entries::local_reason.is_not_null())
                .group_by(entries::local_reason)
                .select((entries::local_reason, count_star()))
                .load(conn))?)
        })?;
        let counted = rows
            .into_iter()
            .filter_map(|(reason, rows)| Some((reason?, rows.unsigned_abs())));
        Ok(counted.collect())
    }

    /// Up to `rows` entries whose `due_at` has come, the longest overdue first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn entries_due(&self, now: Timestamp, rows: usize) -> Result<Vec<EntryRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| entries::table
                .filter(entries::due_at.le(micros(now)))
                .order(entries::due_at)
                .limit(limit(rows))
                .select(EntryRow::as_select())
                .load(conn))?)
        })
    }
}

fn select_part(
    link: &mut Link<'_>,
    filter: &EntryFilter,
    part: &Part<'_>,
    cursor: u64,
    rows: usize,
) -> Result<Vec<EntryRow>, StoreError> {
    Ok(query!(link, |conn| {
        let mut page = entries::table
            .filter(entries::created_seq.gt(count(cursor)))
            .order(entries::created_seq)
            .limit(limit(rows))
            .select(EntryRow::as_select())
            .into_boxed();
        if let Some(audience) = &filter.audience {
            page = page.filter(entries::audience.eq(audience.as_str()));
        }
        match part {
            Part::All => page,
            Part::Written(within) => page.filter(entries::state.eq(within.state)).filter(
                entries::due_at
                    .is_null()
                    .or(entries::due_at.gt(micros(within.at))),
            ),
            Part::Overdue(at, states) => {
                // By their own index, of which they are a small part: by creation or state it were every entry there is.
                let come = overdue.field(entries::due_at).le(micros(*at));
                let places = overdue.filter(come).select(overdue.field(entries::created_seq));
                page = page.filter(entries::created_seq.eq_any(places));
                match states {
                    Some(states) => page.filter(entries::state.eq_any(*states)),
                    None => page,
                }
            }
        }
        .load(conn)
    })?)
}

pub(crate) fn select_entry(link: &mut Link<'_>, id: Uuid) -> Result<EntryRow, StoreError> {
    Ok(query!(link, |conn| entries::table
        .find(id.as_bytes().as_slice())
        .select(EntryRow::as_select())
        .first(conn))?)
}
