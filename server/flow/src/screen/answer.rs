//! The answer as the caller gets it, and the receipt that proves it.

use std::collections::BTreeSet;

use lianfang_domain::verdict::Policy;
use lianfang_encoding::{NodeId, Timestamp, Transcript};
use lianfang_store::PeerRow;
use lianfang_wire::jws;
use lianfang_wire::screening::{Consulted, ExceptionReason, PublisherException, RiskTier, Screening};
use lianfang_wire::vocabulary::{Mode, VerdictName};
use serde::Serialize;
use uuid::Uuid;

use crate::{FlowError, Node};

const RECEIPT: &str = "lianfang-receipt+jwt";

#[derive(Serialize)]
struct Receipt<'a> {
    iss: &'a NodeId,
    fed: String,
    id: Uuid,
    verdict: VerdictName,
    mode: Mode,
    complete: bool,
    evaluated_at: Timestamp,
    valid_until: Timestamp,
    membership_version: u64,
    policy_version: &'a str,
    /// SHA-256 over the answer's JSON with an empty receipt.
    answer: String,
}

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

    pub(super) fn sign_receipt(&self, screening: &mut Screening) -> Result<(), FlowError> {
        let unwritable = FlowError::Internal("a screening can't be written as JSON");
        let Ok(answer) = serde_json::to_vec(screening) else {
            return Err(unwritable);
        };
        let receipt = Receipt {
            iss: &self.id,
            fed: self.trust.federation().to_string(),
            id: screening.id,
            verdict: screening.verdict,
            mode: screening.mode,
            complete: screening.complete,
            evaluated_at: screening.evaluated_at,
            valid_until: screening.valid_until,
            membership_version: self.document().document.version,
            policy_version: Policy::VERSION,
            answer: hex::encode(Transcript::new("lianfang/answer/v1").bytes(&answer).sha256()),
        };
        screening.receipt = jws::sign(RECEIPT, &receipt, self.signing()?).map_err(|_| unwritable)?;
        Ok(())
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
