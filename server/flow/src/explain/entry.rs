use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_domain::{Withheld, includes};
use lianfang_encoding::SubjectType;
use lianfang_identifier::Level;
use lianfang_store::{EntryRow, HeadRow};
use lianfang_wire::explanation::{EntryExplanation, FormExplanation, FormOutcome, ReaderExplanation};
use uuid::Uuid;

use crate::entries::grade_of;
use crate::{FlowError, Node};

/// Place, kind and level of a form.
type Form = (u16, u16, u8);

impl Node {
    pub(super) async fn explain_entry(
        self: &Arc<Self>,
        id: Uuid,
    ) -> Result<EntryExplanation, FlowError> {
        let row = self.gateway.store(move |store| store.entry(id)).await?;
        let examined = self.examine(&self.document().document, &row)?;
        let (head, published) = self.published_forms(&row).await?;
        let forms = examined.forms.iter().map(|(form, kept_back)| {
            let place = (form.index, form.canonical.kind.number(), form.canonical.level.number());
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
            forms: forms.collect(),
            readers: self.readers(&row, head.as_ref()).await,
        })
    }

    /// The list's newest head, and the forms of the entry that are in it.
    async fn published_forms(
        &self,
        row: &EntryRow,
    ) -> Result<(Option<HeadRow>, BTreeSet<Form>), FlowError> {
        let (own, id) = (self.id.clone(), row.id);
        let (audience, number) = (row.audience.clone(), row.subject_type);
        self.gateway
            .store(move |store| {
                let of_entry = |head: &HeadRow| head.audience == audience && head.subject_type == number;
                let heads = store.heads_in_force(Some(&own))?;
                // Of two epochs the newer one counts.
                let head = heads.into_iter().filter(of_entry).max_by_key(|head| head.epoch);
                let records = match &head {
                    Some(head) => store.records_of(&head.list(), &[id])?,
                    None => Vec::new(),
                };
                let forms = records
                    .iter()
                    .map(|record| (record.identifier_index, record.kind, record.level));
                Ok((head, forms.collect()))
            })
            .await
    }

    async fn readers(self: &Arc<Self>, row: &EntryRow, head: Option<&HeadRow>) -> Vec<ReaderExplanation> {
        let document = self.document();
        let members = document.document.members.iter();
        let others = members.filter(|member| member.is_active() && member.id != self.id);
        let mut readers = Vec::new();
        for member in others {
            let may_read = includes(&document.document, &row.audience, &member.id);
            let acknowledged = match head.filter(|_| may_read) {
                Some(head) => self.acknowledged(&member.id, head).await,
                None => None,
            };
            readers.push(ReaderExplanation {
                peer: member.id.clone(),
                may_read,
                acknowledged,
            });
        }
        readers
    }
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
