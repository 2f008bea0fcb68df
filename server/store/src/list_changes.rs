//! What a delta has to know about the list it changes, without reading the whole of it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use uuid::Uuid;

use crate::batch::BATCH;
use crate::columns::{Bytes32, Count, Id, count, limit};
use crate::database::{Link, query};
use crate::list_records::{bytes_of, of_list, prefix_range};
use crate::schema::list_records;
use crate::{ListKey, ListRecord, Store, StoreError};

impl Store {
    /// The records that `entries` have in one of this node's lists.
    ///
    /// # Errors
    /// Those of any read.
    pub fn records_of(&self, list: &ListKey, entries: &[Uuid]) -> Result<Vec<ListRecord>, StoreError> {
        self.db.read_together(|link| {
            let mut found = Vec::new();
            match link {
                // It would rather read the whole list than look up so many entries.
                Link::Sqlite(conn, statements) => {
                    for entry in entries {
                        statements.admit()?;
                        let records = of_list(list)
                            .filter(list_records::entry_id.eq(entry.as_bytes().as_slice()))
                            .select(ListRecord::as_select());
                        found.extend(records.load::<ListRecord>(*conn)?);
                    }
                }
                Link::Postgres(conn, statements) => {
                    for ids in entries.chunks(BATCH).map(bytes_of) {
                        statements.admit()?;
                        let records = of_list(list)
                            .filter(list_records::entry_id.eq_any(&ids))
                            .select(ListRecord::as_select());
                        found.extend(records.load::<ListRecord>(*conn)?);
                    }
                }
            }
            Ok(found)
        })
    }

    /// How many records one of this node's lists has.
    ///
    /// # Errors
    /// Those of any read.
    pub fn count_records(&self, list: &ListKey) -> Result<u64, StoreError> {
        self.db.read(|link| {
            let rows: i64 = query!(link, |conn| of_list(list).count().get_result(conn))?;
            Ok(rows.unsigned_abs())
        })
    }

    /// Those of `keys` that entries other than `entries` have in the list.
    ///
    /// # Errors
    /// Those of any read.
    pub fn confirm_keys_of_others(
        &self,
        list: &ListKey,
        keys: &[[u8; 32]],
        entries: &BTreeSet<Uuid>,
    ) -> Result<BTreeSet<[u8; 32]>, StoreError> {
        self.db.read(|link| {
            let mut held = BTreeSet::new();
            for chunk in keys.chunks(BATCH) {
                let chunk: Vec<&[u8]> = chunk.iter().map(<[u8; 32]>::as_slice).collect();
                let rows: Vec<(Bytes32, Id)> = query!(link, |conn| of_list(list)
                    .filter(list_records::confirm_key.eq_any(&chunk))
                    .select((list_records::confirm_key, list_records::entry_id))
                    .load(conn))?;
                held.extend(of_others::<_, [u8; 32]>(rows, entries));
            }
            Ok(held)
        })
    }

    /// Those of `prefixes` under which entries other than `entries` have a token in the list.
    ///
    /// # Errors
    /// Those of any read.
    pub fn token_prefixes_of_others(
        &self,
        list: &ListKey,
        prefixes: &[u64],
        entries: &BTreeSet<Uuid>,
    ) -> Result<BTreeSet<u64>, StoreError> {
        self.db.read(|link| {
            let mut held = BTreeSet::new();
            for chunk in prefixes.chunks(BATCH) {
                let chunk: Vec<i64> = chunk.iter().map(|prefix| count(*prefix)).collect();
                let rows: Vec<(Count, Id)> = query!(link, |conn| of_list(list)
                    .filter(list_records::token_prefix.eq_any(&chunk))
                    .select((list_records::token_prefix, list_records::entry_id))
                    .load(conn))?;
                held.extend(of_others::<_, u64>(rows, entries));
            }
            Ok(held)
        })
    }

    /// How many records entries other than `entries` have under the first `bits` bits of `prefix`; counts to `most`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn records_of_others_under(
        &self,
        list: &ListKey,
        prefix: &[u8],
        bits: u8,
        entries: &BTreeSet<Uuid>,
        most: usize,
    ) -> Result<usize, StoreError> {
        let (from, to) = prefix_range(prefix, u16::from(bits));
        self.db.read(|link| {
            // Most changes are entries that the list doesn't know yet: then the first few rows are of others.
            let mut rows = most;
            loop {
                let found = entries_between(link, list, (&from, &to), rows)?;
                let is_all = found.len() < rows;
                let others = found.iter().filter(|entry| !entries.contains(*entry)).count();
                if others >= most || is_all {
                    return Ok(others.min(most));
                }
                rows = rows.saturating_mul(8);
            }
        })
    }
}

/// Whose records lie between two keys, both inclusive; the first `rows` of them.
fn entries_between(
    link: &mut Link<'_>,
    list: &ListKey,
    (from, to): (&[u8; 32], &[u8; 32]),
    rows: usize,
) -> Result<Vec<Uuid>, StoreError> {
    let between = of_list(list)
        .filter(list_records::confirm_key.ge(from))
        .filter(list_records::confirm_key.le(to))
        .order(list_records::confirm_key)
        .select(list_records::entry_id);
    link.admit()?;
    let found: Result<Vec<Id>, _> = match link {
        // A bound limit makes SQLite prepare the statement again for each call.
        Link::Sqlite(conn, _) => between.load_iter::<Id, _>(*conn)?.take(rows).collect(),
        Link::Postgres(conn, _) => between.limit(limit(rows)).load(*conn),
    };
    Ok(found?.into_iter().map(Uuid::from).collect())
}

fn of_others<C: Into<T>, T>(rows: Vec<(C, Id)>, entries: &BTreeSet<Uuid>) -> impl Iterator<Item = T> {
    rows.into_iter()
        .filter(|(_, entry)| !entries.contains(&Uuid::from(entry.clone())))
        .map(|(value, _)| value.into())
}
