use std::collections::{BTreeSet, HashMap};

use diesel::dsl::auto_type;
use diesel::prelude::*;
use uuid::Uuid;

use crate::batch::{BATCH, insert_rows};
use crate::columns::{Byte, Bytes16, Bytes32, Count, Half, Id, count, limit};
use crate::database::{Link, query};
use crate::list_departures::depart;
use crate::schema::list_records;
use crate::{ListKey, ListVersion, Store, StoreError};

/// One of this node's records in one of its lists, as a confirmation finds it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = list_records, treat_none_as_default_value = false)]
pub struct ListRecord {
    #[diesel(deserialize_as = Bytes32)]
    pub confirm_key: [u8; 32],
    #[diesel(deserialize_as = Id)]
    pub entry_id: Uuid,
    /// Place of the identifier in the entry, from 0.
    #[diesel(deserialize_as = Half)]
    pub identifier_index: u16,
    #[diesel(deserialize_as = Half)]
    pub kind: u16,
    #[diesel(deserialize_as = Byte)]
    pub level: u8,
    #[diesel(deserialize_as = Bytes16)]
    pub key_id: [u8; 16],
    /// The prefix by which deltas name its token.
    #[diesel(deserialize_as = Count)]
    pub token_prefix: u64,
}

impl Store {
    /// Up to `rows` records of one of this node's lists whose `confirm_key` begins with the first `bits` bits of `prefix`,
    /// in order of `confirm_key`. 0 bits: the whole list. `bits` beyond the prefix count as the prefix's length.
    ///
    /// # Errors
    /// Those of any read.
    pub fn records_under(
        &self,
        list: &ListKey,
        prefix: &[u8],
        bits: u16,
        rows: usize,
    ) -> Result<Vec<ListRecord>, StoreError> {
        let (from, to) = prefix_range(prefix, bits);
        self.db.read(|link| {
            Ok(query!(link, |conn| of_list(list)
                .filter(list_records::confirm_key.ge(&from))
                .filter(list_records::confirm_key.le(&to))
                .order((
                    list_records::confirm_key,
                    list_records::entry_id,
                    list_records::identifier_index
                ))
                .limit(limit(rows))
                .select(ListRecord::as_select())
                .load(conn))?)
        })
    }
}

/// Takes the records of `entries` out of a list and puts `records` in, with the head of `version`. What stays keeps the
/// sequence it came with.
pub(crate) fn replace_records_of(
    link: &mut Link<'_>,
    list: &ListKey,
    entries: &[Uuid],
    records: Vec<ListRecord>,
    version: ListVersion,
) -> Result<(), StoreError> {
    let mut before = take_records_of(link, list, entries)?;
    let mut gained = BTreeSet::new();
    let records: Vec<_> = records
        .into_iter()
        .map(|record| {
            let place = (record.confirm_key, record.entry_id, record.identifier_index);
            let since = before.remove(&place).unwrap_or_else(|| {
                gained.insert(record.entry_id);
                version.sequence
            });
            (record, since)
        })
        .collect();
    insert(link, list, records)?;
    let lost = before.into_keys().map(|(_, entry, _)| entry);
    let departed = lost.filter(|entry| !gained.contains(entry)).collect();
    depart(link, list, departed, version)
}

/// Confirm key, entry and place of the identifier.
type Place = ([u8; 32], Uuid, u16);

