use lianfang_digest::{Kind, ListState, VerifiedHead};
use lianfang_domain::brake::brake_growth;
use lianfang_encoding::NodeId;
use lianfang_store::BrakeDay;

use super::run::{day, first_day};
use crate::{FlowError, Node};

impl Node {
    /// Whether what a list that is held already would grow by is more than the publisher's habit, in which case it is
    /// quarantined and the heads must not be taken over.
    pub(crate) async fn grows_too_fast(&self, publisher: &NodeId, grown: u64) -> Result<bool, FlowError> {
        if grown == 0 {
            return Ok(false);
        }
        let (id, now) = (publisher.clone(), self.now());
        let days = self
            .gateway
            .store(move |store| store.brake_days(&id, first_day(now)))
            .await?;
        let of = |is_today| days.iter().filter(move |seen| (seen.day == day(now)) == is_today);
        let today = of(true).map(|seen| seen.grown).sum::<u64>() + grown;
        let habit: Vec<_> = of(false).map(|seen| seen.grown).collect();
        if let Some(reason) = brake_growth(today, &habit, &self.settings.brake) {
            self.quarantine(publisher, reason.code()).await?;
            return Ok(true);
        }
        Ok(false)
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

/// What `heads` add to a list that is held already.
pub(crate) fn growth(held: Option<(&ListState, u32)>, heads: &[VerifiedHead]) -> u64 {
    let Some((state, total)) = held else {
        return 0;
    };
    let is_new = |head: &&VerifiedHead| head.header().sequence > state.sequence();
    stated(total, heads.iter().filter(is_new))
}

/// Prefixes that deltas add, and what a base has more than the list had before it, as the heads state them: padded.
fn stated<'a>(total: u32, heads: impl Iterator<Item = &'a VerifiedHead>) -> u64 {
    let (mut total, mut grown) = (total, 0);
    for head in heads {
        let header = head.header();
        grown += match header.kind {
            Kind::Delta { additions, .. } => u64::from(additions),
            Kind::Base => u64::from(header.total.saturating_sub(total)),
        };
        total = header.total;
    }
    grown
}
