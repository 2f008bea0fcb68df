use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::create_entries::NewEvent;
use crate::database::Link;
use crate::event_heads::{audience_head, lock_chain, move_audience, move_chain};
use crate::{
    EventCommitment, EventDraft, EventHead, EventRow, EventSealer, EventSignature, FeedKind, FeedObject,
    PayloadRow, StoreError,
};

/// The end of the chain while a transaction holds its lock: gives out places and remembers how far it got.
pub(crate) struct Chain<'a> {
    head: EventHead,
    audiences: BTreeMap<Audience, EventHead>,
    now: Timestamp,
    sealer: &'a dyn EventSealer,
}

/// Which entry an event is about, and where it goes.
pub(crate) struct Subject {
    pub(crate) entry_id: Uuid,
    pub(crate) audience: Audience,
    pub(crate) subject_type: i16,
    pub(crate) category: Option<i16>,
    pub(crate) basis: i16,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) state: i16,
    pub(crate) shared: bool,
    /// What the audience is told is dated no earlier.
    pub(crate) since: Timestamp,
}

/// An event with its place in the chain, still to be signed.
pub(crate) struct PlacedEvent {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) audience_seq: Option<u64>,
    subject: Subject,
    event: NewEvent,
    previous_hash: [u8; 32],
    commitment: EventCommitment,
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

    /// Gives the event the next place in the chain and, when shared, in its audience.
    pub(crate) fn append(
        &mut self,
        link: &mut Link<'_>,
        subject: Subject,
        event: NewEvent,
    ) -> Result<PlacedEvent, StoreError> {
        let seq = self.head.seq + 1;
        let at = self.now.max(self.head.at + Duration::from_micros(1));
        let audience_seq = match subject.shared {
            true => Some(self.next_in_audience(link, &subject.audience)?),
            false => None,
        };
        let previous_hash = self.head.hash;
        let draft = draft(seq, at, &previous_hash, audience_seq, &subject, &event);
        let commitment = self.sealer.commit(&draft)?;
        self.head = EventHead {
            seq,
            hash: commitment.hash,
            at,
        };
        if let Some(seq) = audience_seq {
            let head = EventHead {
                seq,
                hash: commitment.hash,
                at,
            };
            self.audiences.insert(subject.audience.clone(), head);
        }
        Ok(PlacedEvent {
            seq,
            at,
            audience_seq,
            subject,
            event,
            previous_hash,
            commitment,
        })
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

impl PlacedEvent {
    pub(crate) fn sign(&self, sealer: &dyn EventSealer) -> Result<EventSignature, StoreError> {
        let draft = draft(
            self.seq,
            self.at,
            &self.previous_hash,
            self.audience_seq,
            &self.subject,
            &self.event,
        );
        let signature = sealer.sign(&draft, &self.commitment)?;
        if signature.status_bytes.is_some() == self.audience_seq.is_some() {
            Ok(signature)
        } else {
            Err(StoreError::Sealing)
        }
    }

    /// What the audience is told counts from this time.
    pub(crate) fn said_at(&self) -> Timestamp {
        self.at.max(self.subject.since)
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.event.deadline
    }

    /// The event as regulators see it; nothing when it isn't shared.
    pub(crate) fn feed_object(
        &self,
        signature: &EventSignature,
        sealer: &dyn EventSealer,
    ) -> Option<FeedObject> {
        let content = signature.status_bytes.clone()?;
        Some(FeedObject {
            kind: FeedKind::Entry,
            object_id: sealer.feed_object(self.subject.entry_id),
            audience: self.subject.audience.clone(),
            subject_type: Some(self.subject.subject_type),
            created: None,
            at: self.said_at(),
            content,
        })
    }

    pub(crate) fn event_row(&self, signature: EventSignature) -> EventRow {
        EventRow {
            seq: self.seq,
            entry_id: self.subject.entry_id,
            event_type: self.event.event_type,
            at: self.at,
            previous_hash: self.previous_hash,
            hash: self.commitment.hash,
            commitment: self.commitment.commitment,
            signature: signature.signature,
            audience: self.subject.audience.clone(),
            audience_seq: self.audience_seq,
            state: self.subject.state,
            deadline: self.event.deadline,
            rule: self.event.rule,
            status_bytes: signature.status_bytes,
        }
    }

    pub(crate) fn payload_row(&self) -> PayloadRow {
        PayloadRow {
            seq: self.seq,
            salt: self.commitment.salt,
            payload_sealed: self.commitment.payload_sealed.clone(),
        }
    }
}

fn draft<'a>(
    seq: u64,
    at: Timestamp,
    previous_hash: &'a [u8; 32],
    audience_seq: Option<u64>,
    subject: &'a Subject,
    event: &'a NewEvent,
) -> EventDraft<'a> {
    EventDraft {
        seq,
        at,
        said_at: at.max(subject.since),
        previous_hash,
        entry_id: subject.entry_id,
        event_type: event.event_type,
        audience: &subject.audience,
        audience_seq,
        subject_type: subject.subject_type,
        category: subject.category,
        basis: subject.basis,
        state: subject.state,
        deadline: event.deadline,
        rule: event.rule,
        expires_at: subject.expires_at,
        payload: &event.payload,
    }
}
