use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use uuid::Uuid;

use crate::batch::{BATCH, insert_rows};
use crate::columns::{Byte, Bytes16, Half, Id, limit};
use crate::database::{Link, query};
use crate::schema::own_links;
use crate::{Store, StoreError};

/// What one of an entry's identifiers can be found by: a hash under a key that only this node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewLink {
    pub key: [u8; 16],
    /// Place of the identifier in the entry, from 0.
    pub identifier_index: u16,
    pub kind: u16,
    /// Level of the canonical form behind `key`; 0 for a part of a name.
    pub level: u8,
    pub role: i16,
}

/// A [`NewLink`] and the entry it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = own_links, treat_none_as_default_value = false)]
pub struct OwnLinkRow {
    #[diesel(serialize_as = Bytes16, deserialize_as = Bytes16)]
    pub key: [u8; 16],
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub entry_id: Uuid,
    #[diesel(serialize_as = Half, deserialize_as = Half)]
    pub identifier_index: u16,
    #[diesel(serialize_as = Half, deserialize_as = Half)]
    pub kind: u16,
    #[diesel(serialize_as = Byte, deserialize_as = Byte)]
    pub level: u8,
    pub role: i16,
}

impl Store {
    /// The links under these keys, at most `most` of each key, so that a value on thousands of entries costs no more
    /// than any other.
    ///
    /// # Errors
    /// Those of any read.
    pub fn own_links(&self, keys: &[[u8; 16]], most: usize) -> Result<Vec<OwnLinkRow>, StoreError> {
        self.db.read_together(|link| under(link, keys, most))
    }

    /// The links under these keys that lead to these entries.
    ///
    /// # Errors
    /// Those of any read.
    pub fn own_links_between(
        &self,
        keys: &[[u8; 16]],
        entries: &BTreeSet<Uuid>,
    ) -> Result<Vec<OwnLinkRow>, StoreError> {
        let entries: Vec<_> = entries.iter().map(|entry| &entry.as_bytes()[..]).collect();
        self.db.read_together(|link| {
            let mut found = Vec::new();
            for (key, chunk) in keys
                .iter()
                .flat_map(|key| entries.chunks(BATCH).map(move |chunk| (key, chunk)))
            {
                let rows: Vec<OwnLinkRow> = query!(link, |conn| own_links::table
                    .filter(own_links::key.eq(key.as_slice()))
                    .filter(own_links::entry_id.eq_any(chunk))
                    .select(OwnLinkRow::as_select())
                    .load(conn))?;
                found.extend(rows);
            }
            Ok(found)
        })
    }

    /// Replaces the links of these entries. For rules or a data key that have changed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one belongs to no entry; nothing is written then.
    pub fn replace_own_links(&self, entries: &BTreeMap<Uuid, Vec<NewLink>>) -> Result<(), StoreError> {
        self.db.write(|link| {
            for entry in entries.keys() {
                unlink(link, *entry)?;
            }
            let rows = entries.iter().flat_map(|(entry, links)| rows_of(*entry, links));
            insert(link, rows.collect())
        })
    }
}

/// The links under these keys, at most `most` of each.
pub(crate) fn under(
    link: &mut Link<'_>,
    keys: &[[u8; 16]],
    most: usize,
) -> Result<Vec<OwnLinkRow>, StoreError> {
    let keys: BTreeSet<_> = keys.iter().collect();
    let mut found = Vec::new();
    for key in keys {
        let rows = own_links::table
            .filter(own_links::key.eq(key.as_slice()))
            .order((own_links::entry_id, own_links::identifier_index));
        link.admit()?;
        match link {
            // A bound limit makes SQLite prepare the statement again for each call.
            Link::Sqlite(conn, _) => {
                let rows = rows.select(OwnLinkRow::as_select());
                for row in rows.load_iter::<OwnLinkRow, _>(*conn)?.take(most) {
                    found.push(row?);
                }
            }
            Link::Postgres(conn, _) => {
                let rows = rows.select(OwnLinkRow::as_select()).limit(limit(most));
                found.extend(rows.load::<OwnLinkRow>(*conn)?);
            }
        }
    }
    Ok(found)
}

pub(crate) fn rows_of(entry_id: Uuid, links: &[NewLink]) -> Vec<OwnLinkRow> {
    let distinct: BTreeMap<_, _> = links
        .iter()
        .map(|new| ((new.key, new.identifier_index), new))
        .collect();
    let row = |new: &NewLink| OwnLinkRow {
        key: new.key,
        entry_id,
        identifier_index: new.identifier_index,
        kind: new.kind,
        level: new.level,
        role: new.role,
    };
    distinct.into_values().map(row).collect()
}

pub(crate) fn insert(link: &mut Link<'_>, rows: Vec<OwnLinkRow>) -> Result<(), StoreError> {
    insert_rows!(link, own_links::table, rows);
    Ok(())
}

/// Forgets what leads to an entry.
pub(crate) fn unlink(link: &mut Link<'_>, entry_id: Uuid) -> Result<(), StoreError> {
    query!(link, |conn| diesel::delete(
        own_links::table.filter(own_links::entry_id.eq(entry_id.as_bytes().as_slice()))
    )
    .execute(conn))?;
    Ok(())
}

const _: () = assert!(BATCH * 6 < 32_766, "SQLite binds no more values");
