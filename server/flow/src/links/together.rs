//! Entries that several identifiers of a subject lead to, where one of them leads to more entries than are read of it.

use std::collections::{BTreeMap, BTreeSet};

use lianfang_domain::verdict::speak_for_several;
use lianfang_store::{OwnLinkRow, Store};
use uuid::Uuid;

use super::describe::Place;
use super::find::{LinkKeys, MOST_ENTRIES};
use crate::{FlowError, Node};

/// Links that are looked through for entries that several such keys lead to, all keys together.
const MOST_SHARED: usize = 8_192;
/// Entries that several identifiers lead to, which a screening shows.
const MOST_TOGETHER: usize = 64;

impl Node {
    /// `rows`, and what else leads to entries that more than one thing speaks for. `named` are entries with a name like one
    /// of the subject's.
    pub(super) async fn rows_together(
        &self,
        asked: &LinkKeys,
        mut rows: Vec<OwnLinkRow>,
        named: BTreeSet<Uuid>,
    ) -> Result<Vec<OwnLinkRow>, FlowError> {
        let mut read: BTreeMap<[u8; 16], usize> = BTreeMap::new();
        for row in &rows {
            *read.entry(row.key).or_default() += 1;
        }
        let full: Vec<_> = read
            .into_iter()
            .filter_map(|(key, read)| (read >= MOST_ENTRIES).then_some(key))
            .collect();
        let is_full = |row: &&OwnLinkRow| full.binary_search(&row.key).is_ok();
        let mut entries = named.clone();
        entries.extend(rows.iter().filter(|row| !is_full(row)).map(|row| row.entry_id));
        let shared = match several(asked, rows.iter().filter(is_full)) {
            true => self.shared(full.clone(), asked).await?,
            false => Vec::new(),
        };
        if !full.is_empty() && !entries.is_empty() {
            let between = move |store: &Store| store.own_links_between(&full, &entries);
            rows.extend(self.gateway.store(between).await?);
        }
        rows.extend(shared);
        rows.sort_by_key(|row| (row.key, row.entry_id, row.identifier_index));
        rows.dedup();
        Ok(chosen(asked, rows, &named))
    }

    /// What leads to entries that several of these keys lead to and more than one thing speaks for.
    async fn shared(&self, keys: Vec<[u8; 16]>, asked: &LinkKeys) -> Result<Vec<OwnLinkRow>, FlowError> {
        let most = MOST_SHARED / keys.len().max(1);
        let rows = self
            .gateway
            .store(move |store| store.own_links(&keys, most))
            .await?;
        let mut about: BTreeMap<Uuid, Vec<OwnLinkRow>> = BTreeMap::new();
        for row in rows {
            about.entry(row.entry_id).or_default().push(row);
        }
        let shared = about.into_values().filter(|rows| several(asked, rows.iter()));
        Ok(shared.flatten().collect())
    }
}

/// Of each key the first, and those of entries that more than one thing speaks for.
fn chosen(asked: &LinkKeys, rows: Vec<OwnLinkRow>, named: &BTreeSet<Uuid>) -> Vec<OwnLinkRow> {
    let mut about: BTreeMap<Uuid, Vec<&OwnLinkRow>> = BTreeMap::new();
    for row in &rows {
        about.entry(row.entry_id).or_default().push(row);
    }
    let together = about
        .into_iter()
        .filter(|(entry, rows)| named.contains(entry) || several(asked, rows.iter().copied()));
    let together: BTreeSet<_> = together.take(MOST_TOGETHER).map(|(entry, _)| entry).collect();
    let under = rows.chunk_by(|one, next| one.key == next.key);
    let chosen = under.flat_map(|rows| {
        let first = rows.iter().take(MOST_ENTRIES);
        let others = rows.iter().skip(MOST_ENTRIES);
        first.chain(others.filter(|row| together.contains(&row.entry_id)))
    });
    chosen.copied().collect()
}

/// Whether these links say more than one thing about the subject.
fn several<'a>(asked: &LinkKeys, rows: impl Iterator<Item = &'a OwnLinkRow>) -> bool {
    let said = rows.filter_map(|row| Some((row, Place::of(row)?)));
    speak_for_several(said.flat_map(|(row, place)| {
        let tags = asked.get(&row.key).into_iter().flatten();
        tags.map(move |tag| (place.kind, place.level, place.role, tag.index))
    }))
}
