//! Synthetic rows, and a sealer whose hashes can be checked again.

use std::sync::Barrier;
use std::thread;

use lianfang_encoding::{Audience, NodeId, Timestamp, Transcript, sha256};
use lianfang_store::{
    AuditRow, CachedAnswer, EntryRow, EntryUpdate, EventCommitment, EventDraft, EventRow, EventSealer,
    EventSignature, FeedKind, FeedObject, HeadRow, ListKey, ListRecord, NewEntry, NewEvent, OwnItem,
    PeerStatus, RecordRow, SealingError, TokenRow,
};
use uuid::Uuid;

pub(crate) const ACTIVE: i16 = 2;
pub(crate) const WITHDRAWN: i16 = 9;

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

pub(crate) fn audience(name: &str) -> Audience {
    name.parse().unwrap()
}

pub(crate) fn node(name: &str) -> NodeId {
    name.parse().unwrap()
}

pub(crate) fn event(payload: &str) -> NewEvent {
    NewEvent {
        event_type: 1,
        deadline: None,
        rule: None,
        payload: payload.into(),
    }
}

/// A shared, active entry of audience `all`.
pub(crate) fn entry(reference: &str) -> NewEntry {
    NewEntry {
        id: Uuid::new_v4(),
        client_reference: Some(reference.to_owned()),
        request_hash: sha256(reference.as_bytes()),
        audience: audience("all"),
        subject_type: 1,
        natural_person: false,
        state: ACTIVE,
        state_data: "{}".to_owned(),
        local_reason: None,
        grade: 2,
        category: Some(3),
        basis: 1,
        jurisdiction: "cn".to_owned(),
        decided_at: Some(at(0)),
        expires_at: None,
        body_sealed: vec![1, 2, 3],
        links: Vec::new(),
        event: event(reference),
    }
}

pub(crate) fn in_audience(name: &str, entry: NewEntry) -> NewEntry {
    NewEntry {
        audience: audience(name),
        ..entry
    }
}

pub(crate) fn local(entry: NewEntry) -> NewEntry {
    NewEntry {
        local_reason: Some("incomplete".to_owned()),
        ..entry
    }
}

pub(crate) fn to_state(row: &EntryRow, state: i16) -> EntryUpdate {
    EntryUpdate {
        state,
        ..EntryUpdate::of(row, event("change"))
    }
}

/// Seals by hashing only; the signature is the event's hash, twice.
pub(crate) struct Hashing;

impl EventSealer for Hashing {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        let commitment = sha256(draft.payload);
        Ok(EventCommitment {
            hash: chained(draft.previous_hash, draft.seq, draft.at, &commitment),
            commitment,
            salt: [8; 32],
            payload_sealed: draft.payload.to_vec(),
        })
    }

    fn sign(
        &self,
        draft: &EventDraft<'_>,
        commitment: &EventCommitment,
    ) -> Result<EventSignature, SealingError> {
        Ok(EventSignature {
            signature: twice(&commitment.hash),
            status_bytes: draft.audience_seq.map(|seq| seq.to_be_bytes().to_vec()),
        })
    }

    fn feed_object(&self, entry_id: Uuid) -> Uuid {
        entry_id
    }
}

fn twice(hash: &[u8; 32]) -> [u8; 64] {
    [*hash, *hash].concat().try_into().unwrap()
}

