//! What an answer says beside its verdict.

use std::collections::BTreeSet;

use lianfang_encoding::NodeId;
use lianfang_store::PeerRow;
use lianfang_wire::screening::{Consulted, ExceptionReason, PublisherException, RiskTier};
use lianfang_wire::vocabulary::VerdictName;

use crate::Node;

impl Node {
    /// Whose digests were consulted and who is missing or old; `peers` are in order of id.
    pub(super) fn consulted(&self, peers: &[PeerRow], unreachable: &BTreeSet<NodeId>) -> Consulted {
        let now = self.now();
        let document = self.document();
        let others = document
            .document
            .members
            .iter()
            .filter(|member| member.is_active() && member.id != self.id);
        let mut consulted = Consulted::default();
        for member in others {
            let place = peers.binary_search_by(|row| row.node.cmp(&member.id));
            let row = place.ok().and_then(|place| peers.get(place));
            let age = row.and_then(|row| row.last_sync).map(|at| now.since(at));
            let reason = if row.is_some_and(|row| row.quarantine.is_some()) {
                Some(ExceptionReason::Quarantined)
            } else if unreachable.contains(&member.id) {
                Some(ExceptionReason::Unreachable)
            } else if age.is_none_or(|age| age > self.settings.stale_after) {
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
        consulted
    }
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
