//! Between stored rows and what the platform door shows.

use lianfang_domain::lifecycle::State;
use lianfang_store::{DataKeys, EntryRow};
use lianfang_wire::entry::{Entry, NewEntry};
use lianfang_wire::vocabulary::EvidenceGrade;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{FlowError, Node};

/// Table label that entries are bound to at rest.
pub(crate) const ENTRIES: &str = "entries";

/// What is sealed at rest of an entry.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) entry: NewEntry,
}

impl Content {
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, FlowError> {
        serde_json::to_vec(self).map_err(|_| FlowError::Internal("an entry can't be written as JSON"))
    }
}

pub(crate) fn open_content(key: &DataKeys, row: &EntryRow) -> Result<Content, FlowError> {
    open_body(key, row.id, &row.body_sealed)
}

pub(super) fn open_body(key: &DataKeys, id: Uuid, sealed: &[u8]) -> Result<Content, FlowError> {
    let bytes = key
        .open(ENTRIES, id.as_bytes(), sealed)
        .map_err(|_| FlowError::Internal("an entry can't be opened with this node's data key"))?;
    serde_json::from_slice(&bytes).map_err(|_| FlowError::Internal("an entry's content can't be read"))
}

pub(crate) fn state_of(row: &EntryRow) -> Result<State, FlowError> {
    serde_json::from_str(&row.state_data).map_err(|_| FlowError::Internal("an entry's state can't be read"))
}

pub(crate) fn grade_of(row: &EntryRow) -> EvidenceGrade {
    u8::try_from(row.grade)
        .ok()
        .and_then(EvidenceGrade::from_number)
        .unwrap_or(EvidenceGrade::Stated)
}

impl Node {
    pub(crate) fn entry_view(&self, row: &EntryRow) -> Result<Entry, FlowError> {
        let content = open_content(&self.keys.data, row)?.entry;
        let state = state_of(row)?;
        let deadline = state.deadline();
        Ok(Entry {
            id: row.id,
            state: state.effective(self.now(), content.expires),
            deadline: deadline.map(|deadline| deadline.due),
            deadline_rule: deadline.map(|deadline| deadline.rule),
            revision: row.revision,
            evidence_grade: grade_of(row),
            local_reason: row.local_reason.clone(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            content,
        })
    }
}
