//! Seals an event inside the store's transaction: commitment, chain, signature, status item.

use lianfang_encoding::{SigningKey, SubjectType, Timestamp};
use lianfang_store::{
    EntryRow, EventCommitment, EventDraft, EventSealer, EventSignature, FeedKind, FeedObject, OwnItem,
    SealingError,
};
use lianfang_wire::event::{EventHeader, commitment};
use lianfang_wire::feed::StatusItem;
use lianfang_wire::stix;
use lianfang_wire::vocabulary::{BasisType, Category, DeadlineRule, StateName};
use rand_core::RngCore as _;
use uuid::Uuid;

use super::state_of;
use crate::Node;

/// Table label that payloads are bound to at rest.
pub(crate) const PAYLOADS: &str = "event_payloads";

impl EventSealer for Node {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        let mut rng = self.randomness.rng();
        let mut salt = [0; 32];
        rng.try_fill_bytes(&mut salt)
            .map_err(|_| SealingError::Randomness)?;
        let commitment = commitment(&salt, draft.payload);
        let id = draft.seq.to_be_bytes();
        Ok(EventCommitment {
            hash: self.header(draft, commitment).hash(),
            commitment,
            salt,
            payload_sealed: self.keys.data.seal(PAYLOADS, &id, draft.payload, &mut rng)?,
        })
    }

    fn sign(
        &self,
        draft: &EventDraft<'_>,
        commitment: &EventCommitment,
    ) -> Result<EventSignature, SealingError> {
        let signing = self.signing().map_err(|_| SealingError::Standing)?;
        let header = self.header(draft, commitment.commitment);
        Ok(EventSignature {
            signature: header.sign(signing),
            status_bytes: self.status_item(draft, signing)?,
        })
    }

    fn feed_object(&self, entry_id: Uuid) -> Uuid {
        stix::indicator_id(&self.trust.federation(), &self.id, entry_id)
    }
}

impl Node {
    fn header(&self, draft: &EventDraft<'_>, commitment: [u8; 32]) -> EventHeader {
        EventHeader {
            fed: self.trust.federation(),
            publisher: self.id.clone(),
            seq: draft.seq,
            at: draft.at,
            previous: *draft.previous_hash,
            commitment,
        }
    }

    /// What was last said of an entry, signed for a further place in its audience's feed.
    pub(crate) fn state_again(&self, row: &EntryRow, place: u64) -> Result<OwnItem, SealingError> {
        let signing = self.signing().map_err(|_| SealingError::Standing)?;
        let deadline = state_of(row).map_err(|_| SealingError::Forged)?.deadline();
        // No event of the chain goes with it.
        let said = EventDraft {
            seq: row.last_seq,
            at: row.updated_at,
            said_at: row.updated_at,
            previous_hash: &[0; 32],
            entry_id: row.id,
            event_type: 0,
            audience: &row.audience,
            audience_seq: Some(place),
            subject_type: row.subject_type,
            category: row.category,
            basis: row.basis,
            state: row.state,
            deadline: deadline.map(|deadline| deadline.due),
            rule: deadline.map(|deadline| i16::from(deadline.rule.number())),
            expires_at: row.expires_at,
            payload: &[],
        };
        let item = self.item_of(&said)?.ok_or(SealingError::Forged)?;
        let bytes = item.sign(signing);
        Ok(without_event(&item, bytes))
    }

    /// The end of an entry whose content is lost, out of what was said of it.
    pub(crate) fn withdrawal(
        &self,
        told: &StatusItem,
        place: u64,
        now: Timestamp,
    ) -> Result<OwnItem, SealingError> {
        let signing = self.signing().map_err(|_| SealingError::Standing)?;
        let item = StatusItem {
            seq: place,
            state: StateName::Withdrawn,
            deadline: None,
            rule: None,
            // Readers take the latest of what was said.
            at: now.max(told.at),
            ..told.clone()
        };
        let bytes = item.sign(signing);
        Ok(without_event(&item, bytes))
    }

    fn status_item(
        &self,
        draft: &EventDraft<'_>,
        signing: &SigningKey,
    ) -> Result<Option<Vec<u8>>, SealingError> {
        Ok(self.item_of(draft)?.map(|item| item.sign(signing)))
    }

    fn item_of(&self, draft: &EventDraft<'_>) -> Result<Option<StatusItem>, SealingError> {
        let Some(seq) = draft.audience_seq else {
            return Ok(None);
        };
        let known = |number: i16| u8::try_from(number).ok();
        let state = known(draft.state).and_then(StateName::from_number);
        let subject = known(draft.subject_type).and_then(SubjectType::from_number);
        let basis = known(draft.basis).and_then(BasisType::from_number);
        Ok(Some(StatusItem {
            fed: self.trust.federation(),
            publisher: self.id.clone(),
            audience: draft.audience.clone(),
            entry: draft.entry_id,
            subject: subject.ok_or(SealingError::Forged)?,
            category: draft.category.and_then(known).and_then(Category::from_number),
            basis: basis.ok_or(SealingError::Forged)?,
            seq,
            state: state.ok_or(SealingError::Forged)?,
            deadline: draft.deadline.filter(|deadline| *deadline > Timestamp::default()),
            rule: draft.rule.and_then(known).and_then(DeadlineRule::from_number),
            expires: draft.expires_at,
            at: draft.said_at,
        }))
    }
}

/// An item of this node's own, with its signed bytes, as the store keeps it when no event of the chain goes with it.
pub(crate) fn without_event(item: &StatusItem, bytes: Vec<u8>) -> OwnItem {
    OwnItem {
        audience_seq: item.seq,
        entry_id: item.entry,
        object: FeedObject {
            kind: FeedKind::Entry,
            object_id: stix::indicator_id(&item.fed, &item.publisher, item.entry),
            audience: item.audience.clone(),
            subject_type: Some(i16::from(item.subject.number())),
            created: None,
            at: item.at,
            content: bytes,
        },
    }
}
