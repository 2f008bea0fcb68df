use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lianfang_encoding::NodeId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::TooMany;

/// How many bodies each member fetches at once: each costs an open file and memory for as long as it takes.
pub struct Transfers {
    most: usize,
    /// As many as there are members.
    of: Mutex<BTreeMap<NodeId, Arc<Semaphore>>>,
}

impl Transfers {
    /// `most` for each member.
    pub fn at_once(most: usize) -> Self {
        Self {
            most: most.min(Semaphore::MAX_PERMITS),
            of: Mutex::default(),
        }
    }

    /// Counts a transfer of `member` until the permit is dropped.
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
    fn a_member_s_transfers_are_bounded_and_leave_the_others_alone() {
        let transfers = Transfers::at_once(2);
        let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
        let (first, _second) = (transfers.begin(&a).unwrap(), transfers.begin(&a).unwrap());
        assert_eq!(transfers.begin(&a).unwrap_err(), TooMany { retry_after: 1 });
        assert!(transfers.begin(&b).is_ok());
        drop(first);
        assert!(transfers.begin(&a).is_ok());
    }
}
