use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lianfang_encoding::NodeId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::TooMany;

/// How many connections each member has, or bodies it fetches, at once: each costs an open file and memory for as long as
/// it takes.
pub struct MemberShares {
    most: usize,
    /// As many as there are members.
    of: Mutex<BTreeMap<NodeId, Arc<Semaphore>>>,
}

impl MemberShares {
    /// `most` for each member.
    pub fn at_once(most: usize) -> Self {
        Self {
            most: most.min(Semaphore::MAX_PERMITS),
            of: Mutex::default(),
        }
    }

    /// Counts one more of `member` until the permit is dropped.
    ///
    /// # Errors
    /// [`TooMany`] when as many are under way.
    pub fn begin(&self, member: &NodeId) -> Result<OwnedSemaphorePermit, TooMany> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let own = of
            .entry(member.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(self.most)));
        let begun = Arc::clone(own).try_acquire_owned();
        begun.map_err(|_| TooMany { retry_after: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_s_share_is_bounded_and_leaves_the_others_theirs() {
        let shares = MemberShares::at_once(2);
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        let (first, _second) = (shares.begin(&a).unwrap(), shares.begin(&a).unwrap());
        assert_eq!(shares.begin(&a).unwrap_err(), TooMany { retry_after: 1 });
        assert!(shares.begin(&b).is_ok());
        drop(first);
        assert!(shares.begin(&a).is_ok());
    }
}
