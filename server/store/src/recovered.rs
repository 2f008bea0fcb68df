//! What this node had signed after the backup that it was restored from, as its peers gave it back.

use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};

use crate::alert_events::leap;
use crate::audit::append;
use crate::columns::{AudienceName, Count, Id, Word, count, limit, micros};
use crate::database::{Link, query};
use crate::node_meta::{BUDGETS_SPENT_AT, set};
use crate::own_feed::OwnFeed;
use crate::schema::{recovered_lists, recovered_status, token_buckets};
use crate::{AuditRow, OwnItem, StatusItem, Store, StoreError, credits};

/// The highest sequence that peers have seen of one of this node's lists.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = recovered_lists)]
pub struct RecoveredList {
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: i16,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub epoch: u32,
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub sequence: u64,
}

impl Store {
    /// Notes several values at once, and who decided it.
    ///
    /// # Errors
    /// Those of any write.
    pub fn set_metas(&self, values: &[(&str, &str)], audit: Option<AuditRow>) -> Result<(), StoreError> {
        self.db.write(|link| write_down(link, values, audit))
    }

    /// Marks a database that was just restored: notes `values`, counts every token budget as spent at `now`, those of
    /// members that never asked too, and every credit as drawn, and tells of alerts under sequences that weren't given out
    /// after the backup.
    ///
    /// # Errors
    /// Those of any write.
    pub fn mark_restored(
        &self,
        values: &[(&str, &str)],
        now: Timestamp,
        audit: AuditRow,
    ) -> Result<(), StoreError> {
        self.db.write(|link| {
            leap(link)?;
            set(link, BUDGETS_SPENT_AT, &now.as_micros().to_string())?;
            query!(link, |conn| diesel::update(token_buckets::table)
                .set((
                    token_buckets::level.eq(0),
                    token_buckets::updated_at.eq(micros(now)),
                ))
                .execute(conn))?;
            credits::forget_all(link)?;
            write_down(link, values, Some(audit))
        })
    }

    /// Takes items back into an audience's status feed and the regulators' feed, in order; those that are there already are
    /// passed over, and nothing is taken beyond a gap. Returns where the status feed ends now.
    ///
    /// # Errors
    /// Those of any write.
    pub fn recover_status(
        &self,
        audience: &Audience,
        items: Vec<OwnItem>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.db.write(|link| {
            let mut feed = OwnFeed::lock(link, audience, now)?;
            for item in items {
                if item.audience_seq == feed.end() + 1 {
                    feed.add(link, item)?;
                }
            }
            let end = feed.end();
            feed.close(link)?;
            Ok(end)
        })
    }

    /// Up to `rows` recovered items of an audience after `seq`, in order.
    ///
    /// # Errors
    /// Those of any read.
    pub fn recovered_status(
        &self,
        audience: &Audience,
        seq: u64,
        rows: usize,
    ) -> Result<Vec<StatusItem>, StoreError> {
        let rows: Vec<(Count, Id, Vec<u8>)> = self.db.read(|link| {
            Ok(query!(link, |conn| recovered_status::table
                .filter(recovered_status::audience.eq(audience.as_str()))
                .filter(recovered_status::seq.gt(count(seq)))
                .order(recovered_status::seq)
                .limit(limit(rows))
                .select((
                    recovered_status::seq,
                    recovered_status::entry_id,
                    recovered_status::raw
                ))
                .load(conn))?)
        })?;
        Ok(rows.into_iter().map(StatusItem::from).collect())
    }

    /// The audiences that have recovered items.
    ///
    /// # Errors
    /// Those of any read.
    pub fn recovered_audiences(&self) -> Result<Vec<Audience>, StoreError> {
        let rows: Vec<AudienceName> = self.db.read(|link| {
            Ok(query!(link, |conn| recovered_status::table
                .select(recovered_status::audience)
                .distinct()
                .order(recovered_status::audience)
                .load(conn))?)
        })?;
        Ok(rows.into_iter().map(Audience::from).collect())
    }

    /// Notes how far peers have seen this node's lists; a sequence never falls.
    ///
    /// # Errors
    /// Those of any write.
    pub fn raise_lists(&self, seen: Vec<RecoveredList>) -> Result<(), StoreError> {
        self.db.write(|link| {
            for list in seen {
                let sequence = count(list.sequence);
                let key = (
                    list.audience.as_str().to_owned(),
                    list.subject_type,
                    i64::from(list.epoch),
                );
                query!(link, |conn| diesel::insert_into(recovered_lists::table)
                    .values(list)
                    .on_conflict_do_nothing()
                    .execute(conn))?;
                let lower = recovered_lists::table
                    .find(key)
                    .filter(recovered_lists::sequence.lt(sequence));
                query!(link, |conn| diesel::update(lower)
                    .set(recovered_lists::sequence.eq(sequence))
                    .execute(conn))?;
            }
            Ok(())
        })
    }

    /// How far peers had seen this node's lists when it was restored.
    ///
    /// # Errors
    /// Those of any read.
    pub fn recovered_lists(&self) -> Result<Vec<RecoveredList>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| recovered_lists::table
                .select(RecoveredList::as_select())
                .load(conn))?)
        })
    }
}

fn write_down(
    link: &mut Link<'_>,
    values: &[(&str, &str)],
    audit: Option<AuditRow>,
) -> Result<(), StoreError> {
    for (key, value) in values {
        set(link, key, value)?;
    }
    if let Some(row) = audit {
        append(link, row)?;
    }
    Ok(())
}
