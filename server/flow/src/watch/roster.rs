use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lianfang_store::{AuditRow, MonitoredToken, StoreError, SubjectUpdate};
use lianfang_wire::roster::{MonitoredSubject, NewMonitoredSubject, RosterLine, RosterResult, RosterStatus};
use lianfang_wire::{Problem, ProblemType};

use super::events::AUDITED;
use super::forms::Prepared;
use super::standing::Missing;
use super::telling::still_tells;
use crate::{Actor, FlowError, Node};

/// The subject as it is watched now, and whether this call brought it into the roster.
#[derive(Debug, Clone)]
pub struct PutSubject {
    pub subject: MonitoredSubject,
    pub created: bool,
}

/// What a subject may be put in place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Of the one that is there, if one is.
    Any,
    /// Of none.
    Free,
}

/// What became of one subject of a batch.
struct Put {
    created: bool,
    complete: bool,
}

impl Node {
    /// Takes a subject into the roster, or puts it in place of the one with this reference, and matches it at once
    /// against everything in force. When the committee gives no tokens, the node goes on trying.
    ///
    /// # Errors
    /// Every broken rule, or that no identifier is one of its kind.
    pub async fn put_subject(
        self: &Arc<Self>,
        actor: &Actor,
        reference: String,
        new: NewMonitoredSubject,
    ) -> Result<PutSubject, FlowError> {
        self.put_one(actor, reference, new, Place::Any).await
    }

    /// The same for a subject that isn't put in place of another one.
    ///
    /// # Errors
    /// `precondition-failed` when there is one with this reference, and those of [`Node::put_subject`].
    pub async fn put_new_subject(
        self: &Arc<Self>,
        actor: &Actor,
        reference: String,
        new: NewMonitoredSubject,
    ) -> Result<PutSubject, FlowError> {
        self.put_one(actor, reference, new, Place::Free).await
    }

    async fn put_one(
        self: &Arc<Self>,
        actor: &Actor,
        reference: String,
        new: NewMonitoredSubject,
        place: Place,
    ) -> Result<PutSubject, FlowError> {
        let prepared = self.prepare_subject(reference.clone(), new.subject)?;
        let node = Arc::clone(self);
        let line = self.audit_row(actor, "put_subject", reference.clone(), AUDITED, "done");
        let work = async move { node.put_prepared(vec![prepared], place, line).await };
        let put = self.gateway.to_the_end(work).await?;
        let created = put.first().is_some_and(|put| put.created);
        Ok(PutSubject {
            subject: self.monitored_subject(reference).await?,
            created,
        })
    }

    /// Takes many subjects into the roster. Every line gets its own answer, in order; a bad line doesn't hold up the
    /// others.
    ///
    /// # Errors
    /// When the store fails, in which case no line was taken in.
    pub async fn put_subjects(
        self: &Arc<Self>,
        actor: &Actor,
        lines: Vec<(u64, Result<RosterLine, Problem>)>,
    ) -> Result<Vec<RosterResult>, FlowError> {
        let node = Arc::clone(self);
        let (mut results, prepared): (Vec<_>, Vec<_>) = self
            .gateway
            .compute_each(lines, move |(line, read)| node.prepare_roster_line(line, read))
            .await?
            .into_iter()
            .unzip();
        let prepared: Vec<Prepared> = prepared.into_iter().flatten().collect();
        let node = Arc::clone(self);
        let count = format!("{} subjects", prepared.len());
        let line = self.audit_row(actor, "put_subjects", count, AUDITED, "done");
        let work = async move { node.put_prepared(prepared, Place::Any, line).await };
        let puts = self.gateway.to_the_end(work).await?;
        let taken = results.iter_mut().filter(|result| result.problem.is_none());
        for (result, put) in taken.zip(puts) {
            (result.created, result.complete) = (Some(put.created), Some(put.complete));
        }
        Ok(results)
    }

