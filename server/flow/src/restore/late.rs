//! Members that were away when a restored node recovered: they are asked for their grant as soon as they are back, and the
//! node goes on above what they alone had seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_encoding::{Audience, NodeId};
use lianfang_store::{EntryRow, StatusItem as Recovered};
use lianfang_wire::feed::StatusItem;
use lianfang_wire::info::Info;
use uuid::Uuid;

use super::hear::Heard;
use super::mark::{Mark, Stage};
use super::ways::is_repeated;
use crate::{FlowError, Node};

/// Items said again in one transaction.
const PAGE: usize = 500;

impl Node {
    /// Asks members for their grant who were away when the node recovered, and goes on above what they have seen too.
    pub(crate) async fn claim_late(self: &Arc<Self>) -> Result<(), FlowError> {
        let _turn = self.recovering.lock().await;
        let Some(mut mark) = self.restore_mark().filter(|mark| mark.stage != Stage::Recovering) else {
            return Ok(());
        };
        let others = self.others();
        let late: Vec<_> = others
            .into_iter()
            .filter(|peer| !mark.granted.contains_key(peer))
            .collect();
        if late.is_empty() || self.check_standing().is_err() {
            return Ok(());
        }
        let (granted, _) = self.claim_from(&late, &mark).await;
        if granted.is_empty() {
            return Ok(());
        }
        let lists: Vec<_> = granted.iter().flat_map(|heard| heard.lists.clone()).collect();
        self.gateway.store(move |store| store.raise_lists(lists)).await?;
        for heard in granted {
            if self.go_on_above(&heard, &mark).await? {
                mark.granted.insert(heard.peer, heard.statement);
            }
        }
        // A list that one of them has seen further is published above that.
        if mark.stage == Stage::Published {
            mark.stage = Stage::Raised;
        }
        self.keep_mark(&mark).await?;
        self.changes.notify_one();
        Ok(())
    }

    /// A peer says what it has granted: when that is less than what it had granted to this node, it came back from a backup
    /// that is older, and is asked anew.
    pub(crate) async fn hear_of_lost_grant(
        self: &Arc<Self>,
        peer: &NodeId,
        info: &Info,
    ) -> Result<(), FlowError> {
        let is_lost = |mark: &Mark| {
            mark.stage != Stage::Recovering
                && info.granted < mark.incarnation
                && mark.granted.contains_key(peer)
        };
        if !self.restore_mark().is_some_and(|mark| is_lost(&mark)) {
            return Ok(());
        }
        {
            let _turn = self.recovering.lock().await;
            let Some(mut mark) = self.restore_mark().filter(is_lost) else {
                return Ok(());
            };
            mark.granted.remove(peer);
            self.keep_mark(&mark).await?;
        }
        self.claim_late().await
    }

    /// Of each status feed that the member had read further than this node knew when it got its incarnation: what it was told
    /// there counts, and what it can't have heard, because its places were given out a second time, is said again.
    /// Whether all of that is done.
    async fn go_on_above(self: &Arc<Self>, heard: &Heard, mark: &Mark) -> Result<bool, FlowError> {
        let mut done = true;
        for (audience, seen) in &heard.feeds {
            let begun = mark.begun.get(audience).copied().unwrap_or_default();
            if begun < *seen {
                let (agreed, told) = self.repeat_told(&heard.peer, audience, (begun, *seen)).await?;
                self.fetch_back(&heard.peer, audience, *seen).await?;
                self.say_again(audience, (agreed, *seen)).await?;
                // At a place that the member has read other items at, it would hear of no withdrawal.
                let is_above = self.feed_end(audience).await? >= *seen;
                if is_above {
                    self.withdraw_lost_again(audience, (agreed, *seen), told).await?;
                }
                done &= is_above;
            }
        }
        Ok(done)
    }

    /// Brings entries to the state that the member was told last, from where it has read other items than this node holds.
    /// Returns up to where it has read the same, and what it was told last of each entry after that.
    async fn repeat_told(
        self: &Arc<Self>,
        peer: &NodeId,
        audience: &Audience,
        (mut after, seen): (u64, u64),
    ) -> Result<(u64, BTreeMap<Uuid, StatusItem>), FlowError> {
        let mut agreed = after;
        let mut last: BTreeMap<Uuid, StatusItem> = BTreeMap::new();
        while after < seen {
            let items = self.given_back(peer, audience, after).await;
            let reached = items.last().map_or(after, |(item, _)| item.seq);
            if reached <= after {
                tracing::warn!(peer = %peer, "a member doesn't give back what it has seen");
                break;
            }
            if agreed == after {
                let (name, rows) = (audience.clone(), items.len());
                let own = self
                    .gateway
                    .store(move |store| store.status_after(&name, after, rows));
                agreed += same(&own.await?, &items);
            }
            let read = items.into_iter().map(|(item, _)| item);
            last.extend(
                read.filter(|item| item.seq > agreed)
                    .map(|item| (item.entry, item)),
            );
            after = reached;
        }
        for (entry, item) in last.iter().filter(|(_, item)| is_repeated(item)) {
            self.repeat_state(*entry, item).await?;
        }
        Ok((agreed, last))
    }

    async fn say_again(
        self: &Arc<Self>,
        audience: &Audience,
        (agreed, seen): (u64, u64),
    ) -> Result<(), FlowError> {
        loop {
            let (node, name, now) = (Arc::clone(self), audience.clone(), self.now());
            let said = self
                .gateway
                .store(move |store| {
                    let sign = |row: &EntryRow, seq| node.state_again(row, seq);
                    store.restate(&name, (agreed, seen), PAGE, now, sign)
                })
                .await?;
            if said == 0 {
                return Ok(());
            }
        }
    }
}

/// How many items both begin with.
fn same(own: &[Recovered], others: &[(StatusItem, Vec<u8>)]) -> u64 {
    own.iter()
        .zip(others)
        .take_while(|(own, (item, bytes))| own.audience_seq == item.seq && own.bytes == *bytes)
        .count() as u64
}
