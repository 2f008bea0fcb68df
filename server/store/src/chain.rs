use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::create_entries::NewEvent;
use crate::database::Link;
use crate::event_heads::{audience_head, lock_chain, move_audience, move_chain};
use crate::{EventDraft, EventHead, EventRow, EventSealer, PayloadRow, StoreError};

/// The end of the chain while a transaction holds its lock: gives out places and remembers how far it got.
pub(crate) struct Chain<'a> {
    head: EventHead,
    audiences: BTreeMap<Audience, EventHead>,
    now: Timestamp,
    sealer: &'a dyn EventSealer,
}

/// Which entry an event is about, and where it goes.
pub(crate) struct Subject<'a> {
    pub(crate) entry_id: Uuid,
    pub(crate) audience: &'a Audience,
    pub(crate) state: i16,
    pub(crate) shared: bool,
}

impl<'a> Chain<'a> {
    pub(crate) fn lock(
        link: &mut Link<'_>,
        now: Timestamp,
        sealer: &'a dyn EventSealer,
    ) -> Result<Self, StoreError> {
        let head = lock_chain(link)?;
        Ok(Self {
            head,
            audiences: BTreeMap::new(),
            now,
            sealer,
        })
    }

    /// Gives the event the next place in the chain and, when shared, in its audience; then has it sealed.
    pub(crate) fn append(
        &mut self,
        link: &mut Link<'_>,
        subject: &Subject<'_>,
        event: &NewEvent,
    ) -> Result<(EventRow, PayloadRow), StoreError> {
        let seq = self.head.seq + 1;
        let at = self.now.max(self.head.at + Duration::from_micros(1));
        let audience_seq = if subject.shared {
            Some(self.next_in_audience(link, subject.audience)?)
        } else {
            None
        };
        let sealed = self.sealer.seal(EventDraft {
            seq,
            at,
            previous_hash: &self.head.hash,
            entry_id: subject.entry_id,
            event_type: event.event_type,
            audience: subject.audience,
            audience_seq,
            state: subject.state,
            deadline: event.deadline,
            rule: event.rule,
            payload: &event.payload,
        })?;
        if sealed.status_bytes.is_some() != subject.shared {
            return Err(StoreError::Sealing);
        }
        let previous_hash = self.head.hash;
        self.head = EventHead {
            seq,
            hash: sealed.hash,
            at,
        };
        if let Some(seq) = audience_seq {
            let head = EventHead {
                seq,
                hash: sealed.hash,
                at,
            };
            self.audiences.insert(subject.audience.clone(), head);
        }
        let payload = PayloadRow {
            seq,
            salt: sealed.salt,
            payload_sealed: sealed.payload_sealed,
        };
        let row = EventRow {
            seq,
            entry_id: subject.entry_id,
            event_type: event.event_type,
            at,
            previous_hash,
            hash: sealed.hash,
            commitment: sealed.commitment,
            signature: sealed.signature,
            audience: subject.audience.clone(),
            audience_seq,
            state: subject.state,
            deadline: event.deadline,
            rule: event.rule,
            status_bytes: sealed.status_bytes,
        };
        Ok((row, payload))
    }

    /// Writes how far the chain and its audiences got. The lock stays until the transaction ends.
    pub(crate) fn close(self, link: &mut Link<'_>) -> Result<(), StoreError> {
        for (audience, head) in &self.audiences {
            move_audience(link, audience, *head)?;
        }
        move_chain(link, self.head)
    }

    fn next_in_audience(&self, link: &mut Link<'_>, audience: &Audience) -> Result<u64, StoreError> {
        match self.audiences.get(audience) {
            Some(head) => Ok(head.seq + 1),
            None => Ok(audience_head(link, audience)? + 1),
        }
    }
}
