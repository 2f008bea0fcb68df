//! What would be fetched of a list: its heads are asked for and held against the guard, as if they were taken over.

use std::sync::Arc;

use lianfang_digest::{ListState, Refusal, VerifiedHead};
use lianfang_encoding::NodeId;
use lianfang_store::HeadRow;
use lianfang_wire::ProblemType;
use lianfang_wire::info::ListHead;

use super::Planned;
use super::digests::{Stop, is_live};
use super::run::SyncFailure;
use crate::Node;
use crate::brake::Reached;

impl Node {
    /// Bytes of the bodies that would be moved. Nothing is written, and no body asked for.
    pub(super) async fn plan_list_fetch(
        self: &Arc<Self>,
        peer: &NodeId,
        offered: &ListHead,
        incarnation: u32,
        held: Option<&HeadRow>,
        planned: &mut Planned,
    ) -> Result<u64, Stop> {
        let mut reached = held.and_then(Reached::by);
        let before = held.map_or(0, |held| held.sequence);
        let mut held = match held {
            Some(_) => self.held_state(offered).await?,
            None => None,
        };
        let mut heads: Vec<VerifiedHead> = Vec::new();
        loop {
            let accepted = match self.accept_page(peer, offered, held.as_ref()).await {
                // There is no more than what was seen, whatever was offered.
                Err(Stop::Refused(Refusal::BaseMissing)) if !heads.is_empty() => break,
                outcome => outcome?,
            };
            if accepted.state.incarnation() != incarnation {
                return Err(Refusal::Incarnation.into());
            }
            if self.digests_used_up(peer, planned.digests).await? {
                return Err(Stop::Failed(SyncFailure::Refused(ProblemType::DigestQuota)));
            }
            let grown = reached
                .as_mut()
                .map_or(0, |reached| reached.go_on(&accepted.heads));
            if grown > 0 && self.beyond_habit(peer, planned.grown + grown).await?.is_some() {
                return Err(Stop::Failed(SyncFailure::Braked));
            }
            let new = accepted
                .heads
                .iter()
                .filter(|head| head.header().sequence > before);
            planned.digests += new.count() as u64;
            planned.grown += grown;
            heads.extend(accepted.heads);
            let is_all = accepted.state.sequence() >= offered.sequence;
            held = Some(accepted.state);
            if is_all {
                break;
            }
        }
        Ok(held.map_or(0, |state| self.missing_bytes(&state, &heads)))
    }

    /// Of the bodies that the list consists of, those that aren't here.
    fn missing_bytes(&self, state: &ListState, heads: &[VerifiedHead]) -> u64 {
        let bodies = heads.iter().filter(|head| is_live(state, head));
        let bodies = bodies.map(|head| head.header().body);
        let missing = bodies.filter(|body| {
            let found = self.bodies.find(&body.sha256).ok().flatten();
            found.is_none_or(|found| found.length != body.length)
        });
        missing.map(|body| body.length).sum()
    }
}
