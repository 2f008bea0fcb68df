use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use lianfang_digest::ListId;
use lianfang_encoding::{Audience, NodeId, Timestamp};
use lianfang_peer::PeerError;
use lianfang_wire::ProblemType;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::{ListSync, PeerSync, REPORT, SyncReport};
use crate::peers::quarantined;
use crate::publish::audiences;
use crate::{FlowError, Node};

/// Peers that are synced with at once.
const PEERS_AT_ONCE: usize = 8;

/// Code of [`SyncFailure::Braked`].
pub(super) const QUARANTINED: &str = "quarantined";

/// What a peer hasn't said by then it says the next time, from where it was.
const LONGEST: Duration = Duration::from_secs(900);

impl Node {
    /// Syncs with every active peer, or with one. A dry run only says what would be fetched and, with every peer, sent.
    ///
    /// # Errors
    /// When `only` isn't an active peer, or the store fails. A peer's failure is in the report instead.
    pub async fn sync(
        self: &Arc<Self>,
        only: Option<NodeId>,
        dry_run: bool,
    ) -> Result<SyncReport, FlowError> {
        self.sync_telling(only, dry_run, |_| ()).await
    }

    /// [`Node::sync`], which tells of each peer as soon as it is done.
    ///
    /// # Errors
    /// Those of [`Node::sync`].
    pub async fn sync_telling(
        self: &Arc<Self>,
        only: Option<NodeId>,
        dry_run: bool,
        tell: impl Fn(&PeerSync),
    ) -> Result<SyncReport, FlowError> {
        if !dry_run {
            self.take_up_membership().await?;
        }
        let peers = self.others();
        if only.is_none() && !dry_run {
            self.recover().await?;
            self.claim_late().await?;
        }
        if only.as_ref().is_some_and(|only| !peers.contains(only)) {
            return Err(FlowError::NotFound);
        }
        let wanted = peers
            .into_iter()
            .filter(|peer| only.as_ref().is_none_or(|only| only == peer));
        let tell = &tell;
        let everybody = only.is_none();
        let (mut peers, coming): (Vec<_>, Vec<_>) = stream::iter(wanted)
            .map(|peer| async move {
                let _turn = self.turns.take(&peer).await;
                let done = self.sync_peer(&peer, dry_run).await.inspect(tell)?;
                let coming = (!dry_run).then(|| self.put_in_force_meanwhile(&done)).flatten();
                if !dry_run && done.error.is_none() {
                    self.compare_held(&peer).await?;
                }
                Ok::<_, FlowError>((done, coming))
            })
            // In whatever order they are done: one that takes its time holds up no other.
            .buffer_unordered(PEERS_AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?
            .into_iter()
            .unzip();
        peers.sort_unstable_by(|a, b| a.peer.cmp(&b.peer));
        let sends = match dry_run && everybody {
            true => Some(self.plan_publication().await?),
            false => None,
        };
        let report = SyncReport {
            version: REPORT,
            dry_run,
            peers,
            sends,
        };
        for coming in coming.into_iter().flatten() {
            coming
                .await
                .map_err(|_| FlowError::Internal("what a peer brought couldn't be put in force"))??;
        }
        if self.index_is_behind() && !dry_run {
            self.put_in_force().await?;
        }
        if !dry_run {
            self.sweep_leftovers().await;
        }
        if !dry_run && self.check_standing().is_ok() {
            let reached = report.peers.iter().filter(|peer| peer.error.is_none());
            self.hear_acknowledgements(reached.map(|peer| &peer.peer)).await?;
        }
        Ok(report)
    }

    /// Puts in force what a peer has brought, while others are still being asked.
    fn put_in_force_meanwhile(
        self: &Arc<Self>,
        done: &PeerSync,
    ) -> Option<JoinHandle<Result<(), FlowError>>> {
        let node = Arc::clone(self);
        let work = async move { node.put_in_force().await };
        brought_digests(done).then(|| tokio::spawn(work.in_current_span()))
    }

    /// Syncs with a peer that says it has news, unless a sync that will see them is about to start.
    pub(crate) async fn sync_news(self: &Arc<Self>, peer: &NodeId) -> Result<(), FlowError> {
        let Some(_turn) = self.turns.take_or_rely(peer).await else {
            return Ok(());
        };
        let done = self.sync_peer(peer, false).await?;
        if brought_digests(&done) || self.index_is_behind() {
            self.put_in_force().await?;
        }
        Ok(())
    }

    async fn sync_peer(self: &Arc<Self>, peer: &NodeId, dry_run: bool) -> Result<PeerSync, FlowError> {
        let mut done = PeerSync::of(peer.clone());
        let fetched = tokio::time::timeout(LONGEST, self.fetch_all(peer, dry_run, &mut done)).await;
        let outcome = fetched.unwrap_or_else(|_| Err(PeerError::Timeout.into()));
        if dry_run {
            if let Err(error) = outcome {
                say(&mut done, &error);
            }
            return Ok(done);
        }
        let (id, now) = (peer.clone(), self.now());
        match outcome {
            Ok(lag) => {
                let ask_from = self.time_to_ask();
                self.gateway
                    .store(move |store| store.peer_synced(&id, now, lag, ask_from))
                    .await?
            }
            Err(error) => {
                say(&mut done, &error);
                let code = done.error.clone().unwrap_or_default();
                self.tally.peer_failed(peer, &code);
                self.gateway
                    .store(move |store| store.peer_failed(&id, now, &code))
                    .await?;
            }
        }
        Ok(done)
    }

    async fn fetch_all(
        self: &Arc<Self>,
        peer: &NodeId,
        dry_run: bool,
        done: &mut PeerSync,
    ) -> Result<Duration, SyncFailure> {
        let info = self.peers.info(peer).await?;
        if info.node != *peer || info.federation != self.trust.federation() {
            return Err(PeerError::Malformed.into());
        }
        self.note_answer(peer, info.now, dry_run).await?;
        if info.membership_version > self.document().document.version {
            done.membership = Some(info.membership_version);
            if !dry_run {
                self.fetch_membership(peer, info.membership_version).await?;
            }
        }
        if !dry_run && !info.rules.is_empty() {
            self.compare_rules(peer, &info.rules);
        }
        if !dry_run {
            self.hear_of_successors(peer, &info).await?;
            self.hear_of_lost_grant(peer, &info).await?;
        }
        self.check_incarnation(peer, info.incarnation).await?;
        // Status first: a withdrawal counts before the digest that no longer holds it arrives.
        for feed in info.feeds.iter().filter(|feed| self.is_told(&feed.audience)) {
            self.fetch_status(peer, feed, dry_run, done).await?;
        }
        let mut lag = Duration::ZERO;
        // What a quarantined publisher says anew waits for a person; what it withdraws counts.
        let held_back = quarantined(&self.peer_rows().await?).contains(peer);
        done.quarantined = held_back;
        for offered in info
            .lists
            .iter()
            .filter(|offered| offered.list.publisher == *peer && !held_back)
            .filter(|offered| self.is_wanted(&offered.list))
        {
            let created = self
                .fetch_list(peer, offered, info.incarnation, dry_run, done)
                .await?;
            lag = lag.max(created.map_or(Duration::ZERO, |created| self.now().since(created)));
        }
        match done.lists.iter().find_map(ListSync::refusal) {
            Some(refused) => Err(SyncFailure::Refused(refused)),
            None => Ok(lag),
        }
    }
}

impl Node {
    /// Whether this node may know of a list at all: whatever else a peer offers would only cost memory.
    fn is_wanted(&self, list: &ListId) -> bool {
        let document = self.document();
        let has_key = document
            .document
            .keys
            .iter()
            .any(|key| key.fields().epoch == list.epoch);
        has_key && self.is_told(&list.audience)
    }

