use std::num::NonZeroU32;
use std::time::Duration;

use serde::Deserialize;

/// Bounds on every door.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest head of one request, in bytes: target and headers, 32 more for each header.
    pub head_bytes: usize,
    /// Largest body of one request, and line of a batch, in bytes.
    pub body_bytes: usize,
    /// Largest body of a batch, in bytes.
    pub batch_bytes: usize,
    /// Largest body of a batch under an `Idempotency-Key`, and largest answer that is kept under one, in bytes.
    pub keyed_bytes: usize,
    /// Longest time for a request's head to arrive, in seconds.
    pub head_seconds: u32,
    /// Longest time for a request's body to arrive, in seconds.
    pub body_seconds: u32,
    /// Longest time for a whole batch to arrive, in seconds.
    pub batch_seconds: u32,
    /// Longest time for an answer, in seconds.
    pub answer_seconds: u32,
    /// Idle connections are closed after this, in seconds.
    pub idle_seconds: u32,
    /// Time to finish what is under way when the node stops, in seconds.
    pub stop_seconds: u32,
    /// Connections per door.
    pub connections: usize,
    /// Connections of one member at the federation door, and at the regulator door.
    pub connections_per_member: usize,
    /// Requests of one connection that are served at once; of more, some wait and the rest is refused.
    pub requests_per_connection: usize,
    /// A connection on which nothing is taken of an answer for this long is ended, in seconds.
    pub stalled_seconds: u32,
    /// Requests a minute of one caller of the platform door.
    pub platform_per_minute: NonZeroU32,
    /// Requests a minute of one member at the federation door, and at the regulator door.
    pub federation_per_minute: NonZeroU32,
    /// Bodies of digests that one member fetches at once.
    pub transfers_per_member: usize,
    /// Requests a minute from one address for what the platform door shows to anyone.
    pub public_per_minute: NonZeroU32,
    /// Failed logins a minute from one address.
    pub refusals_per_minute: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 32 * 1024,
            body_bytes: 1024 * 1024,
            batch_bytes: 64 * 1024 * 1024,
            keyed_bytes: 4 * 1024 * 1024,
            head_seconds: 10,
            body_seconds: 60,
            batch_seconds: 3_600,
            answer_seconds: 60,
            idle_seconds: 75,
            stop_seconds: 20,
            connections: 12_000,
            connections_per_member: 256,
            requests_per_connection: 128,
            stalled_seconds: 300,
            platform_per_minute: per_minute(60_000),
            federation_per_minute: per_minute(60_000),
            transfers_per_member: 32,
            public_per_minute: per_minute(600),
            refusals_per_minute: per_minute(60),
        }
    }
}

const fn per_minute(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Limits {
    /// Largest body of a batch under an `Idempotency-Key`, in bytes.
    pub fn keyed_batch(&self) -> usize {
        self.keyed_bytes.min(self.batch_bytes)
    }

    /// See [`Limits::head_seconds`].
    pub fn head(&self) -> Duration {
        seconds(self.head_seconds)
    }

    /// See [`Limits::body_seconds`].
    pub fn body(&self) -> Duration {
        seconds(self.body_seconds)
    }

    /// See [`Limits::batch_seconds`].
    pub fn batch(&self) -> Duration {
        seconds(self.batch_seconds)
    }

    /// See [`Limits::answer_seconds`].
    pub fn answer(&self) -> Duration {
        seconds(self.answer_seconds)
    }

    /// See [`Limits::idle_seconds`].
    pub fn idle(&self) -> Duration {
        seconds(self.idle_seconds)
    }

    /// See [`Limits::stalled_seconds`].
    pub fn stalled(&self) -> Duration {
        seconds(self.stalled_seconds)
    }

    /// Files that a node with all its doors full has open: a connection on HTTP/2 counts twice.
    pub fn files(&self) -> u64 {
        const DOORS: u64 = 5;
        const EACH: u64 = 2;
        const REST: u64 = 256;
        u64::try_from(self.connections)
            .unwrap_or(u64::MAX)
            .saturating_mul(DOORS * EACH)
            .saturating_add(REST)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let positive = [
            ("head_bytes", self.head_bytes >= 1024),
            ("body_bytes", self.body_bytes > 0),
            ("batch_bytes", self.batch_bytes >= self.body_bytes),
            ("keyed_bytes", self.keyed_bytes > 0),
            ("head_seconds", self.head_seconds > 0),
            ("body_seconds", self.body_seconds > 0),
            ("batch_seconds", self.batch_seconds >= self.body_seconds),
            ("answer_seconds", self.answer_seconds > 0),
            ("connections", self.connections > 0),
            ("connections_per_member", self.connections_per_member > 0),
            ("requests_per_connection", self.requests_per_connection > 0),
            ("transfers_per_member", self.transfers_per_member > 0),
            ("stalled_seconds", self.stalled_seconds > 0),
        ];
        match positive.iter().find(|(_, fine)| !fine) {
            Some((key, _)) => Err(format!("limits.{key}: too small")),
            None => Ok(()),
        }
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}
