use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};

use crate::columns::{Count, count, limit};
use crate::database::{Link, query};
use crate::event_heads::SCOPE;
use crate::own_feed::OwnFeed;
use crate::schema::{entries, event_heads};
use crate::{EntryRow, OwnItem, SealingError, Store, StoreError};

impl Store {
    /// Says again, at the end of an audience's status feed, what was last said of each entry under a place after `after` and
    /// up to `seen`, at most `rows` of them. Nothing is left to say when it returns 0: who has read other items up to `seen`
    /// then hears of every entry what it hasn't heard. `sign` is given an entry and its new place.
    ///
    /// # Errors
    /// Those of any write, and what `sign` returns.
    pub fn restate(
        &self,
        audience: &Audience,
        (after, seen): (u64, u64),
        rows: usize,
        now: Timestamp,
        sign: impl Fn(&EntryRow, u64) -> Result<OwnItem, SealingError>,
    ) -> Result<usize, StoreError> {
        self.db.write(|link| {
            let mut feed = OwnFeed::lock(link, audience, now)?;
            let unheard = unheard(link, audience, (after, seen), rows)?;
            let below = usize::try_from(seen.saturating_sub(feed.end())).unwrap_or(usize::MAX);
            let said = below.saturating_add(unheard.len()).min(rows);
            for row in unheard.iter().cycle().take(said) {
                let seq = feed.end() + 1;
                feed.add(link, sign(row, seq)?)?;
                // Up to there nobody hears it who needs it: the place is taken, and the entry's turn comes again.
                if seq > seen {
                    place(link, row, seq)?;
                }
            }
            feed.close(link)?;
            Ok(unheard.len())
        })
    }

    /// The audiences that have a status feed, and where each ends.
    ///
    /// # Errors
    /// Those of any read.
    pub fn audience_heads(&self) -> Result<Vec<(Audience, u64)>, StoreError> {
        let rows: Vec<(String, Count)> = self.db.read(|link| {
            Ok(query!(link, |conn| event_heads::table
                .filter(event_heads::scope.like(format!("{SCOPE}%")))
                .order(event_heads::scope)
                .select((event_heads::scope, event_heads::seq))
                .load(conn))?)
        })?;
        let heads = rows.into_iter().map(|(scope, seq)| {
            let name = scope.strip_prefix(SCOPE).and_then(|name| name.parse().ok());
            Ok((name.ok_or(StoreError::Corrupt)?, seq.into()))
        });
        heads.collect()
    }
}

fn unheard(
    link: &mut Link<'_>,
    audience: &Audience,
    (after, seen): (u64, u64),
    rows: usize,
) -> Result<Vec<EntryRow>, StoreError> {
    Ok(query!(link, |conn| entries::table
        .filter(entries::audience.eq(audience.as_str()))
        .filter(entries::audience_seq.gt(count(after)))
        .filter(entries::audience_seq.le(count(seen)))
        .order(entries::audience_seq)
        .limit(limit(rows))
        .select(EntryRow::as_select())
        .load(conn))?)
}

fn place(link: &mut Link<'_>, row: &EntryRow, seq: u64) -> Result<(), StoreError> {
    query!(link, |conn| diesel::update(
        entries::table.find(row.id.as_bytes().as_slice())
    )
    .set(entries::audience_seq.eq(count(seq)))
    .execute(conn))?;
    Ok(())
}
