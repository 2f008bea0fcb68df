//! With which head an entry came to one of this node's lists and left it, so that what a reader has taken over can be held
//! against that and not against whatever the list became since.

use std::collections::BTreeSet;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;
use uuid::Uuid;

use crate::batch::insert_rows;
use crate::columns::{Count, Word, count};
use crate::database::{Link, query};
use crate::list_records::of_list;
use crate::schema::{list_departures, list_records};
use crate::{HeadRow, ListKey, Store, StoreError};

/// A version of a list; a later one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable)]
#[diesel(table_name = list_departures)]
pub struct ListVersion {
    #[diesel(deserialize_as = Word)]
    pub incarnation: u32,
    #[diesel(deserialize_as = Count)]
    pub sequence: u64,
}

impl From<&HeadRow> for ListVersion {
    fn from(head: &HeadRow) -> Self {
        Self {
            incarnation: head.incarnation,
            sequence: head.sequence,
        }
    }
}

/// What one entry did to one list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryInList {
    /// Sequence with which the newest of its records came; `None` when it has none, 0 when that wasn't noted.
    pub came: Option<u64>,
    /// The last version that it lost records with and gained none.
    pub left: Option<ListVersion>,
}

impl Store {
    /// When `entry` came to one of this node's lists and left it.
    ///
    /// # Errors
    /// Those of any read.
    pub fn entry_in_list(&self, list: &ListKey, entry: Uuid) -> Result<EntryInList, StoreError> {
        self.db.read_together(|link| {
            let came: Option<i64> = query!(link, |conn| of_list(list)
                .filter(list_records::entry_id.eq(entry.as_bytes().as_slice()))
                .select(max(list_records::since))
                .first(conn))?;
            let key = (
                entry.as_bytes().as_slice(),
                list.audience.as_str(),
                list.subject_type,
                i64::from(list.epoch),
            );
            let left = query!(link, |conn| list_departures::table
                .find(key)
                .select(ListVersion::as_select())
                .first(conn)
                .optional())?;
            Ok(EntryInList {
                came: came.map(i64::unsigned_abs),
                left,
            })
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = list_departures)]
struct Row {
    audience: String,
    subject_type: i16,
    epoch: i64,
    entry_id: Vec<u8>,
    incarnation: i64,
    sequence: i64,
}

/// Notes that `entries` left a list.
pub(crate) fn depart(
    link: &mut Link<'_>,
    list: &ListKey,
    entries: BTreeSet<Uuid>,
    with: ListVersion,
) -> Result<(), StoreError> {
    let rows = entries.into_iter().map(|entry| Row {
        audience: list.audience.to_string(),
        subject_type: list.subject_type,
        epoch: i64::from(list.epoch),
        entry_id: entry.as_bytes().to_vec(),
        incarnation: i64::from(with.incarnation),
        sequence: count(with.sequence),
    });
    insert_rows!(link, list_departures::table, rows, |insert| insert
        .on_conflict((
            list_departures::entry_id,
            list_departures::audience,
            list_departures::subject_type,
            list_departures::epoch,
        ))
        .do_update()
        .set((
            list_departures::incarnation.eq(excluded(list_departures::incarnation)),
            list_departures::sequence.eq(excluded(list_departures::sequence)),
        )));
    Ok(())
}

/// Notes that every entry left that has records between two keys, both inclusive: in one statement, however many there
/// are.
pub(crate) fn depart_between(
    link: &mut Link<'_>,
    list: &ListKey,
    (from, to): &([u8; 32], [u8; 32]),
    with: ListVersion,
) -> Result<(), StoreError> {
    let (incarnation, sequence) = (i64::from(with.incarnation), count(with.sequence));
    let columns = (
        list_departures::audience,
        list_departures::subject_type,
        list_departures::epoch,
        list_departures::entry_id,
        list_departures::incarnation,
        list_departures::sequence,
    );
    query!(link, |conn| diesel::insert_into(list_departures::table)
        .values(
            of_list(list)
                .filter(list_records::confirm_key.ge(from))
                .filter(list_records::confirm_key.le(to))
                .select((
                    list_records::audience,
                    list_records::subject_type,
                    list_records::epoch,
                    list_records::entry_id,
                    incarnation.into_sql::<BigInt>(),
                    sequence.into_sql::<BigInt>(),
                ))
                .distinct()
        )
        .into_columns(columns)
        .on_conflict((
            list_departures::entry_id,
            list_departures::audience,
            list_departures::subject_type,
            list_departures::epoch,
        ))
        .do_update()
        .set((
            list_departures::incarnation.eq(excluded(list_departures::incarnation)),
            list_departures::sequence.eq(excluded(list_departures::sequence)),
        ))
        .execute(conn))?;
    Ok(())
}
