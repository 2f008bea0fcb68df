use std::sync::Arc;

use lianfang_store as store;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, EntryPage, TimelineEvent};
use lianfang_wire::vocabulary::{EventType, StateName};
use uuid::Uuid;

use super::record::EventPayload;
use super::seal::PAYLOADS;
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
        let limit = filter.limit.clamp(1, LARGEST_PAGE);
        let wanted = store::EntryFilter {
            state: filter.state.map(|state| i16::from(state.number())),
            audience: None,
        };
        let rows = self
            .gateway
            .store(move |store| store.entries_page(&wanted, after, limit as usize + 1))
            .await?;
        let more = rows.len() > limit as usize;
        let rows = &rows[..rows.len().min(limit as usize)];
        let next_cursor = if more {
            rows.last().map(|row| row.created_seq.to_string())
        } else {
            None
        };
        let items = rows
            .iter()
            .map(|row| self.entry_view(row))
            .collect::<Result<_, _>>()?;
        Ok(EntryPage { items, next_cursor })
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
        Ok(TimelineEvent {
            seq: event.seq,
            kind,
            at: event.at,
            state,
            reason: payload.as_ref().and_then(|payload| payload.reason.clone()),
            actor: payload.map(|payload| payload.actor),
            commitment: hex::encode(event.commitment),
        })
    }
}
