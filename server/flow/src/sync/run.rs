use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::NodeId;
use lianfang_peer::PeerError;

use super::{PeerSync, SyncReport};
use crate::{FlowError, Node};

impl Node {
    /// Syncs with every active peer, or with one. A dry run only says what would be fetched.
    ///
    /// # Errors
    /// When `only` isn't an active peer, or the store fails. A peer's failure is in the report instead.
    pub async fn sync(
        self: &Arc<Self>,
        only: Option<NodeId>,
        dry_run: bool,
    ) -> Result<SyncReport, FlowError> {
        let _syncing = self.syncing.lock().await;
        let peers: Vec<NodeId> = {
            let document = self.document();
            let active = document
                .document
                .members
                .iter()
                .filter(|member| member.is_active());
            active
                .map(|member| member.id.clone())
                .filter(|id| *id != self.id)
                .collect()
        };
        if only.as_ref().is_some_and(|only| !peers.contains(only)) {
            return Err(FlowError::NotFound);
        }
        let mut report = SyncReport {
            dry_run,
            peers: Vec::new(),
        };
        for peer in peers
            .into_iter()
            .filter(|peer| only.as_ref().is_none_or(|only| only == peer))
        {
            report.peers.push(self.sync_peer(&peer, dry_run).await?);
        }
        if report
            .peers
            .iter()
            .any(|peer| peer.lists.iter().any(|list| list.refused.is_none()))
            && !dry_run
        {
            self.reload_index().await?;
            self.watch_arrivals(self.bases_of(taken_over(&report)).await?)
                .await;
        }
        Ok(report)
    }

    async fn sync_peer(self: &Arc<Self>, peer: &NodeId, dry_run: bool) -> Result<PeerSync, FlowError> {
        let mut done = PeerSync {
            peer: peer.clone(),
            lists: Vec::new(),
            unchanged: 0,
            status_items: 0,
            bytes: 0,
            error: None,
            detail: None,
        };
        let outcome = self.fetch_all(peer, dry_run, &mut done).await;
        if dry_run {
            if let Err(error) = outcome {
                say(&mut done, &error);
            }
            return Ok(done);
        }
        let (id, now) = (peer.clone(), self.now());
        match outcome {
            Ok(lag) => {
                self.gateway
                    .store(move |store| store.peer_synced(&id, now, lag))
                    .await?
            }
            Err(error) => {
                say(&mut done, &error);
                let code = done.error.clone().unwrap_or_default();
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
    ) -> Result<std::time::Duration, SyncFailure> {
        let info = self.peers.info(peer).await?;
        if info.node != *peer || info.federation != self.trust.federation() {
            return Err(PeerError::Malformed.into());
        }
        if info.membership_version > self.document().document.version && !dry_run {
            self.fetch_membership(peer, info.membership_version).await?;
        }
        // Status first: a withdrawal counts before the digest that no longer holds it arrives.
        for feed in &info.feeds {
            self.fetch_status(peer, feed, dry_run, done).await?;
        }
        let mut lag = std::time::Duration::ZERO;
        for offered in info
            .lists
            .iter()
            .filter(|offered| offered.list.publisher == *peer)
        {
            let created = self.fetch_list(peer, offered, dry_run, done).await?;
            lag = lag.max(created.map_or(std::time::Duration::ZERO, |created| self.now().since(created)));
        }
        match done.lists.iter().find_map(|list| list.refused.clone()) {
            Some(refused) => Err(SyncFailure::Refused(refused)),
            None => Ok(lag),
        }
    }
}

/// The lists that were taken over.
fn taken_over(report: &SyncReport) -> Vec<ListId> {
    let of_peer = |peer: &PeerSync| {
        let taken = peer.lists.iter().filter(|list| list.refused.is_none());
        let publisher = peer.peer.clone();
        taken
            .filter_map(|list| {
                Some(ListId {
                    publisher: publisher.clone(),
                    audience: list.audience.parse().ok()?,
                    subject_type: list.subject_type.parse().ok()?,
                    epoch: list.epoch,
                })
            })
            .collect::<Vec<_>>()
    };
    report.peers.iter().flat_map(of_peer).collect()
}

/// Why a sync with one peer stopped.
pub(super) enum SyncFailure {
    Peer(PeerError),
    Flow(FlowError),
    /// A digest was refused, by slug; the one in force stays.
    Refused(String),
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
            let slug = problem
                .kind()
                .map_or("internal", lianfang_wire::ProblemType::slug);
            (slug.to_owned(), problem.detail.unwrap_or(problem.title))
        }
        SyncFailure::Refused(slug) => (
            slug.clone(),
            "a digest was refused; the one in force stays".to_owned(),
        ),
    };
    tracing::warn!(peer = %done.peer, code, "sync with a peer failed");
    (done.error, done.detail) = (Some(code), Some(detail));
}
