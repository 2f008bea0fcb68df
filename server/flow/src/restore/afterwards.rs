//! Once a restored node has its incarnation: what it had ended stays ended, and its lists are published anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_encoding::Audience;
use lianfang_store::{EntryRow, StatusItem as Recovered};
use lianfang_wire::ProblemType;
use lianfang_wire::feed::StatusItem;
use uuid::Uuid;

use super::mark::{MARK, Mark, Stage};
use super::ways::{is_repeated, is_there, ways};
use crate::entries::{Step, state_of};
use crate::{FlowError, Node};

const PAGE: usize = 1_000;

impl Node {
    /// Publishes everything anew in the incarnation that was granted, once.
    pub(crate) async fn publish_after_restore(self: &Arc<Self>) -> Result<(), FlowError> {
        let due = |mark: &Mark| matches!(mark.stage, Stage::Granted | Stage::Raised);
        let Some(mut mark) = self.restore_mark().filter(due) else {
            return Ok(());
        };
        self.build_digests().await?;
        // States that were said again have a place in any feed, and that this node was restored is known to all.
        self.notify_everybody();
        mark.stage = match self.has_token_key() {
            true => Stage::Published,
            // Nothing could be published.
            false => Stage::Raised,
        };
        self.keep_mark(&mark).await
    }

    /// Brings every entry to the state that others have been told, before anything is published or confirmed again.
    pub(crate) async fn repeat_what_was_said(self: &Arc<Self>) -> Result<(), FlowError> {
        if self
            .restore_mark()
            .is_none_or(|mark| mark.stage != Stage::Granted)
        {
            return Ok(());
        }
        for audience in self.gateway.store(|store| store.recovered_audiences()).await? {
            self.repeat_states(audience).await?;
        }
        Ok(())
    }

    /// Refuses until a restored node has repeated what it had said: its entries may be older than that.
    pub(crate) fn check_repeated(&self) -> Result<(), FlowError> {
        match self.restore_mark() {
            Some(mark) if mark.stage == Stage::Granted => Err(ProblemType::Recovering.into()),
            _ => self.check_standing(),
        }
    }

    pub(super) async fn keep_mark(&self, mark: &Mark) -> Result<(), FlowError> {
        let text = mark.text()?;
        self.gateway
            .store(move |store| store.set_meta(MARK, &text))
            .await?;
        self.reload_standing().await
    }

    /// Brings entries to the state that this node had already told others, where the backup is older than that.
    async fn repeat_states(self: &Arc<Self>, audience: Audience) -> Result<(), FlowError> {
        let (told, through) = self.last_said(&audience, 0).await?;
        for (entry, item) in told.iter().filter(|(_, item)| is_repeated(item)) {
            self.repeat_state(*entry, item).await?;
        }
        self.withdraw_lost(&audience, told, through).await
    }

    /// Only what the entry's own state forbids is given up; whatever else goes wrong is for the next publication to repeat.
    pub(super) async fn repeat_state(
        self: &Arc<Self>,
        entry: Uuid,
        told: &StatusItem,
    ) -> Result<(), FlowError> {
        loop {
            let row = match self.gateway.store(move |store| store.entry(entry)).await {
                Ok(row) => row,
                // Recorded after the backup.
                Err(FlowError::NotFound) => return Ok(()),
                Err(other) => return Err(other),
            };
            let (state, now) = (state_of(&row)?, self.now());
            if row.updated_at >= told.at || is_there(&state, told, now) {
                return Ok(());
            }
            match self.first_of(&row, ways(&state, told, now)).await {
                // Somebody moved it meanwhile: look again.
                Err(FlowError::Stale(_)) => {}
                done => return done,
            }
        }
    }

    /// Takes the first of these steps that the entry takes.
    async fn first_of(self: &Arc<Self>, row: &EntryRow, ways: Vec<Step>) -> Result<(), FlowError> {
        let mut refused = None;
        for step in ways {
            match self
                .move_entry("node".to_owned(), row.id, Some(row.revision), step, None)
                .await
            {
                Ok(_) => return Ok(()),
                Err(error @ FlowError::Problem(ProblemType::IllegalTransition, _)) => refused = Some(error),
                Err(other) => return Err(other),
            }
        }
        if let Some(error) = refused {
            tracing::warn!(error = %error, "a state told before the restore can't be repeated");
        }
        Ok(())
    }

    /// The last item after place `after` of each entry that no event stands behind, and the place of the last of all.
    pub(super) async fn last_said(
        &self,
        audience: &Audience,
        mut after: u64,
    ) -> Result<(BTreeMap<Uuid, StatusItem>, u64), FlowError> {
        let mut last = BTreeMap::new();
        loop {
            let name = audience.clone();
            let page: Vec<Recovered> = self
                .gateway
                .store(move |store| store.recovered_status(&name, after, PAGE))
                .await?;
            let Some(end) = page.last() else {
                return Ok((last, after));
            };
            after = end.audience_seq;
            for item in page {
                if let Ok(read) = StatusItem::read(&item.bytes) {
                    last.insert(item.entry_id, read);
                }
            }
        }
    }
}
