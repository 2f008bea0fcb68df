//! What the next publication would send, without making it: no token is asked for and nothing is written.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_domain::{audience_members, rule_of};
use lianfang_encoding::{Audience, SubjectType};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::candidates::Candidates;
use super::{audiences, list_key};
use crate::{FlowError, Node};

/// What would be sent, and what is kept back and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationPlan {
    /// Lists that would change.
    pub lists: Vec<ListPlan>,
    /// Canonical forms of shared entries that are kept back, by the code of the rule.
    pub withheld: BTreeMap<String, u64>,
    /// Entries that stay with this node, by the code of why.
    pub local: BTreeMap<String, u64>,
}

/// What would change in one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListPlan {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub audience: Audience,
    pub subject_type: String,
    pub epoch: u32,
    /// Canonical forms that would come.
    pub additions: u64,
    /// Canonical forms that would leave.
    pub removals: u64,
    /// Other members who may read the list.
    pub readers: usize,
}

/// Entry, place, kind and level of a form.
type Form = (Uuid, u16, u16, u8);

/// Forms, with how many versions of the rules made each.
type Forms = HashMap<Form, u64>;

/// Of one list.
#[derive(Default)]
struct Counts {
    additions: u64,
    stay: u64,
}

impl Node {
    /// What [`Node::build_digests`] would publish now.
    pub(crate) async fn plan_publication(self: &Arc<Self>) -> Result<PublicationPlan, FlowError> {
        let mut plan = PublicationPlan::default();
        for audience in audiences(&self.document().document) {
            for subject_type in SubjectType::ALL {
                self.plan_lists(&audience, *subject_type, &mut plan).await?;
            }
        }
        Ok(plan)
    }

    async fn plan_lists(
        self: &Arc<Self>,
        audience: &Audience,
        subject_type: SubjectType,
        plan: &mut PublicationPlan,
    ) -> Result<(), FlowError> {
        let mut lists: BTreeMap<u32, Counts> = BTreeMap::new();
        for head in self.own_heads(audience, subject_type).await? {
            lists.entry(head.epoch).or_default();
        }
        let mut after = None;
        while let Some(candidates) = self.candidates(audience, subject_type, &mut after).await? {
            for (reason, count) in &candidates.withheld {
                *plan.withheld.entry((*reason).to_owned()).or_default() += count;
            }
            for (epoch, forms) in self.forms_by_epoch(&candidates) {
                let list = self.list(audience, subject_type, epoch);
                self.count_forms(&list, forms, lists.entry(epoch).or_default())
                    .await?;
            }
        }
        for (epoch, counts) in lists {
            let list = self.list(audience, subject_type, epoch);
            plan.lists.extend(self.plan_list(list, counts).await?);
        }
        for (reason, count) in self.count_local(audience, subject_type).await? {
            *plan.local.entry(reason).or_default() += count;
        }
        Ok(())
    }

    fn forms_by_epoch(&self, candidates: &Candidates) -> BTreeMap<u32, Forms> {
        let (document, now) = (self.document(), self.now());
        let mut lists: BTreeMap<u32, Forms> = BTreeMap::new();
        for (candidate, form) in &candidates.passed {
            let place = (
                candidate.entry,
                candidate.index,
                form.kind.number(),
                form.level.number(),
            );
            let class = lianfang_identifier::info(form.kind).class;
            for key in crate::trust::keys_of(&document.document, class, now) {
                let list = lists.entry(key.fields().epoch).or_default();
                *list.entry(place).or_default() += 1;
            }
        }
        lists
    }

    /// Holds what may be in a list against what is.
    async fn count_forms(&self, list: &ListId, forms: Forms, counts: &mut Counts) -> Result<(), FlowError> {
        let mut entries: Vec<_> = forms.keys().map(|(entry, ..)| *entry).collect();
        entries.sort_unstable();
        entries.dedup();
        let key = list_key(list);
        let records = self
            .gateway
            .store(move |store| store.records_of(&key, &entries))
            .await?;
        let mut there: Forms = HashMap::new();
        for record in records {
            let place = (
                record.entry_id,
                record.identifier_index,
                record.kind,
                record.level,
            );
            *there.entry(place).or_default() += 1;
        }
        for (place, wanted) in forms {
            let stays = wanted.min(there.get(&place).copied().unwrap_or(0));
            counts.stay += stays;
            counts.additions += wanted - stays;
        }
        Ok(())
    }

    async fn plan_list(&self, list: ListId, counts: Counts) -> Result<Option<ListPlan>, FlowError> {
        let key = list_key(&list);
        let there = self.gateway.store(move |store| store.count_records(&key)).await?;
        let (additions, removals) = (counts.additions, there.saturating_sub(counts.stay));
        if additions == 0 && removals == 0 {
            return Ok(None);
        }
        let document = self.document();
        let readers = audience_members(&document.document, &list.audience);
        Ok(Some(ListPlan {
            subject_type: list.subject_type.as_str().to_owned(),
            epoch: list.epoch,
            additions,
            removals,
            readers: readers.filter(|member| member.id != self.id).count(),
            audience: list.audience,
        }))
    }

    async fn count_local(
        &self,
        audience: &Audience,
        subject_type: SubjectType,
    ) -> Result<BTreeMap<String, u64>, FlowError> {
        let document = self.document();
        let rule = rule_of(&document.document, audience);
        let states: Vec<_> = rule
            .states
            .iter()
            .map(|state| i16::from(state.number()))
            .collect();
        let (name, number) = (audience.clone(), i16::from(subject_type.number()));
        self.gateway
            .store(move |store| store.count_local(&name, number, &states))
            .await
    }

    fn list(&self, audience: &Audience, subject_type: SubjectType, epoch: u32) -> ListId {
        ListId {
            publisher: self.id.clone(),
            audience: audience.clone(),
            subject_type,
            epoch,
        }
    }
}
