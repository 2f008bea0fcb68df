//! A new base of a long list seldom differs from the records that deltas have kept: only what differs is written, because
//! every other writer waits for it.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;
use lianfang_encoding::sha256;
use uuid::Uuid;

use crate::batch::BATCH;
use crate::database::{Link, query};
use crate::list_departures::{depart, depart_between};
use crate::list_records::{insert, of_list, prefix_range};
use crate::schema::list_records;
use crate::{ListKey, ListRecord, ListVersion, StoreError};

/// Stored records that are read at once.
const PAGE: u64 = 4_096;

/// Records that can be read more than once, so that a long list needn't be in memory.
pub trait RecordSource {
    /// Gives each record to `take`; the same ones each time.
    ///
    /// # Errors
    /// The first of `take`, or that a record can't be read.
    fn each(&mut self, take: &mut dyn FnMut(ListRecord) -> Result<(), StoreError>) -> Result<(), StoreError>;
}

impl RecordSource for Vec<ListRecord> {
    fn each(&mut self, take: &mut dyn FnMut(ListRecord) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.iter().cloned().try_for_each(take)
    }
}

/// What tells records apart, as long as SHA-256 does.
pub(crate) type Fingerprints = HashSet<[u8; 16]>;

/// Of every record; made before the transaction, in which it would keep others waiting.
pub(crate) fn fingerprints(records: &mut dyn RecordSource) -> Result<Fingerprints, StoreError> {
    let mut all = HashSet::new();
    records.each(&mut |record| {
        all.insert(fingerprint(&record));
        Ok(())
    })?;
    Ok(all)
}

/// Makes the records of a list those of `records`, whose fingerprints are `missing`, with the head of `version`.
pub(crate) fn replace_records(
    link: &mut Link<'_>,
    list: &ListKey,
    records: &mut dyn RecordSource,
    mut missing: Fingerprints,
    version: ListVersion,
) -> Result<(), StoreError> {
    let mut lost = BTreeSet::new();
    for range in pages(link, list)? {
        let mut gone = between(link, list, &range)?;
        let stored = gone.len();
        gone.retain(|stored| !missing.remove(&fingerprint(stored)));
        match gone.len() {
            all if all == stored => {
                depart_between(link, list, &range, version)?;
                delete_between(link, list, &range)?;
            }
            _ => {
                gone.iter().try_for_each(|record| delete(link, list, record))?;
                lost.extend(gone.iter().map(|record| record.entry_id));
            }
        }
    }
    insert_missing(link, list, records, missing, version, &mut lost)?;
    depart(link, list, lost, version)
}

/// Whoever gains a record isn't among the `lost`.
fn insert_missing(
    link: &mut Link<'_>,
    list: &ListKey,
    records: &mut dyn RecordSource,
    mut missing: Fingerprints,
    version: ListVersion,
    lost: &mut BTreeSet<Uuid>,
) -> Result<(), StoreError> {
    if missing.is_empty() {
        return Ok(());
    }
    let mut new = Vec::new();
    records.each(&mut |record| {
        if missing.remove(&fingerprint(&record)) {
            lost.remove(&record.entry_id);
            new.push((record, version.sequence));
        }
        match new.len() {
            BATCH => insert(link, list, std::mem::take(&mut new)),
            _ => Ok(()),
        }
    })?;
    insert(link, list, new)
}

fn fingerprint(record: &ListRecord) -> [u8; 16] {
    let parts: [&[u8]; 7] = [
        &record.confirm_key,
        record.entry_id.as_bytes(),
        &record.identifier_index.to_be_bytes(),
        &record.kind.to_be_bytes(),
        &[record.level],
        &record.key_id,
        &record.token_prefix.to_be_bytes(),
    ];
    let [hash @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sha256(&parts.concat());
    hash
}

/// The first and the last key of a range.
type Range = ([u8; 32], [u8; 32]);

/// Ranges of keys that hold about [`PAGE`] stored records each.
fn pages(link: &mut Link<'_>, list: &ListKey) -> Result<Vec<Range>, StoreError> {
    let stored: i64 = query!(link, |conn| of_list(list).count().get_result(conn))?;
    let bits = (stored.unsigned_abs() / PAGE)
        .checked_ilog2()
        .map_or(0, |log| log + 1)
        .min(16);
    let range = |page: u32| prefix_range(&(page << (32 - bits)).to_be_bytes(), bits as u16);
    Ok(match bits {
        0 => vec![prefix_range(&[], 0)],
        _ => (0..1 << bits).map(range).collect(),
    })
}

fn between(link: &mut Link<'_>, list: &ListKey, (from, to): &Range) -> Result<Vec<ListRecord>, StoreError> {
    Ok(query!(link, |conn| of_list(list)
        .filter(list_records::confirm_key.ge(from))
        .filter(list_records::confirm_key.le(to))
        .select(ListRecord::as_select())
        .load(conn))?)
}

fn delete_between(link: &mut Link<'_>, list: &ListKey, (from, to): &Range) -> Result<(), StoreError> {
    query!(link, |conn| diesel::delete(
        of_list(list)
            .filter(list_records::confirm_key.ge(from))
            .filter(list_records::confirm_key.le(to))
    )
    .execute(conn))?;
    Ok(())
}

fn delete(link: &mut Link<'_>, list: &ListKey, record: &ListRecord) -> Result<(), StoreError> {
    query!(link, |conn| diesel::delete(
        of_list(list)
            .filter(list_records::confirm_key.eq(&record.confirm_key))
            .filter(list_records::entry_id.eq(record.entry_id.as_bytes().as_slice()))
            .filter(list_records::identifier_index.eq(i32::from(record.identifier_index)))
    )
    .execute(conn))?;
    Ok(())
}
