use lianfang_digest::{Kind, ListState, VerifiedHead};
use lianfang_domain::brake::brake_growth;
use lianfang_encoding::NodeId;
use lianfang_store::BrakeDay;

use super::run::{day, first_day};
use crate::{FlowError, Node};

impl Node {
    /// Counts what `heads` add to a list that is held already. Returns whether that is more than the publisher's habit, in
    /// which case it is quarantined and the heads must not be taken over.
    pub(crate) async fn grows_too_fast(
        &self,
        publisher: &NodeId,
        held: Option<(&ListState, u32)>,
        heads: &[VerifiedHead],
    ) -> Result<bool, FlowError> {
        let Some((state, total)) = held else {
            return Ok(false);
        };
        let new = heads
            .iter()
            .filter(|head| head.header().sequence > state.sequence());
        let grown = growth(total, new);
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
        let (id, seen) = (
            publisher.clone(),
            BrakeDay {
                day: day(now),
                grown,
                ..BrakeDay::default()
            },
        );
        self.gateway
            .store(move |store| store.count_brake(&[(id, seen)]))
            .await?;
        Ok(false)
    }
}

/// Prefixes that deltas add, and what a base has more than the list had before it, as the heads state them: padded.
fn growth<'a>(total: u32, heads: impl Iterator<Item = &'a VerifiedHead>) -> u64 {
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
