//! What an answer says beside its verdict.

use std::collections::BTreeSet;

use lianfang_encoding::{NodeId, Timestamp};
use lianfang_store::PeerRow;
use lianfang_wire::screening::{Consulted, ExceptionReason, PublisherException, RiskTier};
use lianfang_wire::vocabulary::VerdictName;

use crate::Node;

impl Node {
    /// Whose digests were consulted and who is missing or old; `peers` are in order of id. And whether what was
    /// consulted is recent of everybody: a quarantine doesn't hide that it is old.
    pub(super) fn consulted(&self, peers: &[PeerRow], unreachable: &BTreeSet<NodeId>) -> (Consulted, bool) {
        let (now, index) = (self.now(), self.index.load());
        let document = self.document();
        let others = document
            .document
            .members
            .iter()
            .filter(|member| member.is_active() && member.id != self.id);
        let (mut consulted, mut all_recent) = (Consulted::default(), true);
        for member in others {
            let place = peers.binary_search_by(|row| row.node.cmp(&member.id));
            let row = place.ok().and_then(|place| peers.get(place));
            let age = row.and_then(taken_over_until).map(|at| now.since(at));
            let is_recent = age.is_some_and(|age| age <= self.settings.stale_after)
                && !index.lacks_lists_of(&member.id, now);
            all_recent &= is_recent;
            let reason = if row.is_some_and(|row| row.quarantine.is_some()) {
                Some(ExceptionReason::Quarantined)
            } else if unreachable.contains(&member.id) {
                Some(ExceptionReason::Unreachable)
            } else if !is_recent {
                Some(ExceptionReason::Stale)
            } else if !self.disabled_with(&member.id).is_empty() {
                Some(ExceptionReason::RulesDiffer)
            } else {
                None
            };
            consulted.consulted += u32::from(age.is_some());
            consulted
                .exceptions
                .extend(reason.map(|reason| PublisherException {
                    id: member.id.clone(),
                    reason,
                    freshness_seconds: age.map_or(u64::MAX, |age| age.as_secs()),
                }));
        }
        (consulted, all_recent)
    }
}

/// Up to when a publisher's digests were taken over. Nothing is while it is held back, however often it answers.
fn taken_over_until(row: &PeerRow) -> Option<Timestamp> {
    let held_back = row.quarantine.as_ref().and(row.quarantined_at);
    let synced = row.last_sync?;
    Some(held_back.map_or(synced, |since| synced.min(since)))
}

pub(super) fn risk_tier(verdict: VerdictName) -> RiskTier {
    match verdict {
        VerdictName::Clear => RiskTier::Good,
        VerdictName::Review => RiskTier::General,
        VerdictName::Block => RiskTier::High,
    }
}

pub(super) fn recommended(verdict: VerdictName, complete: bool) -> Vec<String> {
    let action = match (verdict, complete) {
        (VerdictName::Clear, true) => "proceed",
        (VerdictName::Clear, false) => "screen_again_later",
        (VerdictName::Review, _) => "decide_by_a_person",
        (VerdictName::Block, _) => "refuse_and_state_reasons",
    };
    vec![action.to_owned()]
}
