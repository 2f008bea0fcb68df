//! What the membership document lets a member say to others: notices by the minute, digests by the day (PROTOCOL.md §3).
//! Neither holds back a withdrawal: whoever looks for digests looks for states of entries first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lianfang_encoding::{NodeId, Timestamp};
use lianfang_wire::ProblemType;
use lianfang_wire::membership::Quotas;

use crate::trust::active_member;
use crate::{FlowError, Node};

const MINUTE: Duration = Duration::from_secs(60);

/// Until when each member's notices are spent, if they came one by one.
#[derive(Default)]
pub(crate) struct Notices(Mutex<HashMap<NodeId, Timestamp>>);

impl Notices {
    /// Counts a notice, or says how long the member has to wait with the next.
    fn count(&self, member: &NodeId, per_minute: u32, now: Timestamp) -> Result<(), Duration> {
        if per_minute == 0 {
            return Err(MINUTE);
        }
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = spent.entry(member.clone()).or_insert(now);
        // A clock that was put back doesn't shut a member out.
        *until = (*until).clamp(now, now + MINUTE);
        let next = *until + MINUTE / per_minute;
        if next > now + MINUTE {
            return Err(next.since(now + MINUTE));
        }
        *until = next;
        Ok(())
    }
}

impl Node {
    /// Counts a notice of `member`.
    ///
    /// # Errors
    /// When it has sent as many as its quota allows, with the seconds to wait.
    pub(crate) fn count_notice(&self, member: &NodeId) -> Result<(), FlowError> {
        let per_minute = self.quotas_of(member)?.notifications_per_minute;
        self.notices
            .count(member, per_minute, self.now())
            .map_err(|wait| FlowError::TooMany {
                retry_after: wait
                    .as_micros()
                    .div_ceil(1_000_000)
                    .try_into()
                    .unwrap_or(u64::MAX),
            })
    }

    /// Whether as many digests of `publisher` were taken over within a day as its quota allows, with so many more.
    pub(crate) async fn digests_used_up(&self, publisher: &NodeId, more: u64) -> Result<bool, FlowError> {
        let per_day = u64::from(self.quotas_of(publisher)?.digests_per_day);
        let (publisher, now) = (publisher.clone(), self.now());
        let taken = self
            .gateway
            .store(move |store| store.digests_taken(&publisher, now))
            .await?;
        Ok(taken + more >= per_day)
    }

    fn quotas_of(&self, member: &NodeId) -> Result<Quotas, FlowError> {
        let document = self.document();
        let member = active_member(&document.document, member);
        member
            .map(|member| member.quotas)
            .ok_or_else(|| ProblemType::NotMember.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(notices: &Notices, per_minute: u32, seconds: u64) -> Option<u64> {
        let counted = notices.count(
            &"shop-a".parse().unwrap(),
            per_minute,
            Timestamp::from_secs(seconds),
        );
        counted.err().map(|wait| wait.as_secs())
    }

    #[test]
    fn as_many_notices_as_the_quota_come_at_once_and_then_one_by_one() {
        let notices = Notices::default();
        for (at, expected) in [
            (1_000, None),
            (1_000, None),
            (1_000, None),
            (1_000, Some(20)),
            (1_019, Some(1)),
            (1_020, None),
            (1_020, Some(20)),
            (1_100, None),
        ] {
            assert_eq!(waits(&notices, 3, at), expected, "{at}");
        }
    }

    #[test]
    fn a_member_that_may_tell_nothing_is_told_to_wait() {
        assert_eq!(waits(&Notices::default(), 0, 1_000), Some(60));
    }

    #[test]
    fn a_clock_that_was_put_back_shuts_nobody_out() {
        let notices = Notices::default();
        assert_eq!(waits(&notices, 2, 9_000), None);
        assert_eq!(waits(&notices, 2, 1_000), Some(30));
        assert_eq!(waits(&notices, 2, 1_030), None);
    }
}
