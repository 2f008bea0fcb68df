//! Which records the publisher tells of a token that many of its entries share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lianfang_domain::verdict::{Facts, told};
use lianfang_encoding::Timestamp;
use lianfang_store::{EntryRow, ListRecord, Store, TokenRow};
use lianfang_wire::vocabulary::{BasisType, Category, Role};
use uuid::Uuid;

use super::answer::Found;
use super::{BESIDE, TOLD};
use crate::entries::{grade_of, open_content, state_of};
use crate::{FlowError, Node};

/// Entries that are read at once.
const PAGE: usize = 1_000;

type Groups = BTreeMap<[u8; 32], Vec<ListRecord>>;

/// Records of one token that may be told, the facts of each beside it.
#[derive(Default)]
struct Group {
    records: Vec<ListRecord>,
    facts: Vec<Facts>,
}

impl Node {
    /// Of each token the records that decide, with their tokens. Blocks.
    pub(super) fn told(
        &self,
        store: &Store,
        records: Vec<ListRecord>,
        ends_by: Timestamp,
    ) -> Result<Vec<Found>, FlowError> {
        let mut tokens = Groups::new();
        for record in records {
            tokens.entry(record.confirm_key).or_default().push(record);
        }
        let mut chosen = Vec::new();
        let is_large = |records: &Vec<ListRecord>| records.len() > TOLD;
        if tokens.values().any(is_large) {
            let shared = shared(&tokens);
            for (key, records) in &tokens {
                match is_large(records) {
                    true => chosen.extend(self.told_of(store, (key, records), &shared, ends_by)?),
                    false => chosen.extend(records.iter().cloned()),
                }
            }
        } else {
            chosen.extend(tokens.into_values().flatten());
        }
        let ids: Vec<_> = chosen.iter().map(|record| record.entry_id).collect();
        Ok(self.pair(chosen, store.tokens_of(&ids)?))
    }

    /// What decides by itself, and of each other token that is asked for an entry that both speak for: a name or a brand
    /// counts beside a second signal only.
    fn told_of(
        &self,
        store: &Store,
        (key, records): (&[u8; 32], &[ListRecord]),
        shared: &HashMap<Uuid, BTreeSet<[u8; 32]>>,
        ends_by: Timestamp,
    ) -> Result<Vec<ListRecord>, FlowError> {
        let mut group = self.group(store, records, ends_by)?;
        let mut places: BTreeSet<_> = self.strongest(store, &mut group)?.into_iter().collect();
        let mut beside: BTreeMap<&[u8; 32], (Uuid, usize)> = BTreeMap::new();
        for (at, record) in group.records.iter().enumerate() {
            if group.facts[at].state.is_terminal() {
                continue;
            }
            let others = shared.get(&record.entry_id).into_iter().flatten();
            for other in others.filter(|other| *other != key) {
                let first = beside.entry(other).or_insert((record.entry_id, at));
                *first = (*first).min((record.entry_id, at));
            }
        }
        places.extend(beside.into_values().take(BESIDE).map(|(_, at)| at));
        Ok(places.into_iter().map(|at| group.records[at].clone()).collect())
    }

    /// Whether a finding was made by default or rests on another member's entry is said in its content, which is opened
    /// only where it could matter.
    fn strongest(&self, store: &Store, group: &mut Group) -> Result<Vec<usize>, FlowError> {
        let mut opened = BTreeSet::new();
        loop {
            let chosen = told(&group.facts, TOLD);
            let new: Vec<_> = chosen.iter().copied().filter(|at| opened.insert(*at)).collect();
            if new.is_empty() {
                return Ok(chosen);
            }
            let ids: BTreeSet<_> = new.iter().map(|at| group.records[*at].entry_id).collect();
            let rows = store.entries(&Vec::from_iter(ids))?;
            let weaker: HashMap<_, _> = rows
                .iter()
                .filter_map(|row| Some((row.id, open_content(&self.keys.data, row).ok()?.entry)))
                .map(|(id, entry)| (id, (entry.basis.default_judgment, !entry.derived_from.is_empty())))
                .collect();
            for at in new {
                let said = weaker.get(&group.records[at].entry_id).copied();
                let facts = &mut group.facts[at];
                (facts.default_judgment, facts.derived) = said.unwrap_or_default();
            }
        }
    }

    fn group(&self, store: &Store, records: &[ListRecord], ends_by: Timestamp) -> Result<Group, FlowError> {
        let (mut group, now) = (Group::default(), self.now());
        let mut places: HashMap<Uuid, usize> = HashMap::new();
        for page in records.chunks(PAGE) {
            let ids: BTreeSet<_> = page.iter().map(|record| record.entry_id).collect();
            let ids = Vec::from_iter(ids);
            let rows = store.entries(&ids)?.into_iter();
            let rows: HashMap<_, _> = rows.map(|row| (row.id, row)).collect();
            for found in self.pair(page.to_vec(), store.tokens_of(&ids)?) {
                let entry = found.record.entry_id;
                let Some(facts) = rows
                    .get(&entry)
                    .and_then(|row| facts(row, &found.token, ends_by, now))
                else {
                    continue;
                };
                // An entry that names an identifier twice tells of it once.
                match places.get(&entry) {
                    Some(at) if facts.own_verified => {
                        (group.records[*at], group.facts[*at]) = (found.record, facts);
                    }
                    Some(_) => {}
                    None => {
                        places.insert(entry, group.records.len());
                        group.records.push(found.record);
                        group.facts.push(facts);
                    }
                }
            }
        }
        Ok(group)
    }
}

/// The tokens of every entry that has several.
fn shared(tokens: &Groups) -> HashMap<Uuid, BTreeSet<[u8; 32]>> {
    let mut shared: HashMap<_, BTreeSet<_>> = HashMap::new();
    for (key, records) in tokens {
        for record in records {
            shared.entry(record.entry_id).or_default().insert(*key);
        }
    }
    shared.retain(|_, keys| keys.len() > 1);
    shared
}

fn facts(row: &EntryRow, token: &TokenRow, ends_by: Timestamp, now: Timestamp) -> Option<Facts> {
    let number = |number: i16| u8::try_from(number).ok();
    let role = number(token.role).and_then(Role::from_number)?;
    let expires = row.expires_at.unwrap_or(Timestamp::MAX);
    let state = state_of(row).ok()?;
    Some(Facts {
        own_verified: role == Role::Own && token.verified,
        state: state.effective(ends_by, expires),
        is_over: state.effective(now, expires).is_terminal(),
        basis: number(row.basis).and_then(BasisType::from_number)?,
        jurisdiction: row.jurisdiction.clone(),
        default_judgment: false,
        category: row.category.and_then(number).and_then(Category::from_number)?,
        natural_person: row.natural_person,
        derived: false,
        grade: grade_of(row),
        decided: row.decided_at.unwrap_or(row.created_at),
    })
}
