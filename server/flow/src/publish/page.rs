//! What entries became, a page of events at a time: read, filtered and tokenised before its turn to be published.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lianfang_encoding::{Audience, SubjectType};
use lianfang_store::{EntryRow, TokenRow};
use uuid::Uuid;

use crate::entries::told;
use crate::{FlowError, Node};

/// Entries that changed, in the order of their events.
pub(super) struct Page {
    /// Its last event.
    pub(super) through: u64,
    /// In whose feeds the events have a place, whatever becomes of the lists.
    pub(super) told: BTreeSet<Audience>,
    pub(super) groups: Vec<Group>,
}

/// Those of one audience and subject type.
pub(super) struct Group {
    pub(super) audience: Audience,
    pub(super) subject_type: SubjectType,
    pub(super) entries: BTreeSet<Uuid>,
    /// What they hold now, by epoch.
    pub(super) tokens: BTreeMap<u32, Vec<TokenRow>>,
    /// How many identifiers were kept back, by reason.
    pub(super) withheld: BTreeMap<&'static str, u64>,
}

impl Node {
    /// The page after this event; None when nothing has happened since.
    pub(super) async fn page_after(self: &Arc<Self>, event: u64) -> Result<Option<Page>, FlowError> {
        let most = self.settings.publish_page;
        let events = self
            .gateway
            .store(move |store| store.events_after(event, most))
            .await?;
        let Some(through) = events.last().map(|event| event.seq) else {
            return Ok(None);
        };
        let entries: BTreeSet<Uuid> = events.iter().map(|event| event.entry_id).collect();
        let ids: Vec<_> = entries.into_iter().collect();
        let rows = self.gateway.store(move |store| store.entries(&ids)).await?;
        let told = rows.iter().filter_map(told).collect();
        let mut lists: BTreeMap<(Audience, i16), Vec<EntryRow>> = BTreeMap::new();
        for row in rows {
            let list = (row.audience.clone(), row.subject_type);
            lists.entry(list).or_default().push(row);
        }
        let mut groups = Vec::with_capacity(lists.len());
        for ((audience, number), rows) in lists {
            let subject_type = u8::try_from(number).ok().and_then(SubjectType::from_number);
            let subject_type =
                subject_type.ok_or(FlowError::Internal("an entry's subject type isn't known"))?;
            groups.push(self.group_of(audience, subject_type, rows).await?);
        }
        Ok(Some(Page {
            through,
            told,
            groups,
        }))
    }

    async fn group_of(
        self: &Arc<Self>,
        audience: Audience,
        subject_type: SubjectType,
        rows: Vec<EntryRow>,
    ) -> Result<Group, FlowError> {
        let entries = rows.iter().map(|row| row.id).collect();
        let found = self.sift_all(rows).await?;
        Ok(Group {
            audience,
            subject_type,
            entries,
            tokens: self.published_tokens(found.passed).await?,
            withheld: found.withheld,
        })
    }
}