    /// A subject of the roster.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn monitored_subject(&self, reference: String) -> Result<MonitoredSubject, FlowError> {
        can_be_stored(&reference)?;
        let rows = self
            .gateway
            .store(move |store| store.monitored_subjects(&[reference]))
            .await?;
        let row = rows.first().ok_or(FlowError::NotFound)?;
        let subject = self.open_subject(row)?;
        let prepared = self.prepare_subject(row.client_reference.clone(), subject)?;
        let missing = self.missing_tokens(std::slice::from_ref(&prepared)).await?;
        let identifiers = missing.mark(&prepared);
        Ok(MonitoredSubject {
            client_reference: row.client_reference.clone(),
            subject: prepared.subject,
            identifiers,
            complete: row.retry_at.is_none(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    /// Takes a subject out of the roster; its open alerts close.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn delete_subject(self: &Arc<Self>, actor: &Actor, reference: String) -> Result<(), FlowError> {
        can_be_stored(&reference)?;
        let (node, now) = (Arc::clone(self), self.now());
        let line = self.audit_row(actor, "delete_subject", reference.clone(), AUDITED, "done");
        let work = async move {
            node.gateway
                .store(move |store| store.delete_subject(&reference, now, line))
                .await?;
            node.tell_alert_news();
            Ok(())
        };
        self.gateway.to_the_end(work).await
    }

    /// How much is watched.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn roster_status(&self) -> Result<RosterStatus, FlowError> {
        let counts = self.gateway.store(|store| store.roster_counts()).await?;
        Ok(RosterStatus {
            subjects: counts.subjects,
            tokens: counts.tokens,
            incomplete: counts.incomplete,
            pending_hits: counts.pending_hits,
            open_alerts: counts.open_alerts,
        })
    }

    fn prepare_roster_line(
        &self,
        line: u64,
        read: Result<RosterLine, Problem>,
    ) -> (RosterResult, Option<Prepared>) {
        let mut result = RosterResult {
            line,
            client_reference: None,
            created: None,
            complete: None,
            problem: None,
        };
        let prepared = match read {
            Ok(read) => {
                result.client_reference = Some(read.client_reference.clone());
                self.prepare_subject(read.client_reference, read.subject)
                    .map_err(|error| error.problem())
            }
            Err(problem) => Err(problem),
        };
        match prepared {
            Ok(prepared) => (result, Some(prepared)),
            Err(problem) => {
                result.problem = Some(problem);
                (result, None)
            }
        }
    }

    /// Stores subjects with their tokens and matches those that are new or changed. Of several with one reference the last
    /// counts.
    async fn put_prepared(
        self: &Arc<Self>,
        prepared: Vec<Prepared>,
        place: Place,
        line: AuditRow,
    ) -> Result<Vec<Put>, FlowError> {
        let references: Vec<_> = prepared.iter().map(|one| one.reference.clone()).collect();
        let held = {
            let references = references.clone();
            self.gateway
                .store(move |store| store.monitored_subjects(&references))
                .await?
        };
        if place == Place::Free && !held.is_empty() {
            return Err(taken());
        }
        let held: HashMap<_, _> = held
            .into_iter()
            .map(|row| (row.client_reference.clone(), row))
            .collect();
        let is_new = |one: &&Prepared| {
            held.get(&one.reference)
                .is_none_or(|row| row.content_hash != one.content_hash || row.retry_at.is_some())
        };
        let changed: Vec<_> = last_of_each(&prepared).filter(is_new).cloned().collect();
        let missing = self.missing_tokens(&changed).await?;
        let (fresh, missing) = self.fetch_missing(missing).await?;
        let taken_in = self.take_in(&changed, &fresh, &missing, place, line).await;
        if taken_in.is_err() {
            self.watch_afresh().await;
        }
        taken_in?;
        let (incomplete, mut seen) = (missing.subjects(), HashSet::new());
        Ok(prepared
            .iter()
            .map(|one| Put {
                created: !held.contains_key(&one.reference) && seen.insert(one.reference.clone()),
                complete: !incomplete.contains(one.reference.as_str()),
            })
            .collect())
    }

    /// Repeating it isn't enough when it fails half-way: what is stored already isn't changed any more.
    async fn take_in(
        self: &Arc<Self>,
        changed: &[Prepared],
        fresh: &[MonitoredToken],
        missing: &Missing,
        place: Place,
        line: AuditRow,
    ) -> Result<(), FlowError> {
        self.store_subjects(changed, fresh, missing, place, line).await?;
        let references = changed.iter().map(|one| one.reference.clone());
        self.match_subjects(references.collect()).await
    }

    async fn store_subjects(
        &self,
        changed: &[Prepared],
        fresh: &[MonitoredToken],
        missing: &Missing,
        place: Place,
        line: AuditRow,
    ) -> Result<(), FlowError> {
        let now = self.now();
        let retry = now + self.settings.roster.retry;
        let mut tokens = missing.held_by_subject();
        for row in fresh {
            let of = tokens.entry(row.client_reference.clone()).or_default();
            of.push(row.clone());
        }
        let incomplete = missing.subjects();
        let mut updates = Vec::with_capacity(changed.len());
        for prepared in changed {
            let subject = lianfang_store::MonitoredSubject {
                client_reference: prepared.reference.clone(),
                subject_type: i16::from(prepared.subject.kind.number()),
                natural_person: prepared.subject.natural_person,
                body_sealed: self.seal_subject(prepared)?,
                content_hash: prepared.content_hash,
                retry_at: incomplete.contains(prepared.reference.as_str()).then_some(retry),
                created_at: now,
                updated_at: now,
            };
            let tokens = tokens.remove(&prepared.reference).unwrap_or_default();
            updates.push(SubjectUpdate {
                subject,
                forms: prepared.places(),
                tokens: prepared.still_its(tokens),
            });
        }
        let watched: Vec<_> = fresh.iter().map(|row| row.token).collect();
        let stored = self.gateway.store(move |store| match place {
            Place::Any => store.put_subjects(updates, still_tells, now, line),
            Place::Free => store.put_new_subjects(updates, now, line),
        });
        stored.await.map_err(|error| match error {
            // Somebody else has taken it since it was looked up.
            FlowError::Store(StoreError::Conflict) if place == Place::Free => taken(),
            other => other,
        })?;
        self.tell_alert_news();
        self.watch_tokens(watched).await
    }
}

/// The last of those with one reference.
fn last_of_each(prepared: &[Prepared]) -> impl Iterator<Item = &Prepared> {
    let places = prepared.iter().enumerate();
    let last: HashMap<_, _> = places
        .map(|(place, one)| (one.reference.as_str(), place))
        .collect();
    let is_last = move |(place, one): &(usize, &Prepared)| last.get(one.reference.as_str()) == Some(place);
    prepared.iter().enumerate().filter(is_last).map(|(_, one)| one)
}

fn taken() -> FlowError {
    FlowError::because(
        ProblemType::PreconditionFailed,
        "Something is watched under this reference; without If-None-Match it is replaced.",
    )
}

/// PostgreSQL takes no NUL in a text, not even in one that is looked for.
fn can_be_stored(reference: &str) -> Result<(), FlowError> {
    match reference.contains('\0') {
        true => Err(FlowError::NotFound),
        false => Ok(()),
    }
}
