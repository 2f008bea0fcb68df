//! What a node has done since it started, in numbers. Their names are bounded: members, and words of this program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lianfang_encoding::{NodeId, Timestamp};
use lianfang_wire::vocabulary::{EventType, VerdictName};

#[derive(Default)]
pub(crate) struct Tally(Mutex<Counted>);

/// What was counted since the start.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// Screenings that were answered, by verdict and by whether the answer was complete.
    pub screenings: BTreeMap<(VerdictName, bool), u64>,
    /// Own entries that were recorded or moved.
    pub entries: BTreeMap<EventType, u64>,
    /// Batches of identifiers that the committee gave tokens for.
    pub tokens_given: u64,
    /// Those that fewer members than needed answered for.
    pub tokens_unavailable: u64,
    pub peers: BTreeMap<NodeId, PeerCounted>,
}

/// The same of one member.
#[derive(Debug, Clone, Default)]
pub struct PeerCounted {
    /// Syncs that failed, by reason code.
    pub failures: BTreeMap<String, u64>,
    /// Seconds that its clock was ahead when it was last asked; negative when behind.
    pub clock_offset: Option<f64>,
    pub notices_delivered: u64,
    /// Notices that were given up; the peer's own polling makes up for them.
    pub notices_given_up: u64,
    /// A notice waits to be tried again.
    pub notice_waits: bool,
    /// Requests for evaluations, by outcome.
    pub evaluations: BTreeMap<&'static str, u64>,
    /// Elements that were evaluated.
    pub elements: u64,
}

impl Tally {
    pub(crate) fn screened(&self, verdict: VerdictName, complete: bool) {
        *self.lock().screenings.entry((verdict, complete)).or_default() += 1;
    }

    pub(crate) fn entries_moved(&self, event: EventType, count: u64) {
        if count > 0 {
            *self.lock().entries.entry(event).or_default() += count;
        }
    }

    pub(crate) fn tokens_asked(&self, given: bool) {
        let mut counted = self.lock();
        if given {
            counted.tokens_given += 1;
        } else {
            counted.tokens_unavailable += 1;
        }
    }

    pub(crate) fn peer_failed(&self, peer: &NodeId, code: &str) {
        self.of(peer, |counted| {
            *counted.failures.entry(code.to_owned()).or_default() += 1;
        });
    }

    pub(crate) fn peer_said_time(&self, peer: &NodeId, theirs: Timestamp, ours: Timestamp) {
        let offset = theirs.since(ours).as_secs_f64() - ours.since(theirs).as_secs_f64();
        self.of(peer, |counted| counted.clock_offset = Some(offset));
    }

    pub(crate) fn notice_waits(&self, peer: &NodeId) {
        self.of(peer, |counted| counted.notice_waits = true);
    }

    pub(crate) fn notice_ended(&self, peer: &NodeId, delivered: bool) {
        self.of(peer, |counted| {
            counted.notice_waits = false;
            if delivered {
                counted.notices_delivered += 1;
            } else {
                counted.notices_given_up += 1;
            }
        });
    }

    pub(crate) fn evaluated(&self, member: &NodeId, outcome: &'static str, elements: u64) {
        self.of(member, |counted| {
            *counted.evaluations.entry(outcome).or_default() += 1;
            if outcome == "answered" {
                counted.elements += elements;
            }
        });
    }

    /// What was counted, without members that have left.
    pub(crate) fn read(&self, members: &BTreeSet<NodeId>) -> Counted {
        let mut counted = self.lock();
        counted.peers.retain(|peer, _| members.contains(peer));
        counted.clone()
    }

    fn of(&self, peer: &NodeId, count: impl FnOnce(&mut PeerCounted)) {
        let mut counted = self.lock();
        count(counted.peers.entry(peer.clone()).or_default());
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_behind_has_a_negative_offset() {
        let (tally, peer) = (Tally::default(), "shop-a".parse::<NodeId>().unwrap());
        let now = Timestamp::from_secs(1_000);
        for (theirs, offset) in [
            (now + Duration::from_secs(90), 90.0),
            (Timestamp::from_secs(910), -90.0),
        ] {
            tally.peer_said_time(&peer, theirs, now);
            let read = tally.read(&BTreeSet::from([peer.clone()]));
            assert_eq!(read.peers[&peer].clock_offset, Some(offset));
        }
    }

    #[test]
    fn who_has_left_the_federation_is_counted_no_longer() {
        let tally = Tally::default();
        tally.peer_failed(&"shop-a".parse().unwrap(), "timeout");
        assert!(tally.read(&BTreeSet::new()).peers.is_empty());
    }
}
