use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_domain::{Withheld, includes};
use lianfang_encoding::{NodeId, SubjectType};
use lianfang_identifier::Level;
use lianfang_store::{EntryInList, EntryRow, HeadRow, ListVersion, Store, StoreError};
use lianfang_wire::explanation::{
    Arrival, EntryExplanation, FormExplanation, FormOutcome, ReaderExplanation,
};
use uuid::Uuid;

use crate::entries::{grade_of, open_content};
use crate::screen::normalise;
use crate::{FlowError, Node};

/// Place, kind and level of a form.
type Form = (u16, u16, u8);

impl Node {
    pub(super) async fn explain_entry(self: &Arc<Self>, id: Uuid) -> Result<EntryExplanation, FlowError> {
        let row = self.gateway.store(move |store| store.entry(id)).await?;
        let examined = self.examine(&self.document().document, &row, self.writing_time().await?)?;
        let content = open_content(&self.keys.data, &row)?.entry;
        let InList {
            head,
            forms: published,
            entry: change,
        } = self.in_list(&row).await?;
        let forms = examined.forms.iter().map(|(form, kept_back)| {
            let place = (
                form.index,
                form.canonical.kind.number(),
                form.canonical.level.number(),
            );
            FormExplanation {
                index: form.index.into(),
                kind: form.canonical.kind.to_string(),
                level: level(form.canonical.level).to_owned(),
                outcome: outcome(published.contains(&place), *kept_back),
                reason: kept_back.map(|reason| reason.code().to_owned()),
                rule: kept_back.map(|reason| reason.to_string()),
            }
        });
        Ok(EntryExplanation {
            entry: id,
            state: examined.state,
            audience: row.audience.to_string(),
            subject_type: subject_type(&row)?.to_string(),
            evidence_grade: grade_of(&row),
            sequence: head.as_ref().map(|head| head.sequence),
            came: change.came.filter(|came| *came > 0),
            left: change.left.map(|left| left.sequence),
            status: row.audience_seq,
            forms: forms.collect(),
            rejected: normalise(&content.subject).rejected().cloned().collect(),
            readers: self.readers(&row, head.as_ref(), change).await?,
        })
    }

    /// The newest of this node's lists that has, or had, something of the entry; otherwise the newest that could.
    async fn in_list(&self, row: &EntryRow) -> Result<InList, FlowError> {
        let (own, id) = (self.id.clone(), row.id);
        let (audience, number) = (row.audience.clone(), row.subject_type);
        self.gateway
            .store(move |store| {
                let of_entry = |head: &HeadRow| head.audience == audience && head.subject_type == number;
                let mut heads = store.heads_in_force(Some(&own))?;
                heads.retain(of_entry);
                heads.sort_by_key(|head| std::cmp::Reverse(head.epoch));
                let mut found = InList::default();
                for head in heads {
                    let entry = store.entry_in_list(&head.list(), id)?;
                    let is_there = entry != EntryInList::default();
                    if is_there || found.head.is_none() {
                        found = InList::of(store, head, entry, id)?;
                    }
                    if is_there {
                        break;
                    }
                }
                Ok(found)
            })
            .await
    }

    async fn readers(
        self: &Arc<Self>,
        row: &EntryRow,
        head: Option<&HeadRow>,
        change: EntryInList,
    ) -> Result<Vec<ReaderExplanation>, FlowError> {
        let document = self.document();
        let members = document.document.members.iter();
        let others: Vec<_> = members
            .filter(|member| member.is_active() && member.id != self.id)
            .map(|member| {
                let may_read = includes(&document.document, &row.audience, &member.id);
                (&member.id, may_read)
            })
            .collect();
        let is_said = head.is_some() || row.audience_seq.is_some();
        let readers = others.iter().filter(|(_, may_read)| *may_read && is_said);
        let acknowledged = self.acknowledgements(readers.map(|(peer, _)| *peer)).await?;
        let version = head.and_then(|head| last_change(head, change));
        let explain = |(peer, may_read): (&NodeId, bool)| {
            let said = acknowledged.of(peer).filter(|_| may_read && is_said);
            let list = head.filter(|_| may_read).map(HeadRow::list);
            let item = row.audience_seq.filter(|_| may_read);
            ReaderExplanation {
                peer: peer.clone(),
                may_read,
                acknowledged: said.and(head).and_then(|head| acknowledged.sequence(peer, head)),
                list: list.map_or(Arrival::Nothing, |list| acknowledged.list(peer, &list, version)),
                status: acknowledged.item(peer, &row.audience, item),
                said_at: said.map(|said| said.at),
                answered: said.is_some_and(|said| said.answered),
            }
        };
        Ok(others.into_iter().map(explain).collect())
    }
}

/// A list, and what it has of an entry.
#[derive(Default)]
struct InList {
    /// Its newest head.
    head: Option<HeadRow>,
    /// The forms that are in it.
    forms: BTreeSet<Form>,
    entry: EntryInList,
}

impl InList {
    fn of(store: &Store, head: HeadRow, entry: EntryInList, id: Uuid) -> Result<Self, StoreError> {
        let records = store.records_of(&head.list(), &[id])?;
        let forms = records
            .iter()
            .map(|record| (record.identifier_index, record.kind, record.level));
        Ok(Self {
            forms: forms.collect(),
            head: Some(head),
            entry,
        })
    }
}

/// The version of a list that a reader has to have: that with which the entry's tokens came or left. Where it wasn't noted
/// when they came, the newest.
fn last_change(head: &HeadRow, change: EntryInList) -> Option<ListVersion> {
    let came = change.came.map(|came| ListVersion {
        incarnation: head.incarnation,
        sequence: if came == 0 { head.sequence } else { came },
    });
    came.max(change.left)
}

fn outcome(is_published: bool, kept_back: Option<Withheld>) -> FormOutcome {
    match (is_published, kept_back) {
        (true, None) => FormOutcome::Published,
        (false, None) => FormOutcome::Waiting,
        (false, Some(_)) => FormOutcome::Withheld,
        (true, Some(_)) => FormOutcome::Leaving,
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Strict => "strict",
        Level::Folded => "folded",
    }
}

fn subject_type(row: &EntryRow) -> Result<SubjectType, FlowError> {
    let number = u8::try_from(row.subject_type).ok();
    number
        .and_then(SubjectType::from_number)
        .ok_or(FlowError::Internal("an entry's subject type isn't known"))
}
