use std::sync::Arc;

use lianfang_domain::lifecycle::{Deadline, effective_state, recorded_deadline};
use lianfang_identifier::{Kind, Level};
use lianfang_store as store;
use lianfang_store::{AlertRow, NewAlert, Opening, PeerEntryState, Resolution, Weight};
use lianfang_wire::ProblemType;
use lianfang_wire::alert::{
    Alert, AlertDecision, AlertFinding, AlertMatch, AlertPage, AlertState, RecordedDecision,
};
use lianfang_wire::problem::Violation;
use lianfang_wire::record::{Record, VerifiedRecord};
use lianfang_wire::vocabulary::{DeadlineRule, StateName};
use uuid::Uuid;

use super::asked::Asked;
use crate::randomness::timed_id;
use crate::{Actor, FlowError, Node};

const LARGEST_PAGE: u32 = 500;
const MAX_TEXT: usize = 2_000;

/// Which alerts to list.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    pub state: Option<AlertState>,
    pub client_reference: Option<String>,
    pub cursor: Option<String>,
    pub limit: u32,
}

impl Node {
    /// A page of alerts in the order they were opened.
    ///
    /// # Errors
    /// A malformed cursor.
    pub async fn alerts(self: &Arc<Self>, filter: AlertFilter) -> Result<AlertPage, FlowError> {
        let after = match filter.cursor.as_deref() {
            None => 0,
            Some(text) => text.parse().map_err(|_| {
                FlowError::because(
                    ProblemType::Malformed,
                    "cursor must be next_cursor of the page before; leave it out to start anew.",
                )
            })?,
        };
        let node = Arc::clone(self);
        let work = async move {
            let closed = node.close_ended().await?;
            node.look_again(closed);
            Ok(())
        };
        self.gateway.to_the_end(work).await?;
        if filter
            .client_reference
            .as_ref()
            .is_some_and(|text| text.contains('\0'))
        {
            // No subject has such a reference, and PostgreSQL refuses to look for it.
            return Ok(AlertPage {
                items: Vec::new(),
                next_cursor: None,
            });
        }
        let limit = filter.limit.clamp(1, LARGEST_PAGE) as usize;
        let wanted = store::AlertFilter {
            state: filter.state.map(stored_state),
            client_reference: filter.client_reference,
        };
        let rows = self
            .gateway
            .store(move |store| store.alerts_page(&wanted, after, limit + 1))
            .await?;
        let shown = &rows[..rows.len().min(limit)];
        let next_cursor = match shown.last() {
            Some((last, _)) if rows.len() > limit => Some(last.opened_seq.to_string()),
            _ => None,
        };
        let items = shown
            .iter()
            .map(|(row, matches)| view(row, matches))
            .collect::<Result<_, _>>()?;
        Ok(AlertPage { items, next_cursor })
    }

    /// One alert.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn alert(&self, id: Uuid) -> Result<Alert, FlowError> {
        let (row, matches) = self.gateway.store(move |store| store.alert(id)).await?;
        view(&row, &matches)
    }

    /// Records what a person decided about an alert. Once; what was found doesn't come back until the record changes.
    ///
    /// # Errors
    /// Not found, another decision stands, or the alert has ended by itself.
    pub async fn resolve_alert(
        &self,
        actor: &Actor,
        id: Uuid,
        decision: AlertDecision,
    ) -> Result<Alert, FlowError> {
        check(&decision).map_err(FlowError::Invalid)?;
        let outcome = decision.outcome;
        let recorded = RecordedDecision {
            outcome,
            reviewer: decision.reviewer,
            reason: decision.reason,
            actor: actor.name.clone(),
        };
        let text = serde_json::to_string(&recorded)
            .map_err(|_| FlowError::Internal("a decision can't be written as JSON"))?;
        let now = self.now();
        let same = move |stored: &str| {
            serde_json::from_str::<RecordedDecision>(stored).is_ok_and(|stored| stored == recorded)
        };
        let audit = self.audit_row(actor, "resolve_alert", id.to_string(), "roster", outcome.as_str());
        let resolution = self
            .gateway
            .store(move |store| store.resolve_alert(id, &text, same, now, audit))
            .await?;
        match resolution {
            Resolution::Recorded => self.tell_alert_news(),
            Resolution::Repeated => {}
            Resolution::Conflict => {
                return Err(FlowError::because(
                    ProblemType::Conflict,
                    "Another decision is on record; it stays.",
                ));
            }
            Resolution::Closed => {
                return Err(FlowError::because(
                    ProblemType::Conflict,
                    "The alert has ended by itself; there is nothing left to decide.",
                ));
            }
        }
        self.alert(id).await
    }

    /// Opens an alert about a confirmed record, unless its entry has ended by now.
    pub(super) async fn confirmed_in_roster(
        &self,
        record: &VerifiedRecord,
        asked: &Asked,
        weight: Weight,
    ) -> Result<(), FlowError> {
        let (publisher, entry) = (record.iss.clone(), record.entry);
        let reported = self
            .gateway
            .store(move |store| store.peer_entry_state(&publisher, entry))
            .await?;
        let heard = Heard::of(record, reported.filter(|reported| reported.seq >= record.seq));
        let now = self.now();
        let has_ended = effective_state(heard.state, heard.deadline, now, record.expires).is_terminal();
        if has_ended && (heard.state.is_terminal() || self.may_rely_on_clock().await?) {
            return Ok(());
        }
        let new = NewAlert {
            id: timed_id(self.randomness.as_ref(), now),
            client_reference: asked.row.client_reference.clone(),
            publisher: record.iss.clone(),
            entry_id: record.entry,
            record_seq: heard.seq,
            entry_state: i16::from(heard.state.number()),
            deadline: heard.deadline.map(|deadline| deadline.due),
            rule: heard.deadline.map(|deadline| i16::from(deadline.rule.number())),
            expires_at: record.expires,
            ends_at: heard
                .deadline
                .map_or(record.expires, |deadline| deadline.due.min(record.expires)),
            record: serde_json::to_string::<Record>(record)
                .map_err(|_| FlowError::Internal("a record can't be written as JSON"))?,
            found: asked.found(),
            found_at: asked.found_at,
            weight,
        };
        let opening = self
            .gateway
            .store(move |store| store.open_alert(&new, now))
            .await?;
        if let Opening::Opened(_) = opening {
            self.tell_alert_news();
            // A state that came between the look at the feed and the opening found no alert to end.
            self.hear_of_entry(record.iss.clone(), record.entry).await?;
        }
        Ok(())
    }
}

