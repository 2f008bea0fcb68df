use std::sync::Arc;

use lianfang_encoding::Timestamp;
use lianfang_store as store;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, EntryPage, TimelineEvent};
use lianfang_wire::vocabulary::{EventType, StateName};
use uuid::Uuid;

use super::record::EventPayload;
use super::seal::PAYLOADS;
use super::view::state_of;
use crate::{FlowError, Node};

const LARGEST_PAGE: u32 = 500;

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub state: Option<StateName>,
    pub cursor: Option<String>,
    pub limit: u32,
}

impl Node {
    /// One entry.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn entry(&self, id: Uuid) -> Result<Entry, FlowError> {
        let row = self.gateway.store(move |store| store.entry(id)).await?;
        self.entry_view(&row)
    }

    /// A page of entries in the order they were recorded.
    ///
    /// # Errors
    /// A malformed cursor.
    pub async fn entries(&self, filter: EntryFilter) -> Result<EntryPage, FlowError> {
        let after = match filter.cursor.as_deref() {
            None => 0,
            Some(text) => text.parse().map_err(|_| {
                FlowError::because(
                    ProblemType::Malformed,
                    "cursor must be next_cursor of the page before; leave it out to start anew.",
                )
            })?,
        };
        let limit = filter.limit.clamp(1, LARGEST_PAGE) as usize;
        let mut found = self.entries_in(filter.state, after, limit + 1).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = found.last().filter(|_| more).map(|(place, _)| place.to_string());
        let items = found.into_iter().map(|(_, entry)| entry).collect();
        Ok(EntryPage { items, next_cursor })
    }

    /// Up to `most` entries after a place that are in `wanted` now, each with its own place.
    async fn entries_in(
        &self,
        wanted: Option<StateName>,
        mut after: u64,
        most: usize,
    ) -> Result<Vec<(u64, Entry)>, FlowError> {
        let now = self.now();
        let filter = store::EntryFilter {
            state: wanted.map(|state| in_state(state, now)),
            audience: None,
        };
        let mut found = Vec::new();
        loop {
            let filter = filter.clone();
            let rows = self
                .gateway
                .store(move |store| store.entries_page(&filter, after, most))
                .await?;
            for row in &rows {
                after = row.created_seq;
                let entry = self.entry_view(row)?;
                let state = state_of(row)?.effective(now, entry.content.expires);
                if wanted.is_none_or(|wanted| wanted == state) && found.len() < most {
                    found.push((after, Entry { state, ..entry }));
                }
            }
            if rows.len() < most || found.len() == most {
                return Ok(found);
            }
        }
    }

    /// Everything that happened to an entry, oldest first.
    ///
    /// # Errors
    /// [`FlowError::NotFound`].
    pub async fn timeline(self: &Arc<Self>, id: Uuid) -> Result<Vec<TimelineEvent>, FlowError> {
        let rows = self
            .gateway
            .store(move |store| {
                store.entry(id)?;
                let events = store.entry_events(id)?;
                let payloads = events
                    .iter()
                    .map(|event| store.event_payload(event.seq))
                    .collect::<Vec<_>>();
                Ok(events.into_iter().zip(payloads).collect::<Vec<_>>())
            })
            .await?;
        rows.into_iter()
            .map(|(event, payload)| self.timeline_event(&event, payload.ok()))
            .collect()
    }

    fn timeline_event(
        &self,
        event: &store::EventRow,
        payload: Option<store::PayloadRow>,
    ) -> Result<TimelineEvent, FlowError> {
        let unreadable = FlowError::Internal("an event's numbers aren't known");
        let (Some(kind), Some(state)) = (
            u8::try_from(event.event_type)
                .ok()
                .and_then(EventType::from_number),
            u8::try_from(event.state).ok().and_then(StateName::from_number),
        ) else {
            return Err(unreadable);
        };
        let payload: Option<EventPayload> = payload
            .and_then(|row| {
                self.keys
                    .data
                    .open(PAYLOADS, &row.seq.to_be_bytes(), &row.payload_sealed)
                    .ok()
            })
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let (reason, reference, actor) = match payload {
            Some(payload) => (payload.reason, payload.reference, Some(payload.actor)),
            None => (None, None, None),
        };
        Ok(TimelineEvent {
            seq: event.seq,
            kind,
            at: event.at,
            state,
            reason,
            reference,
            actor,
            commitment: hex::encode(event.commitment),
        })
    }
}

/// Those that are in `state`, and some that aren't: of what was overdue twice, only its own state tells what came first.
fn in_state(state: StateName, now: Timestamp) -> store::InState {
    let number = |state: StateName| i16::from(state.number());
    store::InState {
        state: number(state),
        at: now,
        overdue: match state {
            // Of a contest or forwarding whose clock has run out.
            StateName::Released => {
                store::Overdue::Of([StateName::Contested, StateName::Forwarded].map(number).into())
            }
            StateName::Expired => store::Overdue::All,
            _ => store::Overdue::None,
        },
    }
}