/// Hashes, except that `commit` fails on one payload or `sign` does.
pub(crate) enum Refusing {
    Commit(&'static str),
    Sign(&'static str),
}

impl EventSealer for Refusing {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        match self {
            Self::Commit(payload) if draft.payload == payload.as_bytes() => Err(SealingError::Randomness),
            _ => Hashing.commit(draft),
        }
    }

    fn sign(
        &self,
        draft: &EventDraft<'_>,
        commitment: &EventCommitment,
    ) -> Result<EventSignature, SealingError> {
        match self {
            Self::Sign(payload) if draft.payload == payload.as_bytes() => Err(SealingError::TooLong),
            _ => Hashing.sign(draft, commitment),
        }
    }

    fn feed_object(&self, entry_id: Uuid) -> Uuid {
        Hashing.feed_object(entry_id)
    }
}

fn chained(previous: &[u8; 32], seq: u64, at: Timestamp, commitment: &[u8; 32]) -> [u8; 32] {
    Transcript::new("test/event")
        .u64(seq)
        .u64(at.as_micros())
        .bytes(previous)
        .bytes(commitment)
        .sha256()
}

/// Follows the chain from the first event: gapless, strictly later, each naming the hash before.
pub(crate) fn assert_chain(events: &[EventRow]) {
    let (mut seq, mut time, mut hash) = (0, Timestamp::default(), [0; 32]);
    for event in events {
        assert_eq!(event.seq, seq + 1);
        assert!(event.at > time, "event {}", event.seq);
        assert_eq!(event.previous_hash, hash, "event {}", event.seq);
        assert_eq!(event.hash, chained(&hash, event.seq, event.at, &event.commitment));
        assert_eq!(event.signature, twice(&event.hash), "event {}", event.seq);
        (seq, time, hash) = (event.seq, event.at, event.hash);
    }
}

pub(crate) fn token(entry_id: Uuid, identifier_index: u16, byte: u8) -> TokenRow {
    TokenRow {
        entry_id,
        identifier_index,
        kind: 60_000,
        norm_version: 200,
        level: 1,
        key_id: [1; 16],
        role: 1,
        verified: true,
        token: [byte; 32],
    }
}

pub(crate) fn list(publisher: &str, name: &str) -> ListKey {
    ListKey {
        publisher: node(publisher),
        audience: audience(name),
        subject_type: 1,
        epoch: 1,
    }
}

pub(crate) fn head(list: &ListKey, sequence: u64) -> HeadRow {
    HeadRow {
        publisher: list.publisher.clone(),
        audience: list.audience.clone(),
        subject_type: list.subject_type,
        epoch: list.epoch,
        incarnation: 1,
        sequence,
        kind: 0,
        head: format!("head {sequence}").into_bytes(),
        head_hash: sha256(&sequence.to_be_bytes()),
        body_hash: sha256(format!("{list:?} {sequence}").as_bytes()),
        body_length: 59_000,
        created: at(sequence),
        expires: at(sequence + 86_400),
        in_force: false,
        base_sequence: sequence - 1,
        live: false,
        tokens: None,
    }
}

/// Its `confirm_key` is `byte` repeated.
pub(crate) fn list_record(byte: u8) -> ListRecord {
    ListRecord {
        confirm_key: [byte; 32],
        entry_id: Uuid::from_u128(u128::from(byte)),
        identifier_index: 0,
        kind: 1,
        level: 0,
        key_id: [1; 16],
        token_prefix: u64::from(byte),
    }
}

pub(crate) fn status(entry_id: Uuid, seq: u64) -> PeerStatus {
    PeerStatus {
        seq,
        entry_id,
        object_id: entry_id,
        subject_type: 1,
        state: ACTIVE,
        deadline: None,
        rule: None,
        at: at(seq),
        raw: format!("{entry_id} {seq}").into_bytes(),
        terminal: false,
    }
}

/// Of platform-a, under the confirm_key 5 5 5 …
pub(crate) fn record(entry_id: Uuid, valid_until: Timestamp) -> RecordRow {
    RecordRow {
        publisher: node("platform-a"),
        confirm_key: [5; 32],
        audience: audience("all"),
        subject_type: 1,
        epoch: 1,
        entry_id,
        jws: "header.payload.signature".to_owned(),
        valid_until,
        received_at: at(0),
    }
}

/// One answer that holds these.
pub(crate) fn answered(records: Vec<RecordRow>) -> Vec<CachedAnswer> {
    vec![CachedAnswer {
        list: records[0].list(),
        confirm_key: records[0].confirm_key,
        records,
    }]
}

/// What eight callers get who start together, numbered from 0.
pub(crate) fn race<T: Send>(call: impl Fn(u128) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(8);
    let run = |number| {
        start.wait();
        call(number)
    };
    thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || run(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// An item of this node's own feed that a peer gave back.
pub(crate) fn recovered(name: &str, seq: u64) -> OwnItem {
    let entry_id = Uuid::from_u128(u128::from(seq));
    own_item(name, entry_id, seq, seq.to_be_bytes().to_vec())
}

/// An item of this node's own feed without an event.
pub(crate) fn own_item(name: &str, entry_id: Uuid, seq: u64, content: Vec<u8>) -> OwnItem {
    OwnItem {
        audience_seq: seq,
        entry_id,
        object: FeedObject {
            kind: FeedKind::Entry,
            object_id: entry_id,
            audience: audience(name),
            subject_type: Some(1),
            created: None,
            at: at(0),
            content,
        },
    }
}

/// A line of the audit log.
pub(crate) fn line(id: u128) -> AuditRow {
    AuditRow {
        id: Uuid::from_u128(id),
        at: at(1),
        actor: "shop".to_owned(),
        action: "decide".to_owned(),
        object: id.to_string(),
        purpose: "screenings".to_owned(),
        outcome: "review".to_owned(),
    }
}
