use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use diesel::upsert::excluded;
use lianfang_encoding::Timestamp;

use crate::alerts::AlertState;
use crate::batch::{BATCH, batches};
use crate::close_alerts::{StillTells, change_alerts_of, end_alerts_of};
use crate::columns::{At, Bytes32, MaybeAt, limit, micros};
use crate::database::{Link, first_locked, query};
use crate::locks::{Lock, lock};
use crate::schema::{alerts, cleared_hits, monitored_subjects, monitored_tokens, roster_hits};
use crate::{AuditRow, Due, MonitoredToken, Store, StoreError, audit};

/// Subjects that one statement has looked through again.
const PAGE: usize = 10_000;

/// A seller or product that trades here and is watched.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = monitored_subjects, treat_none_as_default_value = false)]
pub struct MonitoredSubject {
    /// The platform's own name for it, unique in this node.
    pub client_reference: String,
    pub subject_type: i16,
    pub natural_person: bool,
    /// The subject as submitted, sealed ([`crate::DataKey`], table `monitored_subjects`).
    pub body_sealed: Vec<u8>,
    /// Keyed hash of the subject, by which a repeated request is recognised.
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub content_hash: [u8; 32],
    /// When missing tokens are asked for again; `None` when none is missing.
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub retry_at: Option<Timestamp>,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub created_at: Timestamp,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub updated_at: Timestamp,
}

/// A subject as it is to be, with every token that is known of it.
#[derive(Debug, Clone)]
pub struct SubjectUpdate {
    pub subject: MonitoredSubject,
    /// Every form of the subject, with or without a token, and the place of its identifier.
    pub forms: BTreeMap<[u8; 32], u16>,
    pub tokens: Vec<MonitoredToken>,
}

/// How much is watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RosterCounts {
    pub subjects: u64,
    pub tokens: u64,
    /// Subjects some of whose tokens are missing.
    pub incomplete: u64,
    /// Possible hits that wait to be confirmed.
    pub pending_hits: u64,
    pub open_alerts: u64,
}

impl Store {
    /// Writes subjects in place of those with the same reference, which keep `created_at`, in one transaction. Of
    /// several with one reference the last counts. Open alerts end when the forms that the subject has kept of what was matched no
    /// longer tell of their entry; those that stay show what was kept, at its place of now. `line` says who did it, also when there are none.
    ///
    /// # Errors
    /// Those of any write.
    pub fn put_subjects(
        &self,
        updates: Vec<SubjectUpdate>,
        still_tells: StillTells,
        now: Timestamp,
        line: AuditRow,
    ) -> Result<(), StoreError> {
        self.put(updates, Some(still_tells), now, line)
    }

    /// The same for subjects in whose place nobody may be.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody is, in which case nothing is written.
    pub fn put_new_subjects(
        &self,
        updates: Vec<SubjectUpdate>,
        now: Timestamp,
        line: AuditRow,
    ) -> Result<(), StoreError> {
        self.put(updates, None, now, line)
    }