    /// Whether there is such an audience, and this node in it.
    fn is_told(&self, audience: &Audience) -> bool {
        audiences(&self.document().document).contains(audience) && self.may_read(&self.id, audience)
    }

    /// That a peer answered, and how its clock stands to this one's.
    async fn note_answer(&self, peer: &NodeId, theirs: Timestamp, dry_run: bool) -> Result<(), FlowError> {
        let now = self.now();
        self.tally.peer_said_time(peer, theirs, now);
        if dry_run {
            return Ok(());
        }
        let (peer, ahead) = (peer.clone(), ahead_micros(theirs, now));
        self.gateway
            .store(move |store| store.peer_answered(&peer, now, ahead))
            .await
    }
}

/// Microseconds that `theirs` is ahead of `ours`; negative when behind.
fn ahead_micros(theirs: Timestamp, ours: Timestamp) -> i64 {
    let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    micros(theirs.since(ours)) - micros(ours.since(theirs))
}

fn brought_digests(peer: &PeerSync) -> bool {
    peer.lists.iter().any(|list| list.refused.is_none())
}

/// Why a sync with one peer stopped.
pub(crate) enum SyncFailure {
    Peer(PeerError),
    Flow(FlowError),
    /// A digest or a status item was refused; what is in force stays.
    Refused(ProblemType),
    /// The publisher was quarantined; what is in force stays.
    Braked,
}

impl From<PeerError> for SyncFailure {
    fn from(error: PeerError) -> Self {
        Self::Peer(error)
    }
}

impl From<FlowError> for SyncFailure {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

fn say(done: &mut PeerSync, error: &SyncFailure) {
    let (code, detail) = match error {
        SyncFailure::Peer(error) => (error.code().to_owned(), error.to_string()),
        SyncFailure::Flow(error) => {
            let problem = error.problem();
            let detail = match error {
                FlowError::Files(error) => error.to_string(),
                FlowError::Store(error) => error.to_string(),
                _ => problem.detail.unwrap_or(problem.title),
            };
            (error.code().to_owned(), detail)
        }
        SyncFailure::Braked => (
            QUARANTINED.to_owned(),
            "the publisher grew faster than is its habit and waits for a decision; the digest in force stays"
                .to_owned(),
        ),
        SyncFailure::Refused(kind) => (
            kind.slug().to_owned(),
            format!("{}; what is in force stays", kind.title()),
        ),
    };
    tracing::warn!(peer = %done.peer, code, "sync with a peer failed");
    (done.error, done.detail) = (Some(code), Some(detail));
}
