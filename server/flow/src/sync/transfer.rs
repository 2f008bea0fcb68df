//! One body, shard by shard into a file, from its publisher or from whoever else has it: a body is what its hash says,
//! so that any member of the audience can relay it (PROTOCOL.md §3).

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use lianfang_digest::{Bloom, BodyVerifier, Kind, Refusal, SHARD, Seed, ShardTable, VerifiedHead};
use lianfang_encoding::NodeId;
use lianfang_peer::{BodyStream, PeerError};
use rand_core::RngCore as _;
use tokio::time::Instant;

use super::digests::{Stop, files_of};
use super::run::SyncFailure;
use crate::durable::durable_step;
use crate::{FlowError, Node};

/// Bytes of a shard table: 32 for each MiB of the largest body.
const MAX_TABLE: usize = 64 * 1024;

/// Bytes a second that a body comes with at least, beside some patience.
const SLOWEST: u64 = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// Members that are asked for a body that its publisher doesn't give as its head says.
const RELAYS: usize = 3;

impl Node {
    /// Makes sure that the body of `head` is here. Returns the bytes that were moved.
    pub(super) async fn fetch_body(
        self: &Arc<Self>,
        peer: &NodeId,
        head: &VerifiedHead,
    ) -> Result<u64, Stop> {
        let body = head.header().body;
        // Whoever names the body of another publisher keeps only itself waiting.
        let _fetching = self.fetching.take(&(peer.clone(), body.sha256)).await;
        let _reserved = self.leftovers.reserve(files_of(head));
        if self.is_here(head).await? {
            return Ok(0);
        }
        let failure = match self.transfer(peer, head).await {
            Err(stop) if may_be_elsewhere(&stop) => stop,
            outcome => return outcome,
        };
        for relay in self.relays(peer, head) {
            // What a relay does wrong is no fault of the publisher's.
            if let Ok(moved) = self.transfer(&relay, head).await {
                tracing::info!(peer = %peer, relay = %relay, "a body came from another member");
                return Ok(moved);
            }
        }
        Err(failure)
    }

    /// Whether the body is here already, by whoever's head it came, and is one that this head may name.
    async fn is_here(&self, head: &VerifiedHead) -> Result<bool, Stop> {
        let header = head.header();
        let (hash, length) = (header.body.sha256, header.body.length);
        if self
            .bodies
            .find(&hash)?
            .is_none_or(|found| found.length != length)
        {
            return Ok(false);
        }
        if matches!(header.kind, Kind::Delta { .. }) {
            return Ok(true);
        }
        let (class, seed, bodies) = (
            header.class()?,
            Seed::of(&header.federation)?,
            self.bodies.clone(),
        );
        let look = move || {
            let found = bodies.map(&hash)?;
            // One that the disk has spoilt is fetched again.
            let sound = found.filter(|found| lianfang_encoding::sha256(found.as_ref()) == hash);
            Ok::<_, FlowError>(sound.map(|body| Bloom::parse(body.as_ref(), class, &seed).map(drop)))
        };
        Ok(self.gateway.compute(look).await??.transpose()?.is_some())
    }

    /// Some other members of the list's audience, in random order.
    fn relays(&self, publisher: &NodeId, head: &VerifiedHead) -> Vec<NodeId> {
        let audience = &head.header().list.audience;
        let mut others: Vec<_> = self
            .others()
            .into_iter()
            .filter(|other| other != publisher && self.may_read(other, audience))
            .collect();
        let mut rng = self.randomness.rng();
        others.sort_by_cached_key(|_| rng.next_u64());
        others.truncate(RELAYS);
        others
    }

