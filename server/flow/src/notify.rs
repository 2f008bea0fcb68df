//! Telling peers that there is something new; they come and fetch it. Polling by night is the safety net.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::{Audience, NodeId};
use lianfang_peer::PeerError;
use lianfang_wire::ProblemType;
use lianfang_wire::info::Notice;

use crate::{FlowError, Node};

/// Pauses between attempts to tell a peer, doubled each time up to the longest: a peer that was cut off is told so soon
/// after it is back. An attempt costs a connection that isn't answered.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// No peer that has heard enough keeps others waiting for longer.
const LONGEST_ASKED: Duration = Duration::from_secs(60);
/// So long an absence is left to the peer's own polling.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(600);

impl Node {
    /// A peer says it has news: sync with it in the background.
    ///
    /// # Errors
    /// When the peer has sent more notices than its quota allows. It tells again later, and polling finds what it doesn't.
    pub async fn notified(self: &Arc<Self>, caller: &NodeId, _notice: Notice) -> Result<(), FlowError> {
        self.count_notice(caller)?;
        let (node, peer) = (Arc::clone(self), caller.clone());
        tokio::spawn(async move {
            if let Err(error) = node.sync_news(&peer).await {
                tracing::warn!(peer = %peer, error = %error, "a sync after a notice failed");
            }
        });
        Ok(())
    }

    /// Tells every peer, without waiting for any.
    pub(crate) fn notify_everybody(self: &Arc<Self>) {
        self.notify(|_| true);
    }

    /// Tells those who may read what was said to these audiences: that something has happened is for nobody else.
    pub(crate) fn notify_audiences(self: &Arc<Self>, audiences: &BTreeSet<Audience>) {
        self.notify(|peer| audiences.iter().any(|audience| self.may_read(peer, audience)));
    }

    fn notify(self: &Arc<Self>, is_told: impl Fn(&NodeId) -> bool) {
        let document = self.document();
        let notice = Notice {
            membership_version: document.document.version,
        };
        for member in document
            .document
            .members
            .iter()
            .filter(|member| member.is_active() && member.id != self.id && is_told(&member.id))
        {
            let (node, peer, notice) = (Arc::clone(self), member.id.clone(), notice.clone());
            tokio::spawn(async move { node.tell(&peer, &notice).await });
        }
    }

    /// Tells one peer, again and again while it can't be reached or has heard enough; what comes up meanwhile is told along.
    async fn tell(&self, peer: &NodeId, notice: &Notice) {
        let Some(_turn) = self.telling.take_or_rely(peer).await else {
            return;
        };
        let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
        while let Err(error) = self.peers.notify(peer, notice).await {
            tracing::debug!(peer = %peer, error = %error, "a peer couldn't be told");
            let asked = asked_pause(&error);
            if waited > GIVEN_UP_AFTER || (asked.is_none() && !error.is_absence()) {
                self.tally.notice_ended(peer, false);
                return;
            }
            self.tally.notice_waits(peer);
            let wait = asked.unwrap_or(pause);
            tokio::time::sleep(wait).await;
            waited += wait;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.tally.notice_ended(peer, true);
    }

    /// States of entries changed: peers fetch them at once from the feeds of these audiences, the deltas follow.
    pub(crate) fn entries_changed(self: &Arc<Self>, audiences: &BTreeSet<Audience>) {
        self.notify_audiences(audiences);
        self.changes.notify_one();
    }

    /// Entries came, or may have changed: peers are told with the deltas.
    pub(crate) fn entries_created(&self) {
        self.changes.notify_one();
    }
}

/// How long a peer that has heard enough wants to hear nothing.
fn asked_pause(error: &PeerError) -> Option<Duration> {
    let PeerError::Refused(problem) = error else {
        return None;
    };
    let seconds = problem
        .retry_after
        .filter(|_| problem.kind() == Some(ProblemType::RateLimited))?;
    Some(Duration::from_secs(seconds.max(1)).min(LONGEST_ASKED))
}
