use lianfang_digest::{Kind, SignedHead, VerifiedHead};
use lianfang_domain::brake::{BrakeReason, brake_growth};
use lianfang_encoding::NodeId;
use lianfang_store::{BrakeDay, HeadRow};

use super::run::{day, first_day};
use crate::{FlowError, Node};

impl Node {
    /// Whether what a list that is held already would grow by is more than the publisher's habit, in which case it is
    /// quarantined and the heads must not be taken over.
    pub(crate) async fn grows_too_fast(&self, publisher: &NodeId, grown: u64) -> Result<bool, FlowError> {
        let Some(reason) = self.beyond_habit(publisher, grown).await? else {
            return Ok(false);
        };
        self.quarantine(publisher, reason.code()).await?;
        Ok(true)
    }

    /// Why growing by so much would have the publisher quarantined, if it would.
    pub(crate) async fn beyond_habit(
        &self,
        publisher: &NodeId,
        grown: u64,
    ) -> Result<Option<BrakeReason>, FlowError> {
        if grown == 0 {
            return Ok(None);
        }
        let (id, now) = (publisher.clone(), self.now());
        let days = self
            .gateway
            .store(move |store| store.brake_days(&id, first_day(now)))
            .await?;
        let of = |is_today| days.iter().filter(move |seen| (seen.day == day(now)) == is_today);
        let today = of(true).map(|seen| seen.grown).sum::<u64>() + grown;
        let habit: Vec<_> = of(false).map(|seen| seen.grown).collect();
        Ok(brake_growth(today, &habit, &self.settings.brake))
    }

    /// Counts what was taken over: what wasn't comes again and would be counted twice.
    pub(crate) async fn count_growth(&self, publisher: &NodeId, grown: u64) -> Result<(), FlowError> {
        if grown == 0 {
            return Ok(());
        }
        let seen = BrakeDay {
            day: day(self.now()),
            grown,
            ..BrakeDay::default()
        };
        let id = publisher.clone();
        self.gateway
            .store(move |store| store.count_brake(&[(id, seen)]))
            .await
    }
}

/// How far a list has come that this node has held before, whether or not it counts at present: an expired one that comes
/// again hasn't grown by its length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    sequence: u64,
    total: u32,
}

impl Reached {
    /// By the newest head that is stored.
    pub(crate) fn by(newest: &HeadRow) -> Option<Self> {
        let head = SignedHead::decode(&newest.head).ok()?;
        Some(Self {
            sequence: newest.sequence,
            total: head.header().total,
        })
    }

    /// Prefixes that deltas add, and what a base has more than the list had before it, as the heads state them: padded.
    /// What `heads` repeat doesn't count.
    pub(crate) fn go_on(&mut self, heads: &[VerifiedHead]) -> u64 {
        let mut grown = 0;
        for header in heads.iter().map(VerifiedHead::header) {
            if header.sequence <= self.sequence {
                continue;
            }
            grown += match header.kind {
                Kind::Delta { additions, .. } => u64::from(additions),
                Kind::Base => u64::from(header.total.saturating_sub(self.total)),
            };
            (self.sequence, self.total) = (header.sequence, header.total);
        }
        grown
    }
}