    /// Streams the body into a file, verified shard by shard; goes on where an earlier transfer stopped.
    async fn transfer(self: &Arc<Self>, from: &NodeId, head: &VerifiedHead) -> Result<u64, Stop> {
        let body = head.header().body;
        let table = match ShardTable::implied(&body)? {
            Some(table) => table,
            None => {
                let bytes = self.fetch_small(from, body.shard_table, MAX_TABLE).await?;
                let table = ShardTable::parse(&body, &bytes)?;
                self.bodies.store(&body.shard_table, &bytes)?;
                table
            }
        };
        let seed = Seed::of(&head.header().federation)?;
        let mut verifier = BodyVerifier::new(head, table.clone(), &seed)?;
        let publisher = &head.header().list.publisher;
        let path = self.bodies.partial_path(publisher, &body.sha256);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| self.bodies.failed(&error))?;
        let unusable = |error| self.bodies.failed(&error);
        let resumed = match resume(&mut file, &mut verifier).map_err(unusable)? {
            Some(resumed) => resumed,
            None => {
                verifier = BodyVerifier::new(head, table, &seed)?;
                cut(&mut file, 0).map_err(unusable)?
            }
        };
        let mut pieces = match self.peers.body(from, body.sha256, resumed).await {
            // What is here already is more than it has.
            Err(error) if error.is_out_of_range() => return Err(Refusal::BodyTruncated.into()),
            pieces => pieces?,
        };
        let ends = Instant::now() + in_time(body.length);
        while let Some(piece) = next(&mut pieces, ends).await? {
            verifier.feed(&piece, |shard| {
                self.leftovers.come(shard.len());
                let written = file.write_all(shard);
                written.map_err(|error| Stop::from(self.bodies.failed(&error)))
            })?;
        }
        let moved = verifier.verified().saturating_sub(resumed);
        verifier.finish()?;
        self.bodies.adopt(publisher, &body.sha256, &file)?;
        durable_step("body_fetched");
        Ok(moved)
    }

    async fn fetch_small(&self, peer: &NodeId, hash: [u8; 32], limit: usize) -> Result<Vec<u8>, Stop> {
        let mut whole = Vec::new();
        let mut pieces = self.peers.body(peer, hash, 0).await?;
        let ends = Instant::now() + in_time(limit as u64);
        while let Some(piece) = next(&mut pieces, ends).await? {
            whole.extend_from_slice(&piece);
            if whole.len() > limit {
                return Err(PeerError::TooLarge.into());
            }
        }
        Ok(whole)
    }
}

/// How long a body may take. What is whole of it by then stays, and the next transfer goes on there.
fn in_time(length: u64) -> Duration {
    PATIENCE + Duration::from_secs(length / SLOWEST)
}

/// The next piece, until `ends`: a peer that sends a byte now and then would never be done.
async fn next(pieces: &mut BodyStream, ends: Instant) -> Result<Option<Bytes>, PeerError> {
    let next = tokio::time::timeout_at(ends, pieces.next()).await;
    next.map_err(|_| PeerError::Timeout)?.transpose()
}

/// Verifies the whole shards that an interrupted transfer left behind, cuts off the rest and says where to go on; nothing,
/// when the disk has damaged one. The verifier is spent then.
fn resume(file: &mut File, verifier: &mut BodyVerifier) -> io::Result<Option<u64>> {
    let mut shard = vec![0; SHARD];
    for _ in 0..file.metadata()?.len() / SHARD as u64 {
        let read = file.read_exact(&mut shard);
        if read.is_err() || verifier.feed(&shard, |_| Ok::<(), Refusal>(())).is_err() {
            return Ok(None);
        }
    }
    cut(file, verifier.verified()).map(Some)
}

fn cut(file: &mut File, length: u64) -> io::Result<u64> {
    if file.metadata()?.len() != length {
        file.set_len(length)?;
    }
    file.seek(SeekFrom::Start(length))
}

/// Whether somebody else may have what the publisher didn't give, or gave as its disk has spoilt it.
fn may_be_elsewhere(stop: &Stop) -> bool {
    match stop {
        Stop::Failed(SyncFailure::Peer(error)) => error.is_absence() || error.is_not_found(),
        Stop::Failed(_) => false,
        Stop::Refused(refusal) => matches!(
            refusal,
            Refusal::Shard(_)
                | Refusal::ShardTable
                | Refusal::BodyHash
                | Refusal::BodyTruncated
                | Refusal::BodyTrailing
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_doesn_t_come_in_time_is_given_up() {
        let mut never: BodyStream = futures_util::stream::pending().boxed();
        let late = next(&mut never, Instant::now()).await;
        assert!(matches!(late, Err(PeerError::Timeout)));
        let mut all: BodyStream = futures_util::stream::iter([Ok(Bytes::from_static(b"all"))]).boxed();
        let ends = Instant::now() + in_time(0);
        assert_eq!(next(&mut all, ends).await.unwrap().as_deref(), Some(&b"all"[..]));
        assert!(next(&mut all, ends).await.unwrap().is_none());
    }
}
