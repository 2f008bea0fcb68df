//! Which tokens of the roster are held, and which still have to be asked of the committee.

use std::collections::{BTreeSet, HashMap, HashSet};

use lianfang_store::MonitoredToken;
use lianfang_token::message::Purpose;
use lianfang_wire::screening::{IdentifierOutcome, IdentifierStatus};

use super::forms::{Place, Prepared};
use crate::tokens::Subject;
use crate::trust::keys_of;
use crate::{FlowError, Node};

/// Tokens of some subjects: those held, and the forms whose tokens aren't.
#[derive(Default)]
pub(super) struct Missing {
    held: Vec<MonitoredToken>,
    wanted: Vec<Subject<Place>>,
}

impl Missing {
    /// Subjects with a missing token.
    pub(super) fn subjects(&self) -> HashSet<&str> {
        self.wanted
            .iter()
            .map(|form| form.tag.reference.as_str())
            .collect()
    }

    /// What is held, by subject.
    pub(super) fn held_by_subject(&self) -> HashMap<String, Vec<MonitoredToken>> {
        let mut by_subject: HashMap<String, Vec<MonitoredToken>> = HashMap::new();
        for row in &self.held {
            let of = by_subject.entry(row.client_reference.clone()).or_default();
            of.push(row.clone());
        }
        by_subject
    }

    /// The outcomes of a subject's identifiers, those without tokens marked.
    pub(super) fn mark(&self, prepared: &Prepared) -> Vec<IdentifierOutcome> {
        let without: BTreeSet<u32> = self
            .wanted
            .iter()
            .map(|form| u32::from(form.tag.identifier_index))
            .collect();
        let mut outcomes = prepared.outcomes.clone();
        for outcome in &mut outcomes {
            if outcome.status == IdentifierStatus::Screened && without.contains(&outcome.index) {
                outcome.status = IdentifierStatus::Unavailable;
                outcome.reason = Some("tokens_unavailable".to_owned());
            }
        }
        outcomes
    }
}

impl Node {
    /// Looks through what is held of these subjects' tokens under the keys that are valid now.
    pub(super) async fn missing_tokens(&self, prepared: &[Prepared]) -> Result<Missing, FlowError> {
        let references: Vec<_> = prepared.iter().map(|one| one.reference.clone()).collect();
        let held = self
            .gateway
            .store(move |store| store.tokens_of_subjects(&references))
            .await?;
        let have: HashSet<_> = held
            .iter()
            .map(|row| (row.client_reference.as_str(), row.form, row.key_id))
            .collect();
        let (document, now) = (self.document(), self.now());
        let mut wanted = Vec::new();
        for one in prepared {
            for form in &one.forms {
                let class = lianfang_identifier::info(form.canonical.kind).class;
                let mut keys = keys_of(&document.document, class, now).peekable();
                let none = keys.peek().is_none();
                let has = |key: [u8; 16]| have.contains(&(one.reference.as_str(), form.id, key));
                if none || keys.any(|key| !has(*key.key_id().as_bytes())) {
                    wanted.push(form.to_tokenise(&one.reference));
                }
            }
        }
        Ok(Missing { held, wanted })
    }

    /// Asks for what is missing. Returns the tokens that came, and what is still missing.
    pub(super) async fn fetch_missing(
        &self,
        missing: Missing,
    ) -> Result<(Vec<MonitoredToken>, Missing), FlowError> {
        let Missing { held, wanted } = missing;
        let outcomes = self.tokenise(Purpose::Roster, &wanted).await?;
        let mut fresh = Vec::with_capacity(outcomes.len());
        let mut complete: HashMap<(String, [u8; 32]), bool> = HashMap::new();
        for outcome in outcomes {
            let place = (outcome.tag.reference.clone(), outcome.tag.form);
            let whole = complete.entry(place).or_insert(true);
            *whole &= outcome.token.is_some();
            fresh.extend(outcome.token.map(|token| MonitoredToken {
                client_reference: outcome.tag.reference,
                form: outcome.tag.form,
                key_id: *outcome.key_id.as_bytes(),
                identifier_index: outcome.tag.identifier_index,
                kind: outcome.canonical.kind.number(),
                level: outcome.canonical.level.number(),
                token: *token.as_bytes(),
            }));
        }
        let wanted = wanted
            .into_iter()
            .filter(|form| {
                let place = (form.tag.reference.clone(), form.tag.form);
                !complete.get(&place).copied().unwrap_or(false)
            })
            .collect();
        Ok((fresh, Missing { held, wanted }))
    }
}
