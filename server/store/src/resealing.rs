use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer};

use crate::columns::limit;
use crate::database::{Link, query};
use crate::schema::{entries, event_payloads, idempotency_keys, monitored_subjects, node_meta};
use crate::{AuditRow, Store, StoreError, audit, node_meta as notes};

diesel::define_sql_function! {
    fn substr(bytes: Binary, from: Integer, length: Integer) -> Binary;
}

/// A table with a sealed column whose rows stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedTable {
    Entries,
    EventPayloads,
    MonitoredSubjects,
}

impl SealedTable {
    pub const ALL: [Self; 3] = [Self::Entries, Self::EventPayloads, Self::MonitoredSubjects];

    /// The name that seals are bound to.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::EventPayloads => "event_payloads",
            Self::MonitoredSubjects => "monitored_subjects",
        }
    }
}

/// What one row holds sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// The id that the seal is bound to.
    pub id: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// A row whose content is sealed anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    pub row: SealedRow,
    pub anew: Vec<u8>,
}

/// How much is sealed under other keys than the one in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SealedOtherwise {
    /// Rows that stay.
    pub rows: u64,
    /// Answers under idempotency keys, which are forgotten within a day.
    pub answers: u64,
}

/// The rows of one table under another key, after `after`, in the order of their ids.
macro_rules! page {
    ($link:expr, $table:ident, $id:ident, $sealed:ident, $after:expr, $number:expr, $rows:expr) => {
        query!($link, |conn| {
            let mut page = $table::table
                .filter(substr($table::$sealed, 1, 1).ne($number))
                .order($table::$id)
                .limit($rows)
                .select(($table::$id, $table::$sealed))
                .into_boxed();
            if let Some(after) = $after {
                page = page.filter($table::$id.gt(after));
            }
            page.load(conn)
        })?
    };
}

macro_rules! replace {
    ($link:expr, $table:ident, $id:ident, $sealed:ident, $key:expr, $resealed:expr) => {
        query!($link, |conn| diesel::update(
            $table::table
                .filter($table::$id.eq($key))
                .filter($table::$sealed.eq(&$resealed.row.sealed))
        )
        .set($table::$sealed.eq(&$resealed.anew))
        .execute(conn))?
    };
}

impl Store {
    /// Up to `rows` rows that aren't sealed under the key `number`, after the row `after`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn sealed_otherwise(
        &self,
        table: SealedTable,
        number: u8,
        after: Option<&[u8]>,
        rows: usize,
    ) -> Result<Vec<SealedRow>, StoreError> {
        self.db.read(|link| page(link, table, number, after, rows))
    }

    /// Puts new seals in the place of old ones, in one transaction. A row that has changed or gone meanwhile stays as
    /// it is. Returns how many were replaced.
    ///
    /// # Errors
    /// Those of any write.
    pub fn reseal(&self, table: SealedTable, rows: &[Resealed]) -> Result<usize, StoreError> {
        self.db.write(|link| {
            let mut replaced = 0;
            for row in rows {
                replaced += replace(link, table, row)?;
            }
            Ok(replaced)
        })
    }

    /// How much the key `number` hasn't sealed. Reads every row.
    ///
    /// # Errors
    /// Those of any read.
    pub fn count_sealed_otherwise(&self, number: u8) -> Result<SealedOtherwise, StoreError> {
        let number = vec![number];
        self.db.read(|link| {
            let counts: [i64; 4] = [
                query!(link, |conn| entries::table
                    .filter(substr(entries::body_sealed, 1, 1).ne(&number))
                    .count()
                    .get_result(conn))?,
                query!(link, |conn| event_payloads::table
                    .filter(substr(event_payloads::payload_sealed, 1, 1).ne(&number))
                    .count()
                    .get_result(conn))?,
                query!(link, |conn| monitored_subjects::table
                    .filter(substr(monitored_subjects::body_sealed, 1, 1).ne(&number))
                    .count()
                    .get_result(conn))?,
                query!(link, |conn| idempotency_keys::table
                    .filter(substr(idempotency_keys::response.assume_not_null(), 1, 1).ne(&number))
                    .count()
                    .get_result(conn))?,
            ];
            let [entries, payloads, subjects, answers] =
                counts.map(|count| u64::try_from(count).unwrap_or_default());
            Ok(SealedOtherwise {
                rows: entries + payloads + subjects,
                answers,
            })
        })
    }

    /// Notes `value` under `key` together with the line of the audit log that tells of it.
    ///
    /// # Errors
    /// Those of any write.
    pub fn set_meta_audited(&self, key: &str, value: &str, line: AuditRow) -> Result<(), StoreError> {
        self.db.write(|link| {
            notes::set(link, key, value)?;
            audit::append(link, line)
        })
    }

    /// Puts `new` in the place of the note `old`; says whether it was still there.
    ///
    /// # Errors
    /// Those of any write.
    pub fn exchange_meta(&self, key: &str, old: &str, new: &str) -> Result<bool, StoreError> {
        self.db.write(|link| {
            let changed = query!(link, |conn| diesel::update(
                node_meta::table.find(key).filter(node_meta::value.eq(old))
            )
            .set(node_meta::value.eq(new))
            .execute(conn))?;
            Ok(changed == 1)
        })
    }
}

fn page(
    link: &mut Link<'_>,
    table: SealedTable,
    number: u8,
    after: Option<&[u8]>,
    rows: usize,
) -> Result<Vec<SealedRow>, StoreError> {
    let (number, rows) = (vec![number], limit(rows));
    let row = |(id, sealed)| SealedRow { id, sealed };
    Ok(match table {
        SealedTable::Entries => {
            let page: Vec<(Vec<u8>, Vec<u8>)> = page!(link, entries, id, body_sealed, after, &number, rows);
            page.into_iter().map(row).collect()
        }
        SealedTable::EventPayloads => {
            let after = after.map(seq).transpose()?;
            let page: Vec<(i64, Vec<u8>)> =
                page!(link, event_payloads, seq, payload_sealed, after, &number, rows);
            let bytes = |(seq, sealed): (i64, _)| row((seq.to_be_bytes().to_vec(), sealed));
            page.into_iter().map(bytes).collect()
        }
        SealedTable::MonitoredSubjects => {
            let after = after.map(reference).transpose()?;
            let page: Vec<(String, Vec<u8>)> = page!(
                link,
                monitored_subjects,
                client_reference,
                body_sealed,
                after,
                &number,
                rows
            );
            let bytes = |(name, sealed): (String, _)| row((name.into_bytes(), sealed));
            page.into_iter().map(bytes).collect()
        }
    })
}

fn replace(link: &mut Link<'_>, table: SealedTable, resealed: &Resealed) -> Result<usize, StoreError> {
    let id = resealed.row.id.as_slice();
    Ok(match table {
        SealedTable::Entries => replace!(link, entries, id, body_sealed, id, resealed),
        SealedTable::EventPayloads => {
            replace!(link, event_payloads, seq, payload_sealed, seq(id)?, resealed)
        }
        SealedTable::MonitoredSubjects => {
            let name = reference(id)?;
            replace!(
                link,
                monitored_subjects,
                client_reference,
                body_sealed,
                name,
                resealed
            )
        }
    })
}

fn seq(id: &[u8]) -> Result<i64, StoreError> {
    id.try_into()
        .map(i64::from_be_bytes)
        .map_err(|_| StoreError::Corrupt)
}

fn reference(id: &[u8]) -> Result<&str, StoreError> {
    std::str::from_utf8(id).map_err(|_| StoreError::Corrupt)
}