/// Deletes the records of `entries`; returns with which sequence each had come.
fn take_records_of(
    link: &mut Link<'_>,
    list: &ListKey,
    entries: &[Uuid],
) -> Result<HashMap<Place, u64>, StoreError> {
    let places = (
        list_records::confirm_key,
        list_records::entry_id,
        list_records::identifier_index,
        list_records::since,
    );
    let mut taken: Vec<(Bytes32, Id, Half, Count)> = Vec::new();
    match link {
        // It would rather read the whole list than look up so many entries.
        Link::Sqlite(conn, statements) => {
            for entry in entries {
                statements.admit()?;
                let own = list_records::entry_id.eq(entry.as_bytes().as_slice());
                let gone = diesel::delete(of_list(list).filter(own)).returning(places);
                taken.extend(gone.get_results::<(Bytes32, Id, Half, Count)>(*conn)?);
            }
        }
        Link::Postgres(conn, statements) => {
            for ids in entries.chunks(BATCH).map(bytes_of) {
                statements.admit()?;
                let own = list_records::entry_id.eq_any(&ids);
                let gone = diesel::delete(of_list(list).filter(own)).returning(places);
                taken.extend(gone.get_results::<(Bytes32, Id, Half, Count)>(*conn)?);
            }
        }
    }
    let places = taken
        .into_iter()
        .map(|(key, entry, index, since)| ((key.into(), entry.into(), index.into()), since.into()));
    Ok(places.collect())
}

/// Puts records in, each with the sequence it came with.
pub(crate) fn insert(
    link: &mut Link<'_>,
    list: &ListKey,
    records: Vec<(ListRecord, u64)>,
) -> Result<(), StoreError> {
    insert_rows!(
        link,
        list_records::table,
        records
            .into_iter()
            .map(|(record, since)| row(list, record, since))
    );
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = list_records, treat_none_as_default_value = false)]
struct Row {
    audience: String,
    subject_type: i16,
    epoch: i64,
    confirm_key: Vec<u8>,
    entry_id: Vec<u8>,
    identifier_index: i32,
    kind: i32,
    level: i16,
    key_id: Vec<u8>,
    token_prefix: i64,
    since: i64,
}

fn row(list: &ListKey, record: ListRecord, since: u64) -> Row {
    Row {
        audience: list.audience.to_string(),
        subject_type: list.subject_type,
        epoch: i64::from(list.epoch),
        confirm_key: record.confirm_key.to_vec(),
        entry_id: record.entry_id.as_bytes().to_vec(),
        identifier_index: i32::from(record.identifier_index),
        kind: i32::from(record.kind),
        level: i16::from(record.level),
        key_id: record.key_id.to_vec(),
        token_prefix: count(record.token_prefix),
        since: count(since),
    }
}

/// The records of one list; only this node's own lists have any.
#[auto_type]
pub(crate) fn of_list<'a>(list: &'a ListKey) -> _ {
    let audience: &'a str = list.audience.as_str();
    let subject_type: i16 = list.subject_type;
    let epoch: i64 = list.epoch as i64;
    list_records::table
        .filter(list_records::audience.eq(audience))
        .filter(list_records::subject_type.eq(subject_type))
        .filter(list_records::epoch.eq(epoch))
}

pub(crate) fn bytes_of(entries: &[Uuid]) -> Vec<&[u8]> {
    entries.iter().map(|id| id.as_bytes().as_slice()).collect()
}

/// Smallest and largest key under a prefix, both inclusive.
pub(crate) fn prefix_range(prefix: &[u8], bits: u16) -> ([u8; 32], [u8; 32]) {
    let bits = usize::from(bits).min(prefix.len() * 8).min(256);
    let (mut from, mut to) = ([0x00; 32], [0xff; 32]);
    for (index, (low, high)) in from.iter_mut().zip(to.iter_mut()).enumerate() {
        let fixed = bits.saturating_sub(index * 8).min(8);
        let mask = !(0xff_u16 >> fixed) as u8;
        let byte = prefix.get(index).copied().unwrap_or(0) & mask;
        *low = byte;
        *high = byte | !mask;
    }
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bits_cover_every_key_and_all_bits_only_one() {
        assert_eq!(prefix_range(&[], 0), ([0x00; 32], [0xff; 32]));
        assert_eq!(prefix_range(&[7; 32], 256), ([7; 32], [7; 32]));
    }

    #[test]
    fn bits_beyond_the_last_whole_byte_count() {
        let (from, to) = prefix_range(&[0xab, 0xff], 12);
        assert_eq!(
            (from[..3].to_vec(), to[..3].to_vec()),
            (vec![0xab, 0xf0, 0x00], vec![0xab, 0xff, 0xff])
        );
    }
}
