use std::sync::Arc;

use lianfang_domain::lifecycle::State;
use lianfang_domain::{Finding, audience_exists, check_entry};
use lianfang_encoding::{Audience, Timestamp, Transcript};
use lianfang_store as store;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, NewEntry};
use lianfang_wire::vocabulary::EventType;
use serde::Serialize;
use uuid::Uuid;

use super::RequestName;
use super::view::{Content, ENTRIES};
use crate::durable::durable_step;
use crate::randomness::random_id;
use crate::screen::normalise;
use crate::{Actor, FlowError, Node};

/// Purpose in the audit log.
pub(super) const AUDITED: &str = "entries";

/// The entry, and whether this call recorded it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub entry: Entry,
    pub created: bool,
}

/// What an event keeps about itself; sealed at rest, committed to in the chain.
#[derive(Debug, Serialize, serde::Deserialize)]
pub(crate) struct EventPayload {
    pub(crate) entry: Uuid,
    pub(crate) actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
}

impl EventPayload {
    /// Without a reason.
    pub(super) fn of(entry: Uuid, actor: String) -> Self {
        Self {
            entry,
            actor,
            reason: None,
            reference: None,
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Node {
    /// Records one entry; the same `client_reference` with the same content is answered with what exists, and completes what
    /// was incomplete.
    ///
    /// # Errors
    /// Every broken rule, an unknown audience, or a reference already used for something else.
    pub async fn record_entry(self: &Arc<Self>, actor: &Actor, new: NewEntry) -> Result<Recorded, FlowError> {
        self.record_entry_once(actor, new, None).await
    }

    /// The same by a request that may be sent again: under one name it records one entry, however the first ended.
    ///
    /// # Errors
    /// Those of [`Node::record_entry`].
    pub async fn record_entry_once(
        self: &Arc<Self>,
        actor: &Actor,
        new: NewEntry,
        name: Option<RequestName>,
    ) -> Result<Recorded, FlowError> {
        let ids = self.entry_ids(name, vec![0]).await?;
        let id = *ids.first().ok_or(FlowError::Internal("an entry has no id"))?;
        let prepared = self.prepare_entry(actor, new, id)?;
        let line = self.audit_row(actor, "record_entry", String::new(), AUDITED, "");
        let audit = move |created: &[store::Created]| {
            let (id, outcome) = match created.first()? {
                store::Created::New { id, .. } => (id, "recorded"),
                store::Created::Completed { id, .. } => (id, "completed"),
                store::Created::Existing { id } => (id, "present"),
                store::Created::Conflict => return None,
            };
            Some(store::AuditRow {
                object: id.to_string(),
                outcome: outcome.to_owned(),
                ..line
            })
        };
        let outcome = self.write_entries(vec![prepared], audit).await?;
        let (id, created) = match outcome.first() {
            Some(store::Created::New { id, .. } | store::Created::Completed { id, .. }) => (*id, true),
            Some(store::Created::Existing { id }) => (*id, false),
            _ => {
                return Err(FlowError::because(
                    ProblemType::Conflict,
                    "This client_reference was used for another entry. Use a new one, or post the same content; only an entry that is \
                     active and `incomplete` is completed by posting it again, for the same subject, with all that it says and what it lacked.",
                ));
            }
        };
        Ok(Recorded {
            entry: self.entry(id).await?,
            created,
        })
    }

    /// Writes them with the line of the audit log that goes with what becomes of them, and has them published.
    pub(crate) async fn write_entries(
        self: &Arc<Self>,
        batch: Vec<store::NewEntry>,
        audit: impl FnOnce(&[store::Created]) -> Option<store::AuditRow> + Send + 'static,
    ) -> Result<Vec<store::Created>, FlowError> {
        self.check_standing()?;
        let (node, sealer, now) = (Arc::clone(self), Arc::clone(self), self.now());
        durable_step("entries_begun");
        let work = async move {
            let write = move |store: &store::Store| {
                let reuse = |row: &store::EntryRow, posted: &store::NewEntry| sealer.reuse(row, posted);
                store.create_entries_audited(batch, now, sealer.as_ref(), reuse, audit)
            };
            let created = node.gateway.store(write).await;
            if let Ok(created) = &created {
                durable_step("entries_committed");
                let is_completed =
                    |outcome: &&store::Created| matches!(outcome, store::Created::Completed { .. });
                let is_new = |outcome: &&store::Created| matches!(outcome, store::Created::New { .. });
                let completed = created.iter().filter(is_completed).count();
                let new = created.iter().filter(is_new).count() + completed;
                node.tally.entries_moved(EventType::Created, new as u64);
                node.tally.entries_moved(EventType::Corrected, completed as u64);
            }
            // Always: the answer to a commit that was carried out may be lost, this time or when they were first sent.
            node.entries_created();
            created
        };
        self.gateway.to_the_end(work).await
    }

    /// Checks an entry, of which one identifier at least can be read, and seals it for the store.
    pub(crate) fn prepare_entry(
        &self,
        actor: &Actor,
        new: NewEntry,
        id: Uuid,
    ) -> Result<store::NewEntry, FlowError> {
        let now = self.now();
        let finding = check_entry(&new, now).map_err(FlowError::Invalid)?;
        let audience = self.known_audience(&new.sharing.audience)?;
        let links = self.links.links_of(&new);
        // Whatever has a form is linked: of the others nobody could ever be found.
        if links.is_empty() {
            return Err(FlowError::Invalid(normalise(&new.subject).broken()));
        }
        let content = Content { entry: new.clone() }.to_bytes()?;
        let request_hash = Transcript::new("lianfang/request/v1")
            .bytes(self.keys.data.hashing().as_ref())
            .bytes(&content)
            .sha256();
        let body_sealed = self.seal_content(id, &content)?;
        let payload = EventPayload::of(id, actor.name.clone());
        Ok(store::NewEntry {
            links,
            ..row(id, new, audience, finding, request_hash, body_sealed, &payload)
        })
    }

    pub(super) fn seal_content(&self, id: Uuid, content: &[u8]) -> Result<Vec<u8>, FlowError> {
        let mut rng = self.randomness.rng();
        let sealed = self.keys.data.seal(ENTRIES, id.as_bytes(), content, &mut rng);
        sealed.map_err(|_| FlowError::Internal("an entry can't be sealed"))
    }

    /// Of the entries that these lines of a request make. An id under which others were told of an entry that was lost in a
    /// restore never returns: they were told of its end.
    pub(super) async fn entry_ids(
        &self,
        name: Option<RequestName>,
        lines: Vec<u64>,
    ) -> Result<Vec<Uuid>, FlowError> {
        let Some(name) = name else {
            return Ok(lines
                .iter()
                .map(|_| random_id(self.randomness.as_ref()))
                .collect());
        };
        let mut ids: Vec<_> = lines.iter().map(|line| name.entry_id(*line, 0)).collect();
        let mut round = 0;
        while self.incarnation() > 0 {
            let asked = ids.clone();
            let lost = self
                .gateway
                .store(move |store| store.lost_entries(&asked))
                .await?;
            if lost.is_empty() {
                break;
            }
            round += 1;
            for (id, line) in ids.iter_mut().zip(&lines).filter(|(id, _)| lost.contains(id)) {
                *id = name.entry_id(*line, round);
            }
        }
        Ok(ids)
    }

    fn known_audience(&self, name: &str) -> Result<Audience, FlowError> {
        let unknown = || {
            FlowError::because(
                ProblemType::UnknownAudience,
                "sharing.audience must be `all`, `regulators`, a member's country in lower case, or a list of the membership document.",
            )
        };
        let audience: Audience = name.parse().map_err(|_| unknown())?;
        if audience_exists(&self.document().document, &audience) {
            Ok(audience)
        } else {
            Err(unknown())
        }
    }
}

fn row(
    id: Uuid,
    new: NewEntry,
    audience: Audience,
    finding: Finding,
    request_hash: [u8; 32],
    body_sealed: Vec<u8>,
    payload: &EventPayload,
) -> store::NewEntry {
    let decided_at: Option<Timestamp> = new.decision.as_ref().map(|decision| decision.decided_at);
    store::NewEntry {
        id,
        request_hash,
        audience,
        subject_type: i16::from(new.subject.kind.number()),
        natural_person: new.subject.natural_person,
        state: i16::from(State::Active.name().number()),
        state_data: serde_json::to_string(&State::Active).unwrap_or_default(),
        local_reason: finding.local.map(|reason| reason.code().to_owned()),
        grade: i16::from(finding.grade.number()),
        category: new
            .violation
            .as_ref()
            .map(|violation| i16::from(violation.category.number())),
        basis: i16::from(new.basis.kind.number()),
        jurisdiction: new.basis.jurisdiction,
        decided_at,
        expires_at: Some(new.expires),
        body_sealed,
        links: Vec::new(),
        event: store::NewEvent {
            event_type: i16::from(EventType::Created.number()),
            deadline: None,
            rule: None,
            payload: payload.to_bytes(),
        },
        client_reference: new.client_reference,
    }
}
