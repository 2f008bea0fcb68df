//! On commit: what entries became goes out as deltas at once, by a cursor of its own over the events.

use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::Audience;
use lianfang_store::{Adoption, Store, TokenRow};
use uuid::Uuid;

use super::build::OVERTAKEN;
use super::delta::{Change, Changed};
use super::head::Draft;
use super::page::{Group, Page};
use super::{BuildReport, BuiltList, list_key};
use crate::durable::durable_step;
use crate::{FlowError, Node};

const CURSOR: &str = "published_through";

impl Node {
    /// Waits until entries have changed since the last call. Changes before the first call count.
    pub async fn entries_have_changed(&self) {
        self.changes.notified().await;
    }

    /// Publishes what the entries became whose events haven't been published yet, and tells the peers. An interrupted
    /// call is made up for by the next.
    ///
    /// # Errors
    /// As [`Node::build_digests`].
    pub async fn publish_changes(self: &Arc<Self>) -> Result<BuildReport, FlowError> {
        self.publish_after_restore().await?;
        let _building = self.building.lock().await;
        let mut report = BuildReport::default();
        let mut next = match self.has_token_key() {
            true => self.page_after(self.published_through().await?).await?,
            false => None,
        };
        while let Some(page) = next {
            let through = page.through;
            // The cores make tokens for the next page while this one is written.
            let (published, following) =
                tokio::join!(self.publish_page(page, &mut report), self.page_after(through));
            published?;
            next = following?;
        }
        self.catch_index_up().await?;
        Ok(report)
    }

    /// Brings out a page, notes that it is out and tells whom it concerns.
    async fn publish_page(self: &Arc<Self>, page: Page, report: &mut BuildReport) -> Result<(), FlowError> {
        let (through, mut told, before) = (page.through, page.told.clone(), report.published.len());
        self.publish_groups(page, report).await?;
        self.gateway
            .store(move |store| store.set_meta(CURSOR, &through.to_string()))
            .await?;
        durable_step("publication_noted");
        told.extend(audiences_of(&report.published[before..]));
        self.notify_audiences(&told);
        self.catch_index_up().await
    }

    async fn catch_index_up(self: &Arc<Self>) -> Result<(), FlowError> {
        if self.index_is_behind() {
            self.put_in_force().await?;
        }
        Ok(())
    }

    async fn published_through(&self) -> Result<u64, FlowError> {
        let noted = self.gateway.store(|store| store.meta(CURSOR)).await?;
        Ok(noted.and_then(|noted| noted.parse().ok()).unwrap_or(0))
    }

    async fn publish_groups(self: &Arc<Self>, page: Page, report: &mut BuildReport) -> Result<(), FlowError> {
        for group in page.groups {
            for (reason, count) in &group.withheld {
                *report.withheld.entry((*reason).to_owned()).or_default() += count;
            }
            self.publish_group(group, report).await?;
        }
        Ok(())
    }

    async fn publish_group(
        self: &Arc<Self>,
        group: Group,
        report: &mut BuildReport,
    ) -> Result<(), FlowError> {
        let (audience, subject_type) = (group.audience, group.subject_type);
        let mut lists = group.tokens;
        for head in self.own_heads(&audience, subject_type).await? {
            lists.entry(head.epoch).or_default();
        }
        for (epoch, rows) in lists {
            let list = ListId {
                publisher: self.id.clone(),
                audience: audience.clone(),
                subject_type,
                epoch,
            };
            if !self
                .change_list(list, group.entries.clone(), rows, report)
                .await?
            {
                // One base build covers every epoch of the list.
                return self.build_lists(&audience, subject_type, report).await;
            }
        }
        Ok(())
    }

    /// Returns whether a delta was enough.
    async fn change_list(
        self: &Arc<Self>,
        list: ListId,
        entries: BTreeSet<Uuid>,
        rows: Vec<TokenRow>,
        report: &mut BuildReport,
    ) -> Result<bool, FlowError> {
        let key = list_key(&list);
        let before = match self.gateway.store(move |store| store.head(&key)).await {
            Ok(row) => row,
            Err(FlowError::NotFound) => return Ok(false),
            Err(other) => return Err(other),
        };
        let (node, now) = (Arc::clone(self), self.now());
        let change = {
            let (list, entries) = (list.clone(), entries.clone());
            let work = move |store: &lianfang_store::Store| {
                let changed = Changed {
                    list: &list,
                    before: &before,
                    entries: &entries,
                    rows: &rows,
                };
                node.change_of(store, &changed, now)
            };
            self.gateway.raw(work).await??
        };
        let entries: Vec<_> = entries.into_iter().collect();
        match change {
            Change::Base => return Ok(false),
            Change::None => report.unchanged += 1,
            Change::Records(records) => {
                let key = list_key(&list);
                self.gateway
                    .store(move |store| store.replace_list_records(&key, &entries, records))
                    .await?;
            }
            Change::Delta(draft) => report.published.push(self.publish_delta(*draft, entries).await?),
        }
        Ok(true)
    }

    async fn publish_delta(
        self: &Arc<Self>,
        draft: Draft,
        entries: Vec<Uuid>,
    ) -> Result<BuiltList, FlowError> {
        let _reserved = self.keep_body(&draft)?;
        let built = built_list(&draft);
        let (node, row) = (Arc::clone(self), draft.row());
        let publish = move |store: &Store| {
            let published = store.publish_delta(row, &entries, draft.records);
            // By then, because what others bring is put in force meanwhile.
            node.index_lags();
            published
        };
        let adoption = self.gateway.store(publish).await?;
        durable_step("delta_published");
        if adoption == Adoption::Adopted {
            Ok(built)
        } else {
            Err(FlowError::Internal(OVERTAKEN))
        }
    }
}

pub(super) fn audiences_of(lists: &[BuiltList]) -> BTreeSet<Audience> {
    lists.iter().map(|list| list.audience.clone()).collect()
}

pub(super) fn built_list(draft: &Draft) -> BuiltList {
    let header = draft.head.header();
    BuiltList {
        audience: header.list.audience.clone(),
        subject_type: header.list.subject_type.as_str().to_owned(),
        epoch: header.list.epoch,
        sequence: header.sequence,
        identifiers: draft.tokens,
        bytes: header.body.length,
    }
}
