//! Tokens of what is published: kept with the entries, so that only new ones are asked of the committee.

use std::collections::{BTreeMap, HashMap};

use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
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

impl Node {
    /// The tokens of `candidates`, by epoch.
    pub(super) async fn published_tokens(
        &self,
        candidates: Vec<(Candidate, Canonical)>,
    ) -> Result<BTreeMap<u32, Vec<TokenRow>>, FlowError> {
        // Whoever comes second finds kept what the first has asked for.
        let _tokenising = self.tokenising.lock().await;
        let epochs = self.epochs();
        let mut by_entry: HashMap<Uuid, Vec<(Candidate, Canonical)>> = HashMap::new();
        for candidate in candidates {
            by_entry.entry(candidate.0.entry).or_default().push(candidate);
        }
        let mut kept = self.kept_tokens(by_entry.keys().copied().collect()).await?;
        let mut lists: BTreeMap<u32, Vec<TokenRow>> = BTreeMap::new();
        let mut missing = Vec::new();
        for (entry, forms) in by_entry {
            let rows = kept.remove(&entry).unwrap_or_default();
            match self.all_kept(&forms, rows) {
                Some(rows) => {
                    for row in rows {
                        if let Some(epoch) = epochs.get(&row.key_id) {
                            lists.entry(*epoch).or_default().push(row);
                        }
                    }
                }
                None => missing.extend(forms),
            }
        }
        let batches = missing
            .chunks(BATCH)
            .map(|batch| self.fetch_tokens(batch).boxed());
        let mut fetched = stream::iter(batches.collect::<Vec<_>>()).buffer_unordered(BATCHES);
        while let Some(rows) = fetched.try_next().await? {
            for (epoch, row) in rows {
                lists.entry(epoch).or_default().push(row);
            }
        }
        Ok(lists)
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

    async fn fetch_tokens(
        &self,
        batch: &[(Candidate, Canonical)],
    ) -> Result<Vec<(u32, TokenRow)>, FlowError> {
        let subjects: Vec<_> = batch
            .iter()
            .map(|(candidate, canonical)| Subject {
                canonical: canonical.clone(),
                tag: candidate.clone(),
            })
            .collect();
        let outcomes = self.tokenise(Purpose::Publish, &subjects).await?;
        let rows: Option<Vec<_>> = outcomes
            .iter()
            .map(|outcome| Some((outcome.epoch, row(outcome)?)))
            .collect();
        let rows = rows.ok_or_else(|| {
            FlowError::because(
                ProblemType::Unavailable,
                "The token committee gave too few evaluations; the lists in force stay until the next build.",
            )
        })?;
        let stored = rows.iter().map(|(_, row)| row.clone()).collect();
        self.gateway.store(move |store| store.put_tokens(stored)).await?;
        Ok(rows)
    }

    fn epochs(&self) -> HashMap<[u8; 16], u32> {
        let now = self.now();
        let document = self.document();
        let valid = document.document.keys.iter().filter(|key| key.is_valid_at(now));
        valid
            .map(|key| (*key.key_id().as_bytes(), key.fields().epoch))
            .collect()
    }

    /// The rows of `forms` under every key in force; None when one isn't kept. An entry's content never changes, so as many
    /// rows as forms of one place are all of them.
    fn all_kept(&self, forms: &[(Candidate, Canonical)], rows: Vec<TokenRow>) -> Option<Vec<TokenRow>> {
        let (document, now) = (self.document(), self.now());
        let mut missing: HashMap<Place, usize> = HashMap::new();
        for (candidate, form) in forms {
            let class = lianfang_identifier::info(form.kind).class;
            for key in crate::trust::keys_of(&document.document, class, now) {
                let (kind, level) = (form.kind.number(), form.level.number());
                let place = (
                    candidate.index,
                    kind,
                    form.norm_version,
                    level,
                    *key.key_id().as_bytes(),
                );
                *missing.entry(place).or_default() += 1;
            }
        }
        let mut of_these = |row: &TokenRow| {
            let place = (
                row.identifier_index,
                row.kind,
                row.norm_version,
                row.level,
                row.key_id,
            );
            let left = missing.get_mut(&place).map(|left| *left = left.saturating_sub(1));
            left.is_some()
        };
        let rows: Vec<_> = rows.into_iter().filter(|row| of_these(row)).collect();
        missing.values().all(|left| *left == 0).then_some(rows)
    }
}

/// Identifier, kind, version of its rules, level and key: what a token is of, but for forms that share all of it.
type Place = (u16, u16, u8, u8, [u8; 16]);

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
