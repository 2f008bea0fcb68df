use std::sync::Arc;

use futures_util::future::join_all;
use lianfang_encoding::NodeId;
use lianfang_peer::PeerError;
use lianfang_wire::ProblemType;

use super::hear::Heard;
use super::mark::{MARK, Mark, Stage};
use super::standing::INCARNATION;
use crate::durable::durable_step;
use crate::{FlowError, Node};

/// How far a restored node has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// It may sign: it was never restored, or has its incarnation.
    Settled,
    /// Too few other members answered.
    Waiting { heard: usize, needed: usize },
    /// Another restored copy has this incarnation; this one never signs.
    Taken,
    /// There is no other member and no operator decided that it goes on without.
    Undecided,
}

impl Node {
    /// Asks the other members what they have seen and for the next incarnation. Does nothing when the node may sign. An
    /// interrupted call is made up for by the next.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(self: &Arc<Self>) -> Result<Recovery, FlowError> {
        let _turn = self.recovering.lock().await;
        // Another replica may have been first.
        self.reload_standing().await?;
        let Some(mark) = self.restore_mark().filter(|mark| mark.stage == Stage::Recovering) else {
            return Ok(Recovery::Settled);
        };
        let heard = self.hear_all().await?;
        let others = self.others();
        if others.is_empty() {
            return match mark.alone {
                true => self.settle(mark, &[]).await,
                false => Ok(Recovery::Undecided),
            };
        }
        let needed = others.len() / 2 + 1;
        if heard.len() < needed {
            return Ok(Recovery::Waiting {
                heard: heard.len(),
                needed,
            });
        }
        let peers: Vec<_> = heard.into_iter().map(|heard| heard.peer).collect();
        let (granted, taken) = self.claim_from(&peers, &mark).await;
        // Whoever refuses for good can't be waited for.
        if others.len() - taken < needed {
            return Ok(Recovery::Taken);
        }
        if granted.len() < needed {
            return Ok(Recovery::Waiting {
                heard: granted.len(),
                needed,
            });
        }
        self.settle(mark, &granted).await
    }

    pub(super) fn restore_mark(&self) -> Option<Mark> {
        self.standing.load().mark.clone()
    }

    /// Asks everybody, and takes over whatever membership is newer: it says who counts.
    async fn hear_all(self: &Arc<Self>) -> Result<Vec<Heard>, FlowError> {
        let mut asked = Vec::new();
        loop {
            let others = self.others();
            let unasked: Vec<_> = others
                .iter()
                .filter(|peer| !asked.contains(*peer))
                .cloned()
                .collect();
            if unasked.is_empty() {
                let heard = join_all(others.iter().map(|peer| self.ask_seen(peer))).await;
                return Ok(heard.into_iter().flatten().collect());
            }
            for answer in join_all(unasked.iter().map(|peer| self.ask_seen(peer))).await {
                let newer = answer
                    .as_ref()
                    .ok()
                    .filter(|heard| heard.seen.membership_version > self.document().document.version);
                if let Some(heard) = newer {
                    // What can't be taken over leaves the document as it is, and so who counts.
                    let _ = self
                        .fetch_membership(&heard.peer, heard.seen.membership_version)
                        .await;
                }
            }
            asked.extend(unasked);
        }
    }

    /// Who granted, and how many refused because another copy was there first.
    pub(super) async fn claim_from(&self, peers: &[NodeId], mark: &Mark) -> (Vec<Heard>, usize) {
        let answers = join_all(peers.iter().map(|peer| self.ask_grant(peer, mark))).await;
        for (peer, answer) in peers.iter().zip(&answers) {
            if let Err(error) = answer {
                tracing::warn!(peer = %peer, error = %error, "a member doesn't grant the incarnation");
            }
        }
        let taken = answers
            .iter()
            .filter(|answer| answer.as_ref().is_err_and(is_taken))
            .count();
        (answers.into_iter().flatten().collect(), taken)
    }

    /// Takes over what was seen, then the incarnation. The order makes every step safe to repeat.
    async fn settle(self: &Arc<Self>, mark: Mark, granted: &[Heard]) -> Result<Recovery, FlowError> {
        durable_step("incarnation_granted");
        self.take_over_seen(granted).await?;
        durable_step("seen_taken_over");
        let mut mark = mark;
        mark.stage = Stage::Granted;
        let ends = self.gateway.store(|store| store.audience_heads()).await?;
        mark.begun = ends.into_iter().collect();
        for heard in granted {
            mark.granted.insert(heard.peer.clone(), heard.statement.clone());
        }
        let incarnation = mark.incarnation;
        let (text, number) = (mark.text()?, incarnation.to_string());
        self.gateway
            .store(move |store| store.set_metas(&[(MARK, &text), (INCARNATION, &number)], None))
            .await?;
        durable_step("incarnation_noted");
        self.reload_standing().await?;
        tracing::warn!(incarnation, granted = granted.len(), "the restored node goes on");
        self.changes.notify_one();
        Ok(Recovery::Settled)
    }

    /// Lists and status feeds go on above what `heard` says.
    pub(super) async fn take_over_seen(&self, heard: &[Heard]) -> Result<(), FlowError> {
        let lists: Vec<_> = heard.iter().flat_map(|heard| heard.lists.clone()).collect();
        self.gateway.store(move |store| store.raise_lists(lists)).await?;
        self.recover_feeds(heard).await
    }
}

fn is_taken(error: &PeerError) -> bool {
    matches!(error, PeerError::Refused(problem) if problem.kind() == Some(ProblemType::IncarnationTaken))
}
