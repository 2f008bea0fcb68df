use std::collections::HashMap;

use lianfang_domain::names::{NOTABLE, Resemblance, parts_of, resemblance};
use lianfang_domain::verdict::{OwnLink, ScreenedIdentifier};
use lianfang_identifier::Canonical;
use lianfang_store::OwnLinkRow;
use uuid::Uuid;

use super::describe::{Described, Place};
use super::find::MOST_READ_AGAIN;
use super::keyed::is_name;
use crate::entries::open_content;
use crate::publish::identifiers_of;
use crate::tokens::Subject;
use crate::{FlowError, Node};

/// A part that more names have is no part to search by.
const COMMON: usize = 200;
/// Names that are decrypted and compared for one that is asked about.
const COMPARED: usize = 32;
/// Similar names that a screening shows.
const SHOWN: usize = 3;

/// A name of a living entry and how much it resembles the one asked about.
pub(super) struct Similar {
    pub(super) entry: Uuid,
    pub(super) place: Place,
    pub(super) resemblance: Resemblance,
}

impl Node {
    /// Names in entries of this node that much resemble a name of the subject without being the same.
    pub(super) async fn similar_names(
        &self,
        subjects: &[Subject<ScreenedIdentifier>],
    ) -> Result<Vec<OwnLink>, FlowError> {
        let mut links = Vec::new();
        for subject in subjects.iter().filter(|subject| is_name(subject.canonical.kind)) {
            let (similar, entries) = self.similar_to(&subject.canonical).await?;
            let notable = similar
                .iter()
                .filter(|found| (NOTABLE..100).contains(&found.resemblance.score))
                .take(SHOWN);
            for found in notable {
                let Some(described) = entries.get(&found.entry) else {
                    continue;
                };
                links.push(OwnLink {
                    resemblance: Some(found.resemblance),
                    ..described.link(&self.id, found.place, subject.tag)
                });
            }
        }
        Ok(links)
    }

    /// Names of living entries that share a part with `asked`, the most similar first.
    pub(super) async fn similar_to(
        &self,
        asked: &Canonical,
    ) -> Result<(Vec<Similar>, HashMap<Uuid, Described>), FlowError> {
        let parts = parts_of(&asked.value);
        let keys: Vec<_> = parts
            .iter()
            .map(|part| self.links.part(asked.kind, part))
            .collect();
        let (promising, entries) = self.promising(keys).await?;
        let mut similar = Vec::new();
        for (entry, index) in promising {
            let Some(described) = entries.get(&entry) else {
                continue;
            };
            similar.extend(self.compare(asked, described, index)?);
        }
        similar.sort_by_key(|found| (std::cmp::Reverse(found.resemblance.score), found.entry));
        Ok((similar, entries))
    }

    /// Names under these keys to compare, and the living entries that they stand in.
    async fn promising(
        &self,
        keys: Vec<[u8; 16]>,
    ) -> Result<(Vec<(Uuid, u16)>, HashMap<Uuid, Described>), FlowError> {
        let mut read_again = 0..MOST_READ_AGAIN;
        loop {
            let keys = keys.clone();
            let rows = self
                .gateway
                .store(move |store| store.own_links(&keys, COMMON + 1))
                .await?;
            let promising = promising(&rows);
            let entries = self.linked(promising.iter().map(|(entry, _)| *entry)).await?;
            if !entries.is_stale || read_again.next().is_none() {
                return Ok((promising, entries.living));
            }
        }
    }

    fn compare(
        &self,
        asked: &Canonical,
        described: &Described,
        index: u16,
    ) -> Result<Option<Similar>, FlowError> {
        let content = open_content(&self.keys.data, &described.row)?.entry;
        let Some(identifier) = content.subject.identifiers.get(usize::from(index)) else {
            return Ok(None);
        };
        let role = identifier.role;
        let same_kind =
            identifiers_of(&content).filter(|(place, form)| *place == index && form.kind == asked.kind);
        Ok(same_kind
            .map(|(index, form)| Similar {
                entry: described.row.id,
                place: Place {
                    index,
                    kind: form.kind,
                    level: form.level,
                    role,
                },
                resemblance: resemblance(&asked.value, &form.value),
            })
            .max_by_key(|found| found.resemblance.score))
    }
}

/// The names that share most with the one asked about, a rare part counting more than a common one.
fn promising(rows: &[OwnLinkRow]) -> Vec<(Uuid, u16)> {
    let mut frequency: HashMap<[u8; 16], usize> = HashMap::new();
    for row in rows {
        *frequency.entry(row.key).or_default() += 1;
    }
    let mut weights: HashMap<(Uuid, u16), usize> = HashMap::new();
    for row in rows {
        let names = frequency.get(&row.key).copied().unwrap_or(1);
        if names <= COMMON {
            *weights.entry((row.entry_id, row.identifier_index)).or_default() += 1_000 / names;
        }
    }
    let mut ranked: Vec<_> = weights.into_iter().collect();
    ranked.sort_by_key(|(name, weight)| (std::cmp::Reverse(*weight), *name));
    ranked.truncate(COMPARED);
    ranked.into_iter().map(|(name, _)| name).collect()
}
