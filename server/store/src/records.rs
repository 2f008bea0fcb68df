use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use diesel::upsert::excluded;
use lianfang_encoding::{Audience, NodeId, Timestamp};
use uuid::Uuid;

use crate::batch::{BATCH, insert_rows};
use crate::columns::{At, AudienceName, Bytes32, Id, NodeName, Word, micros};
use crate::database::{Link, query};
use crate::schema::confirmed_records;
use crate::{ListKey, Store, StoreError};

/// A record that a publisher has confirmed, cached.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = confirmed_records, treat_none_as_default_value = false)]
pub struct RecordRow {
    #[diesel(serialize_as = NodeName, deserialize_as = NodeName)]
    pub publisher: NodeId,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub confirm_key: [u8; 32],
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: i16,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub epoch: u32,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub entry_id: Uuid,
    /// The signed record, as received.
    pub jws: String,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub valid_until: Timestamp,
    /// When it was asked for: what its publisher committed before is in the answer.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub received_at: Timestamp,
}

/// What a publisher answered about one token of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedAnswer {
    pub list: ListKey,
    pub confirm_key: [u8; 32],
    /// All of them of this list and key.
    pub records: Vec<RecordRow>,
}

impl RecordRow {
    /// The list that it is in.
    pub fn list(&self) -> ListKey {
        ListKey {
            publisher: self.publisher.clone(),
            audience: self.audience.clone(),
            subject_type: self.subject_type,
            epoch: self.epoch,
        }
    }
}

impl Store {
    /// Keeps answers in place of what was answered about the same tokens before, in one transaction.
    ///
    /// # Errors
    /// Those of any write.
    pub fn cache_answers(&self, mut answers: Vec<CachedAnswer>) -> Result<(), StoreError> {
        // In one order, whoever asked in which: PostgreSQL ends one of two that wait for each other.
        answers.sort_by_key(|answer| answer.confirm_key);
        self.db.write(|link| {
            for CachedAnswer {
                list,
                confirm_key,
                records,
            } in answers
            {
                query!(link, |conn| diesel::delete(
                    confirmed_records::table
                        .filter(confirmed_records::publisher.eq(list.publisher.as_str()))
                        .filter(confirmed_records::confirm_key.eq(confirm_key.as_slice()))
                        .filter(confirmed_records::audience.eq(list.audience.as_str()))
                        .filter(confirmed_records::subject_type.eq(list.subject_type))
                        .filter(confirmed_records::epoch.eq(i64::from(list.epoch)))
                )
                .execute(conn))?;
                // PostgreSQL refuses to update a row twice in one statement.
                let records: BTreeMap<_, _> = records.into_iter().map(|row| (row.entry_id, row)).collect();
                // Whoever asked at the same time may have written them since.
                insert_rows!(link, confirmed_records::table, records.into_values(), |insert| {
                    insert
                        .on_conflict((
                            confirmed_records::publisher,
                            confirmed_records::confirm_key,
                            confirmed_records::audience,
                            confirmed_records::subject_type,
                            confirmed_records::epoch,
                            confirmed_records::entry_id,
                        ))
                        .do_update()
                        .set((
                            confirmed_records::jws.eq(excluded(confirmed_records::jws)),
                            confirmed_records::valid_until.eq(excluded(confirmed_records::valid_until)),
                            confirmed_records::received_at.eq(excluded(confirmed_records::received_at)),
                        ))
                });
            }
            Ok(())
        })
    }

    /// The records of `publisher` under this key that are still valid at `now`, oldest entry id first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn cached_records(
        &self,
        publisher: &NodeId,
        confirm_key: &[u8; 32],
        now: Timestamp,
    ) -> Result<Vec<RecordRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| confirmed_records::table
                .filter(confirmed_records::publisher.eq(publisher.as_str()))
                .filter(confirmed_records::confirm_key.eq(confirm_key.as_slice()))
                .filter(confirmed_records::valid_until.gt(micros(now)))
                .order((
                    confirmed_records::entry_id,
                    confirmed_records::audience,
                    confirmed_records::epoch
                ))
                .select(RecordRow::as_select())
                .load(conn))?)
        })
    }

    /// Drops the records that are no longer valid at `now`. Returns how many there were.
    ///
    /// # Errors
    /// Those of any write.
    pub fn prune_records(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.db.write(|link| {
            Ok(query!(link, |conn| diesel::delete(
                confirmed_records::table.filter(confirmed_records::valid_until.le(micros(now)))
            )
            .execute(conn))?)
        })
    }
}

#[derive(QueryableByName)]
struct Dropped {
    #[diesel(sql_type = Binary)]
    confirm_key: Vec<u8>,
}

/// Drops every cached record about one entry. What was answered together with it stays, but as asked long ago: another
/// may have been left out for the one that goes.
pub(crate) fn kill_records(
    link: &mut Link<'_>,
    publisher: &NodeId,
    entry_id: Uuid,
) -> Result<(), StoreError> {
    let keys = drop_records(link, publisher.as_str(), entry_id.as_bytes())?;
    for keys in keys.chunks(BATCH) {
        query!(link, |conn| diesel::update(
            confirmed_records::table
                .filter(confirmed_records::publisher.eq(publisher.as_str()))
                .filter(confirmed_records::confirm_key.eq_any(keys))
        )
        .set(confirmed_records::received_at.eq(0))
        .execute(conn))?;
    }
    Ok(())
}

/// The keys under which they were.
fn drop_records(link: &mut Link<'_>, publisher: &str, entry_id: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
    link.admit()?;
    Ok(match link {
        // Left to itself it reads everything that the publisher has confirmed.
        Link::Sqlite(conn, _) => diesel::sql_query(
            "DELETE FROM confirmed_records INDEXED BY confirmed_records_by_entry WHERE publisher = ? AND entry_id = ? \
             RETURNING confirm_key",
        )
        .bind::<Text, _>(publisher)
        .bind::<Binary, _>(entry_id)
        .load(*conn)?
        .into_iter()
        .map(|dropped: Dropped| dropped.confirm_key)
        .collect(),
        Link::Postgres(conn, _) => diesel::delete(
            confirmed_records::table
                .filter(confirmed_records::publisher.eq(publisher))
                .filter(confirmed_records::entry_id.eq(entry_id)),
        )
        .returning(confirmed_records::confirm_key)
        .load(*conn)?,
    })
}
