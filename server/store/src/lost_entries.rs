//! Entries of which this node had told, and which the backup that it was restored from lacks.

use std::collections::BTreeSet;

use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::batch::BATCH;
use crate::columns::{Id, count};
use crate::database::{Link, query};
use crate::own_feed::OwnFeed;
use crate::schema::{entries, recovered_status};
use crate::{OwnItem, SealingError, Store, StoreError};

impl Store {
    /// Adds to an audience's status feed what `sign` makes of each of these entries that this node lacks, and its place. One
    /// that was spoken of after place `through` is passed over: somebody else was first. Returns how many were added.
    ///
    /// # Errors
    /// Those of any write, and what `sign` returns.
    pub fn speak_of_lost(
        &self,
        audience: &Audience,
        through: u64,
        told: &[Uuid],
        now: Timestamp,
        sign: impl Fn(Uuid, u64) -> Result<OwnItem, SealingError>,
    ) -> Result<usize, StoreError> {
        self.db.write(|link| {
            let mut feed = OwnFeed::lock(link, audience, now)?;
            let mut passed_over = spoken_of(link, audience, through)?;
            passed_over.extend(held(link, told)?);
            let lost = told.iter().filter(|id| !passed_over.contains(id));
            let mut added = 0;
            for id in lost {
                let item = sign(*id, feed.end() + 1)?;
                feed.add(link, item)?;
                added += 1;
            }
            feed.close(link)?;
            Ok(added)
        })
    }

    /// Those of these entries of which this node's feeds have told and which it lacks.
    ///
    /// # Errors
    /// Those of any read.
    pub fn lost_entries(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
        self.db.read(|link| {
            let mut lost = BTreeSet::new();
            for chunk in ids.chunks(BATCH) {
                let chunk: Vec<&[u8]> = chunk.iter().map(|id| id.as_bytes().as_slice()).collect();
                let told: Vec<Id> = query!(link, |conn| recovered_status::table
                    .filter(recovered_status::entry_id.eq_any(&chunk))
                    .select(recovered_status::entry_id)
                    .load(conn))?;
                lost.extend(told.into_iter().map(Uuid::from));
            }
            for held in held(link, ids)? {
                lost.remove(&held);
            }
            Ok(lost)
        })
    }
}

/// Only of what this node has does an event speak.
fn spoken_of(link: &mut Link<'_>, audience: &Audience, through: u64) -> Result<BTreeSet<Uuid>, StoreError> {
    let ids: Vec<Id> = query!(link, |conn| recovered_status::table
        .filter(recovered_status::audience.eq(audience.as_str()))
        .filter(recovered_status::seq.gt(count(through)))
        .select(recovered_status::entry_id)
        .load(conn))?;
    Ok(ids.into_iter().map(Uuid::from).collect())
}

fn held(link: &mut Link<'_>, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let mut held = Vec::new();
    for chunk in ids.chunks(BATCH) {
        let chunk: Vec<&[u8]> = chunk.iter().map(|id| id.as_bytes().as_slice()).collect();
        let found: Vec<Id> = query!(link, |conn| entries::table
            .filter(entries::id.eq_any(&chunk))
            .select(entries::id)
            .load(conn))?;
        held.extend(found.into_iter().map(Uuid::from));
    }
    Ok(held)
}