    /// Without `still_tells` only what is new.
    fn put(
        &self,
        updates: Vec<SubjectUpdate>,
        still_tells: Option<StillTells>,
        now: Timestamp,
        line: AuditRow,
    ) -> Result<(), StoreError> {
        let updates: BTreeMap<_, _> = updates
            .into_iter()
            .map(|update| (update.subject.client_reference.clone(), update))
            .collect();
        let references: Vec<&str> = updates.keys().map(String::as_str).collect();
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            match still_tells {
                Some(still_tells) => change_alerts(link, &updates, still_tells, now)?,
                None if holds_any(link, &references)? => return Err(StoreError::Conflict),
                None => {}
            }
            let (mut subjects, mut tokens) = (Vec::new(), Vec::new());
            for update in updates.values() {
                subjects.push(update.subject.clone());
                tokens.extend(update.tokens.iter().cloned());
            }
            upsert(link, subjects)?;
            forget_tokens(link, &references)?;
            insert_tokens(link, tokens)?;
            audit::append(link, line)
        })
    }

    /// Adds tokens that were missing, unless the subject has changed or gone since it was read as `subject`, and
    /// notes when those still missing are asked for again. Tokens of other keys than `keys` are forgotten.
    ///
    /// # Errors
    /// Those of any write.
    pub fn add_subject_tokens(
        &self,
        subject: &MonitoredSubject,
        tokens: Vec<MonitoredToken>,
        keys: &[[u8; 16]],
    ) -> Result<bool, StoreError> {
        self.db.write(|link| {
            let reference = &subject.client_reference;
            let same = monitored_subjects::table
                .filter(monitored_subjects::client_reference.eq(reference))
                .filter(monitored_subjects::content_hash.eq(subject.content_hash.as_slice()));
            let unchanged = query!(link, |conn| diesel::update(same)
                .set(monitored_subjects::retry_at.eq(subject.retry_at.map(micros)))
                .execute(conn))?;
            if unchanged == 0 {
                return Ok(false);
            }
            let keys: Vec<&[u8]> = keys.iter().map(<[u8; 16]>::as_slice).collect();
            query!(link, |conn| diesel::delete(
                monitored_tokens::table
                    .filter(monitored_tokens::client_reference.eq(reference))
                    .filter(monitored_tokens::key_id.ne_all(&keys))
            )
            .execute(conn))?;
            insert_tokens(link, tokens)?;
            Ok(true)
        })
    }

    /// Takes a subject out of the roster, with its tokens, hits and cleared hits; its open alerts end. `line` says who did it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn delete_subject(&self, reference: &str, now: Timestamp, line: AuditRow) -> Result<(), StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            // As whoever adds tokens to it does, first.
            let subject = monitored_subjects::table.find(reference);
            let _: String = first_locked!(link, subject.select(monitored_subjects::client_reference))?;
            end_alerts_of(link, reference, now)?;
            forget_tokens(link, &[reference])?;
            query!(link, |conn| diesel::delete(
                roster_hits::table.filter(roster_hits::client_reference.eq(reference))
            )
            .execute(conn))?;
            query!(link, |conn| diesel::delete(
                cleared_hits::table.filter(cleared_hits::client_reference.eq(reference))
            )
            .execute(conn))?;
            query!(link, |conn| diesel::delete(subject).execute(conn))?;
            audit::append(link, line)
        })
    }

    /// Those of these subjects that exist, in order of reference.
    ///
    /// # Errors
    /// Those of any read.
    pub fn monitored_subjects(&self, references: &[String]) -> Result<Vec<MonitoredSubject>, StoreError> {
        self.db.read(|link| {
            let mut found = Vec::with_capacity(references.len());
            for chunk in references.chunks(BATCH) {
                found.extend(query!(link, |conn| monitored_subjects::table
                    .filter(monitored_subjects::client_reference.eq_any(chunk))
                    .select(MonitoredSubject::as_select())
                    .load(conn))?);
            }
            found.sort_unstable_by(|a: &MonitoredSubject, b| a.client_reference.cmp(&b.client_reference));
            Ok(found)
        })
    }

    /// Up to `rows` references of the roster after `after`, ascending.
    ///
    /// # Errors
    /// Those of any read.
    pub fn subjects_page(&self, after: &str, rows: usize) -> Result<Vec<String>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| monitored_subjects::table
                .filter(monitored_subjects::client_reference.gt(after))
                .select(monitored_subjects::client_reference)
                .order(monitored_subjects::client_reference)
                .limit(limit(rows))
                .load(conn))?)
        })
    }

    /// Up to `rows` subjects whose missing tokens are to be asked for, the longest waiting first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn subjects_to_tokenise(
        &self,
        due: impl Into<Due>,
        rows: usize,
    ) -> Result<Vec<MonitoredSubject>, StoreError> {
        let spans = due.into().spans();
        self.db.read(|link| {
            // One after the other, so that the index gives both in order.
            let mut found = Vec::new();
            for (from, to) in spans {
                found.extend(query!(link, |conn| monitored_subjects::table
                    .filter(monitored_subjects::retry_at.gt(from))
                    .filter(monitored_subjects::retry_at.le(to))
                    .order((monitored_subjects::retry_at, monitored_subjects::client_reference))
                    .limit(limit(rows - found.len()))
                    .select(MonitoredSubject::as_select())
                    .load::<MonitoredSubject>(conn))?);
            }
            Ok(found)
        })
    }

    /// Has every subject's tokens looked through again, after the keys have changed. Returns how many there are.
    ///
    /// # Errors
    /// Those of any write.
    pub fn tokenise_all_subjects(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (mut after, mut subjects) = (String::new(), 0);
        // Page by page: a statement over a large roster takes longer than one may.
        while let Some(last) = self.subjects_page(&after, PAGE)?.pop() {
            subjects += self.db.write(|link| {
                let page = monitored_subjects::table
                    .filter(monitored_subjects::client_reference.gt(&after))
                    .filter(monitored_subjects::client_reference.le(&last));
                Ok::<_, StoreError>(query!(link, |conn| diesel::update(page)
                    .set(monitored_subjects::retry_at.eq(micros(now)))
                    .execute(conn))?)
            })?;
            after = last;
        }
        Ok(subjects)
    }

    /// How many subjects are watched.
    ///
    /// # Errors
    /// Those of any read.
    pub fn subjects_monitored(&self) -> Result<u64, StoreError> {
        self.db.read(count_subjects)
    }

    /// How much is watched.
    ///
    /// # Errors
    /// Those of any read.
    pub fn roster_counts(&self) -> Result<RosterCounts, StoreError> {
        self.db.read(|link| {
            let subjects = count_subjects(link)?;
            let tokens: i64 = query!(link, |conn| monitored_tokens::table.count().get_result(conn))?;
            let incomplete: i64 = query!(link, |conn| monitored_subjects::table
                .filter(monitored_subjects::retry_at.is_not_null())
                .count()
                .get_result(conn))?;
            let pending: i64 = query!(link, |conn| roster_hits::table.count().get_result(conn))?;
            let open: i64 = query!(link, |conn| alerts::table
                .filter(alerts::state.eq(AlertState::Open as i16))
                .count()
                .get_result(conn))?;
            Ok(RosterCounts {
                subjects,
                tokens: tokens.unsigned_abs(),
                incomplete: incomplete.unsigned_abs(),
                pending_hits: pending.unsigned_abs(),
                open_alerts: open.unsigned_abs(),
            })
        })
    }
}

