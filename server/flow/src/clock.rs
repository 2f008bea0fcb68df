//! What the peers say of this node's clock: while most of them say that it is off, nothing is released by itself and
//! nobody is blocked (PROTOCOL.md §6).

use std::time::Duration;

use lianfang_domain::ClockStanding;
use lianfang_domain::lifecycle::begins_deadline;
use lianfang_encoding::Timestamp;
use lianfang_store::PeerRow;
use lianfang_wire::ProblemType;
use lianfang_wire::vocabulary::EventType;

use crate::{FlowError, Node};

/// What a peer said longer ago says nothing of the clock as it is now.
const RECENT: Duration = Duration::from_secs(3_600);

/// What the peers say, and whether any of them has said anything lately.
struct Heard {
    standing: ClockStanding,
    silent: bool,
}

impl Node {
    /// What those who have answered lately say of this node's clock; `peers` are in order of id.
    pub(crate) fn clock_standing(&self, peers: &[PeerRow]) -> ClockStanding {
        self.heard_of_clock(peers).standing
    }

    /// Whether time may do now what can't be undone; says so in the log when it may not.
    pub(crate) async fn may_rely_on_clock(&self) -> Result<bool, FlowError> {
        let in_doubt = self.is_clock_in_doubt().await?;
        if in_doubt {
            tracing::warn!("entries and alerts wait to be ended: the peers don't confirm this node's clock");
        }
        Ok(!in_doubt)
    }

    /// Whether the peers don't confirm the clock. In a federation from which nothing has been heard lately neither: a clock
    /// that has leapt ahead makes it look so.
    pub(crate) async fn is_clock_in_doubt(&self) -> Result<bool, FlowError> {
        let heard = self.heard_of_clock(&self.peer_rows().await?);
        Ok(heard.standing.is_off() || heard.silent)
    }

    /// The time by which findings end as they are read. While the peers say that the clock is off it ends none: what time
    /// alone has ended stays, for review, since nobody is blocked then.
    pub(crate) async fn ending_time(&self) -> Result<Timestamp, FlowError> {
        let standing = self.clock_standing(&self.peer_rows().await?);
        Ok(match standing.is_off() {
            true => Timestamp::default(),
            false => self.now(),
        })
    }

    /// When what somebody decides now counts as decided, and a deadline begins. By a clock that is behind it would be over when
    /// readers hear of it, who release for good then; and what is over by the peers' time isn't brought back.
    ///
    /// # Errors
    /// When a deadline would begin and nobody can say when.
    pub(crate) async fn deciding_time(&self, kind: EventType) -> Result<Timestamp, FlowError> {
        let (standing, now) = (self.clock_standing(&self.peer_rows().await?), self.now());
        match standing.beginning(now) {
            None if begins_deadline(kind) => Err(FlowError::because(
                ProblemType::Unavailable,
                "Most other members' clocks are more than 31 days ahead of this node's: no deadline can begin until they agree \
                 again.",
            )),
            decided => Ok(decided.unwrap_or(now)),
        }
    }

    /// The time by which findings have ended in what this node says to others for longer: none while its clock is in doubt.
    pub(crate) async fn writing_time(&self) -> Result<Timestamp, FlowError> {
        Ok(match self.is_clock_in_doubt().await? {
            true => Timestamp::default(),
            false => self.now(),
        })
    }

    fn heard_of_clock(&self, peers: &[PeerRow]) -> Heard {
        let (document, now) = (self.document(), self.now());
        let others = document
            .document
            .members
            .iter()
            .filter(|member| member.is_active() && member.id != self.id);
        let rows = others.filter_map(|member| {
            let place = peers.binary_search_by(|row| row.node.cmp(&member.id));
            place.ok().and_then(|place| peers.get(place))
        });
        let ever: Vec<_> = rows
            .filter_map(|row| row.last_contact.zip(row.clock_offset_micros))
            .collect();
        let lately = ever.iter().filter(|(at, _)| now.since(*at) <= RECENT);
        let lately: Vec<_> = lately.map(|(_, ahead)| *ahead).collect();
        let enough = |answers: usize| answers >= ClockStanding::LEAST_ANSWERS;
        Heard {
            silent: lately.is_empty() && enough(ever.len()),
            standing: ClockStanding::of(lately),
        }
    }
}
