use std::collections::HashMap;

use lianfang_domain::verdict::{OwnLink, ScreenedIdentifier};
use lianfang_identifier::{Kind, Level};
use lianfang_store::{OwnLinkRow, Store};
use lianfang_wire::vocabulary::Role;

use super::describe::{Described, Place};
use crate::tokens::Subject;
use crate::{FlowError, Node};

/// Entries that one identifier leads to at most: enough for a person to see, whatever is shared by thousands.
pub(crate) const MOST_ENTRIES: usize = 8;

/// How often links are read again whose entries end meanwhile.
pub(super) const MOST_READ_AGAIN: usize = 3;

/// Keys under which own entries may be found, and the identifiers each stands for.
pub(crate) type LinkKeys = HashMap<[u8; 16], Vec<ScreenedIdentifier>>;

impl Node {
    /// Under what entries that have an identifier of the subject are found.
    pub(crate) fn link_keys(&self, subjects: &[Subject<ScreenedIdentifier>]) -> LinkKeys {
        let mut asked = LinkKeys::new();
        for subject in subjects {
            let exact = self.links.identity(&subject.canonical);
            for key in [Some(exact), self.links.host(&subject.canonical)]
                .into_iter()
                .flatten()
            {
                asked.entry(key).or_default().push(subject.tag);
            }
        }
        asked
    }

    /// What living entries of this node have in common with a subject: exactly, as `rows` under the keys `asked` say, or
    /// by name. Rows that are out of date by the time their entries are read are read again.
    pub(crate) async fn own_links(
        &self,
        subjects: &[Subject<ScreenedIdentifier>],
        asked: &LinkKeys,
        mut rows: Vec<OwnLinkRow>,
    ) -> Result<Vec<OwnLink>, FlowError> {
        for _ in 0..MOST_READ_AGAIN {
            let (links, is_stale) = self.links_by(subjects, asked, rows).await?;
            if !is_stale {
                return Ok(links);
            }
            let keys: Vec<_> = asked.keys().copied().collect();
            let again = move |store: &Store| store.own_links(&keys, MOST_ENTRIES);
            rows = self.gateway.store(again).await?;
        }
        Ok(self.links_by(subjects, asked, rows).await?.0)
    }

    /// The links that `rows` and names come to, and whether `rows` are out of date.
    async fn links_by(
        &self,
        subjects: &[Subject<ScreenedIdentifier>],
        asked: &LinkKeys,
        rows: Vec<OwnLinkRow>,
    ) -> Result<(Vec<OwnLink>, bool), FlowError> {
        let mut links = self.similar_names(subjects).await?;
        let named = links.iter().map(|link| link.entry).collect();
        let rows = self.rows_together(asked, rows, named).await?;
        let entries = self.linked(rows.iter().map(|row| row.entry_id)).await?;
        for row in &rows {
            let (Some(described), Some(place)) = (entries.living.get(&row.entry_id), Place::of(row)) else {
                continue;
            };
            let tags = asked.get(&row.key).into_iter().flatten();
            links.extend(tags.map(|tag| described.link(&self.id, place, *tag)));
        }
        // An entry that names an identifier in several roles is linked to it once: by the same identifier before one that
        // is only alike, the strict form before the folded one, the entry's own before a contact's.
        links.sort_by_key(|link| {
            let (what, role) = (
                (link.identifier.index, link.entry, link.kind),
                link.role != Role::Own,
            );
            (
                what,
                link.resemblance.is_some(),
                link.level,
                role,
                link.entry_index,
            )
        });
        links.dedup_by_key(|link| (link.identifier.index, link.entry, link.kind));
        Ok((links, entries.is_stale))
    }
}

impl Described {
    pub(super) fn link(
        &self,
        publisher: &lianfang_encoding::NodeId,
        place: Place,
        identifier: ScreenedIdentifier,
    ) -> OwnLink {
        OwnLink {
            publisher: publisher.clone(),
            entry: self.row.id,
            state: self.state,
            category: self.category,
            basis: self.basis,
            grade: crate::entries::grade_of(&self.row),
            since: self.row.decided_at,
            expires: self.row.expires_at,
            kind: place.kind,
            level: place.level,
            entry_index: u32::from(place.index),
            role: place.role,
            identifier,
            resemblance: None,
        }
    }
}

impl Place {
    pub(super) fn of(row: &OwnLinkRow) -> Option<Self> {
        Some(Self {
            index: row.identifier_index,
            kind: Kind::from_number(row.kind)?,
            level: Level::from_number(row.level)?,
            role: u8::try_from(row.role).ok().and_then(Role::from_number)?,
        })
    }
}