/// What becomes of the open alerts about subjects that are replaced.
fn change_alerts(
    link: &mut Link<'_>,
    updates: &BTreeMap<String, SubjectUpdate>,
    still_tells: StillTells,
    now: Timestamp,
) -> Result<(), StoreError> {
    let references: Vec<&str> = updates.keys().map(String::as_str).collect();
    for chunk in references.chunks(BATCH) {
        let open: Vec<String> = query!(link, |conn| alerts::table
            .filter(alerts::client_reference.eq_any(chunk))
            .filter(alerts::state.eq(AlertState::Open as i16))
            .select(alerts::client_reference)
            .distinct()
            .load(conn))?;
        for update in open.iter().filter_map(|reference| updates.get(reference)) {
            let reference = &update.subject.client_reference;
            change_alerts_of(link, reference, &update.forms, still_tells, now)?;
        }
    }
    Ok(())
}

fn count_subjects(link: &mut Link<'_>) -> Result<u64, StoreError> {
    let subjects: i64 = query!(link, |conn| monitored_subjects::table.count().get_result(conn))?;
    Ok(subjects.unsigned_abs())
}

fn holds_any(link: &mut Link<'_>, references: &[&str]) -> Result<bool, StoreError> {
    for chunk in references.chunks(BATCH) {
        let held = monitored_subjects::table.filter(monitored_subjects::client_reference.eq_any(chunk));
        if query!(link, |conn| diesel::select(diesel::dsl::exists(held))
            .get_result(conn))?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn upsert(link: &mut Link<'_>, subjects: Vec<MonitoredSubject>) -> Result<(), StoreError> {
    for rows in batches(subjects) {
        query!(link, |conn| diesel::insert_into(monitored_subjects::table)
            .values(rows)
            .on_conflict(monitored_subjects::client_reference)
            .do_update()
            .set((
                monitored_subjects::subject_type.eq(excluded(monitored_subjects::subject_type)),
                monitored_subjects::natural_person.eq(excluded(monitored_subjects::natural_person)),
                monitored_subjects::body_sealed.eq(excluded(monitored_subjects::body_sealed)),
                monitored_subjects::content_hash.eq(excluded(monitored_subjects::content_hash)),
                monitored_subjects::retry_at.eq(excluded(monitored_subjects::retry_at)),
                monitored_subjects::updated_at.eq(excluded(monitored_subjects::updated_at)),
            ))
            .execute(conn))?;
    }
    Ok(())
}

fn forget_tokens(link: &mut Link<'_>, references: &[&str]) -> Result<(), StoreError> {
    for chunk in references.chunks(BATCH) {
        query!(link, |conn| diesel::delete(
            monitored_tokens::table.filter(monitored_tokens::client_reference.eq_any(chunk))
        )
        .execute(conn))?;
    }
    Ok(())
}

fn insert_tokens(link: &mut Link<'_>, tokens: Vec<MonitoredToken>) -> Result<(), StoreError> {
    let mut seen = HashSet::new();
    let distinct = tokens
        .into_iter()
        .filter(|row| seen.insert((row.client_reference.clone(), row.form, row.key_id)));
    for rows in batches(distinct.collect::<Vec<_>>()) {
        query!(link, |conn| diesel::insert_into(monitored_tokens::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(())
}