/// What is known of an entry's state: by its record, or by a newer item of the status feed.
struct Heard {
    seq: u64,
    state: StateName,
    deadline: Option<Deadline>,
}

impl Heard {
    fn of(record: &Record, reported: Option<PeerEntryState>) -> Self {
        let newer = reported.and_then(|reported| {
            Some(Self {
                seq: reported.seq,
                state: state_name(reported.state)?,
                deadline: reported.deadline.zip(rule(reported.rule)).map(deadline),
            })
        });
        newer.unwrap_or_else(|| Self {
            seq: record.seq,
            state: record.state,
            deadline: recorded_deadline(record),
        })
    }
}

fn deadline((due, rule): (lianfang_encoding::Timestamp, DeadlineRule)) -> Deadline {
    Deadline { due, rule }
}

pub(super) fn state_name(number: i16) -> Option<StateName> {
    u8::try_from(number).ok().and_then(StateName::from_number)
}

fn rule(number: Option<i16>) -> Option<DeadlineRule> {
    u8::try_from(number?).ok().and_then(DeadlineRule::from_number)
}

fn stored_state(state: AlertState) -> store::AlertState {
    match state {
        AlertState::Open => store::AlertState::Open,
        AlertState::Resolved => store::AlertState::Resolved,
        AlertState::Closed => store::AlertState::Closed,
    }
}

fn check(decision: &AlertDecision) -> Result<(), Vec<Violation>> {
    let texts = [("/reviewer", &decision.reviewer), ("/reason", &decision.reason)];
    let broken: Vec<_> = texts
        .into_iter()
        .filter(|(_, text)| text.trim().is_empty() || text.len() > MAX_TEXT || text.contains('\0'))
        .map(|(field, _)| Violation::new(field, "1 to 2,000 bytes and no NUL", "say who decided and why"))
        .collect();
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

pub(super) fn view(row: &AlertRow, matches: &[store::AlertMatch]) -> Result<Alert, FlowError> {
    let unreadable = || FlowError::Internal("a stored alert can't be read");
    let record: Record = serde_json::from_str(&row.record).map_err(|_| unreadable())?;
    let state = u8::try_from(row.state).ok().and_then(AlertState::from_number);
    let entry_state = state_name(row.entry_state).ok_or_else(unreadable)?;
    let decision = row.decision.as_deref().map(serde_json::from_str).transpose();
    Ok(Alert {
        id: row.id,
        client_reference: row.client_reference.clone(),
        state: state.ok_or_else(unreadable)?,
        opened_at: row.opened_at,
        ended_at: row.ended_at,
        ended_by: row.ended_by.clone(),
        matches: matches.iter().filter_map(matched).collect(),
        finding: AlertFinding {
            publisher: row.publisher.clone(),
            entry: row.entry_id,
            state: entry_state,
            disputed: entry_state.is_disputed(),
            category: record.category,
            basis: record.basis.kind,
            jurisdiction: record.basis.jurisdiction,
            evidence_grade: record.evidence_grade,
            measure: record.measure.action,
            since: record.decided,
            expires: row.expires_at,
            deadline: row.deadline,
            deadline_rule: rule(row.rule),
        },
        decision: decision.map_err(|_| unreadable())?,
    })
}

fn matched(found: &store::AlertMatch) -> Option<AlertMatch> {
    Some(AlertMatch {
        identifier_index: found.identifier_index.into(),
        kind: Kind::from_number(found.kind)?.name().to_owned(),
        level: match Level::from_number(found.level)? {
            Level::Strict => "strict",
            Level::Folded => "folded",
        }
        .to_owned(),
    })
}
