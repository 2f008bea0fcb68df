//! Entries that this node had told of and that its backup lacks: their content is lost and nobody can stand by them any more,
//! so they are withdrawn. Whoever recorded them records them again.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_encoding::Audience;
use lianfang_store::SealingError;
use lianfang_wire::feed::StatusItem;
use uuid::Uuid;

use crate::durable::durable_step;
use crate::{FlowError, Node};

/// Entries withdrawn in one transaction.
const PAGE: usize = 500;

impl Node {
    /// Withdraws those of `told`, the last items up to place `through`, that live on and that this node lacks.
    pub(super) async fn withdraw_lost(
        self: &Arc<Self>,
        audience: &Audience,
        told: BTreeMap<Uuid, StatusItem>,
        through: u64,
    ) -> Result<(), FlowError> {
        let living = told.into_iter().filter(|(_, item)| !item.state.is_terminal());
        self.withdraw(audience, living.collect(), through).await
    }

    /// The same for a member that has read other items than this node holds at the places after `agreed` and up to `seen`,
    /// and was `told` last of entries there: what was withdrawn at such a place it hasn't heard.
    pub(super) async fn withdraw_lost_again(
        self: &Arc<Self>,
        audience: &Audience,
        (agreed, seen): (u64, u64),
        told: BTreeMap<Uuid, StatusItem>,
    ) -> Result<(), FlowError> {
        let (own, through) = self.last_said(audience, agreed).await?;
        let is_over = |item: &StatusItem| item.state.is_terminal();
        let has_heard = |entry: &Uuid| {
            told.get(entry).is_some_and(is_over)
                || own
                    .get(entry)
                    .is_some_and(|item| is_over(item) && item.seq > seen)
        };
        let unheard = told.iter().chain(&own).filter(|(entry, _)| !has_heard(entry));
        let unheard = unheard.map(|(entry, item)| (*entry, item.clone())).collect();
        self.withdraw(audience, unheard, through).await
    }

    async fn withdraw(
        self: &Arc<Self>,
        audience: &Audience,
        told: BTreeMap<Uuid, StatusItem>,
        through: u64,
    ) -> Result<(), FlowError> {
        let entries: Vec<_> = told.keys().copied().collect();
        let (told, mut withdrawn) = (Arc::new(told), 0);
        for page in entries.chunks(PAGE) {
            let (node, told, name) = (Arc::clone(self), Arc::clone(&told), audience.clone());
            let (page, now) = (page.to_vec(), self.now());
            let sign = move |entry: Uuid, place| {
                let item = told.get(&entry).ok_or(SealingError::Forged)?;
                node.withdrawal(item, place, now)
            };
            withdrawn += self
                .gateway
                .store(move |store| store.speak_of_lost(&name, through, &page, now, sign))
                .await?;
            durable_step("lost_withdrawn");
        }
        if withdrawn > 0 {
            tracing::warn!(
                entries = withdrawn,
                "entries that were recorded after the backup are withdrawn; record them again"
            );
        }
        Ok(())
    }
}
