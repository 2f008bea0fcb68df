use std::cmp::Ordering;

use crate::VerifiedHead;

/// Two heads by which their publisher contradicts itself: whoever knows its key can check that it told different members
/// different things (PROTOCOL.md §3). One sequence of one incarnation has two heads, or a head names another one before
/// it than the publisher signed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    first: VerifiedHead,
    second: VerifiedHead,
}

impl Fork {
    /// What `one` and `other` prove, if anything. Both must be verified under keys of the same publisher.
    pub fn of(one: &VerifiedHead, other: &VerifiedHead) -> Option<Self> {
        let (a, b) = (one.header(), other.header());
        if a.federation != b.federation || a.list != b.list || a.incarnation != b.incarnation {
            return None;
        }
        let order = (a.sequence.cmp(&b.sequence)).then(one.hash().cmp(&other.hash()));
        let (first, second) = match order {
            Ordering::Less => (one, other),
            Ordering::Greater => (other, one),
            Ordering::Equal => return None,
        };
        let contradicts = match second.header().sequence - first.header().sequence {
            0 => true,
            1 => second.header().previous != first.hash(),
            _ => false,
        };
        contradicts.then(|| Self {
            first: first.clone(),
            second: second.clone(),
        })
    }

    /// The head of the lesser sequence, or of the lesser hash: the same whoever finds the fork.
    pub fn first(&self) -> &VerifiedHead {
        &self.first
    }

    /// The head that contradicts it.
    pub fn second(&self) -> &VerifiedHead {
        &self.second
    }
}
