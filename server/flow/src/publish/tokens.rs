//! Tokens of what is published: kept with the entries, so that only new ones are asked of the committee.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use lianfang_identifier::Canonical;
use lianfang_store::TokenRow;
use lianfang_token::message::Purpose;
use lianfang_wire::ProblemType;
use uuid::Uuid;

use super::candidates::Candidate;
use crate::tokens::{Subject, TokenOutcome};
use crate::{FlowError, Node};

/// Several requests to the committee, so that every core has one at hand.
const BATCH: usize = 4 * lianfang_token::MAX_ELEMENTS;

/// Batches under way: while one is stored, the cores work on the next.
const BATCHES: usize = 2;

/// One canonical form, and what it is of.
type Form = (Candidate, Canonical);

/// Identifier, kind, version of its rules and level: what a form is of, but for forms that share all of it.
type Place = (u16, u16, u8, u8);

impl Node {
    /// The tokens of `candidates`, by epoch.
    ///
    /// # Errors
    /// When the committee gives too few. Those that it gave are kept, so that the next call asks and pays for the rest only.
    pub(super) async fn published_tokens(
        &self,
        candidates: Vec<Form>,
    ) -> Result<BTreeMap<u32, Vec<TokenRow>>, FlowError> {
        // Whoever comes second finds kept what the first has asked for.
        let _tokenising = self.tokenising.lock().await;
        let epochs = self.epochs();
        let mut by_entry: HashMap<Uuid, Vec<Form>> = HashMap::new();
        for candidate in candidates {
            by_entry.entry(candidate.0.entry).or_default().push(candidate);
        }
        let mut kept = self.kept_tokens(by_entry.keys().copied().collect()).await?;
        let mut lists: BTreeMap<u32, Vec<TokenRow>> = BTreeMap::new();
        let mut missing = Vec::new();
        for (entry, forms) in by_entry {
            let rows = kept.remove(&entry).unwrap_or_default();
            let (rows, lacking) = self.divide(forms, rows);
            for row in rows {
                if let Some(epoch) = epochs.get(&row.key_id) {
                    lists.entry(*epoch).or_default().push(row);
                }
            }
            missing.extend(lacking);
        }
        self.fetch_missing_tokens(&missing, &mut lists).await?;
        Ok(lists)
    }

    /// Asks for every batch, whatever comes of others: what is lacking of one class is no reason to wait for another's.
    /// After a failure of this node itself none is begun, but those under way, which are paid for, come to their end.
    async fn fetch_missing_tokens(
        &self,
        missing: &[Form],
        lists: &mut BTreeMap<u32, Vec<TokenRow>>,
    ) -> Result<(), FlowError> {
        let mut outcome = Ok(true);
        let mut waiting = missing.chunks(BATCH).map(|batch| self.fetch_tokens(batch));
        let mut under_way: FuturesUnordered<_> = waiting.by_ref().take(BATCHES).collect();
        while let Some(fetched) = under_way.next().await {
            match fetched {
                Ok(Fetched { rows, complete }) => {
                    outcome = outcome.map(|before| before && complete);
                    for (epoch, row) in rows {
                        lists.entry(epoch).or_default().push(row);
                    }
                }
                Err(error) => outcome = outcome.and(Err(error)),
            }
            if outcome.is_ok() {
                under_way.extend(waiting.next());
            }
        }
        match outcome? {
            true => Ok(()),
            false => Err(FlowError::because(
                ProblemType::Unavailable,
                "The token committee gave too few evaluations; the lists in force stay until the next build.",
            )),
        }
    }

    async fn kept_tokens(&self, entries: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<TokenRow>>, FlowError> {
        let epochs = self.epochs();
        let rows = self.gateway.store(move |store| store.tokens_of(&entries)).await?;
        let mut kept: HashMap<Uuid, Vec<TokenRow>> = HashMap::new();
        for row in rows.into_iter().filter(|row| epochs.contains_key(&row.key_id)) {
            kept.entry(row.entry_id).or_default().push(row);
        }
        Ok(kept)
    }

    /// Asks for one batch and keeps what comes.
    async fn fetch_tokens(&self, batch: &[Form]) -> Result<Fetched, FlowError> {
        let subjects: Vec<_> = batch
            .iter()
            .map(|(candidate, canonical)| Subject {
                canonical: canonical.clone(),
                tag: candidate.clone(),
            })
            .collect();
        let outcomes = self.tokenise(Purpose::Publish, &subjects).await?;
        let rows: Vec<_> = outcomes
            .iter()
            .filter_map(|outcome| Some((outcome.epoch, row(outcome)?)))
            .collect();
        let stored = rows.iter().map(|(_, row)| row.clone()).collect();
        self.gateway.store(move |store| store.put_tokens(stored)).await?;
        Ok(Fetched {
            complete: rows.len() == outcomes.len(),
            rows,
        })
    }

    fn epochs(&self) -> HashMap<[u8; 16], u32> {
        let now = self.now();
        let document = self.document();
        let valid = document.document.keys.iter().filter(|key| key.is_valid_at(now));
        valid
            .map(|key| (*key.key_id().as_bytes(), key.fields().epoch))
            .collect()
    }

    /// The rows of `forms` under every key in force, and the forms that have to be asked for. An entry's content never changes,
    /// so as many rows as forms of one place are all of them; of fewer nothing says whose they are.
    fn divide(&self, forms: Vec<Form>, rows: Vec<TokenRow>) -> (Vec<TokenRow>, Vec<Form>) {
        let (document, now) = (self.document(), self.now());
        let mut left: HashMap<(Place, [u8; 16]), usize> = HashMap::new();
        for form in &forms {
            let class = lianfang_identifier::info(form.1.kind).class;
            for key in crate::trust::keys_of(&document.document, class, now) {
                let under = (place_of(form), *key.key_id().as_bytes());
                *left.entry(under).or_default() += 1;
            }
        }
        let mut of_these = |row: &TokenRow| {
            let left = left.get_mut(&(place_of_row(row), row.key_id));
            left.map(|left| *left = left.saturating_sub(1)).is_some()
        };
        let mut rows: Vec<_> = rows.into_iter().filter(|row| of_these(row)).collect();
        let lacking = left.into_iter().filter(|(_, left)| *left > 0);
        let lacking: HashSet<Place> = lacking.map(|((place, _), _)| place).collect();
        rows.retain(|row| !lacking.contains(&place_of_row(row)));
        let asked = forms.into_iter().filter(|form| lacking.contains(&place_of(form)));
        (rows, asked.collect())
    }
}

/// What became of a batch.
struct Fetched {
    /// By epoch.
    rows: Vec<(u32, TokenRow)>,
    /// Whether every token came.
    complete: bool,
}

fn place_of((candidate, form): &Form) -> Place {
    (
        candidate.index,
        form.kind.number(),
        form.norm_version,
        form.level.number(),
    )
}

fn place_of_row(row: &TokenRow) -> Place {
    (row.identifier_index, row.kind, row.norm_version, row.level)
}

fn row(outcome: &TokenOutcome<Candidate>) -> Option<TokenRow> {
    Some(TokenRow {
        entry_id: outcome.tag.entry,
        identifier_index: outcome.tag.index,
        kind: outcome.canonical.kind.number(),
        norm_version: outcome.canonical.norm_version,
        level: outcome.canonical.level.number(),
        key_id: *outcome.key_id.as_bytes(),
        role: i16::from(outcome.tag.role.number()),
        verified: outcome.tag.verified,
        token: *outcome.token.as_ref()?.as_bytes(),
    })
}
