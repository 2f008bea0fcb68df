use std::time::Duration;

use lianfang_encoding::{FederationId, PublicKey, Timestamp};

use crate::{ListId, ListState, Refusal, SignedHead, VerifiedHead};

/// How far ahead of a reader's clock a head may have been created (PROTOCOL.md §3).
pub const HEAD_SKEW: Duration = Duration::from_secs(60);

/// What a reader knows before it looks at a peer's heads: everything foreign is held against it, and the old
/// state stays in force unless all of it passes (PROTOCOL.md §3).
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    pub federation: &'a FederationId,
    pub list: &'a ListId,
    /// The publisher's head-signing key in the membership document.
    pub key: &'a PublicKey,
    pub now: Timestamp,
    /// Longest body in bytes that the publisher's quota allows.
    pub max_body: u64,
}

/// Heads that passed, and the state in force with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub state: ListState,
    /// All heads given, in their order, to be stored verbatim.
    pub heads: Vec<VerifiedHead>,
}

impl Expectation<'_> {
    /// Checks one head by itself: federation, publisher, list, key, signature, clock and size.
    ///
    /// # Errors
    /// A distinct refusal for each.
    pub fn verify(&self, head: SignedHead) -> Result<VerifiedHead, Refusal> {
        let header = head.header();
        if header.federation != *self.federation {
            return Err(Refusal::Federation);
        }
        if header.list.publisher != self.list.publisher {
            return Err(Refusal::Publisher);
        }
        if header.list != *self.list {
            return Err(Refusal::List);
        }
        let head = head.verify(self.key)?;
        if head.header().created > self.now + HEAD_SKEW {
            return Err(Refusal::FromTheFuture);
        }
        if head.header().body.length > self.max_body {
            return Err(Refusal::Oversize);
        }
        Ok(head)
    }

    /// Checks consecutive heads and applies them to what is held. Heads that go on from the held one are
    /// chained to it; others have to bring a base (a first contact, or a chain that broke).
    ///
    /// # Errors
    /// Those of [`Expectation::verify`]; [`Refusal::Expired`] when the newest head has expired; those of
    /// [`ListState::start`] and [`ListState::advance`].
    pub fn accept(&self, held: Option<&ListState>, heads: Vec<SignedHead>) -> Result<Accepted, Refusal> {
        let heads: Vec<_> = heads
            .into_iter()
            .map(|head| self.verify(head))
            .collect::<Result<_, _>>()?;
        let (Some(first), Some(newest)) = (heads.first(), heads.last()) else {
            return Err(Refusal::BaseMissing);
        };
        if newest.header().expires <= self.now {
            return Err(Refusal::Expired);
        }
        let state = match held {
            Some(held) if goes_on(held, first) => {
                let mut states = heads.iter();
                states.try_fold(held.clone(), |state, head| state.advance(head))?
            }
            Some(held) => {
                held.check_newer(newest)?;
                ListState::start(&heads).map_err(|refusal| match refusal {
                    Refusal::BaseMissing => Refusal::Gap,
                    other => other,
                })?
            }
            None => ListState::start(&heads)?,
        };
        Ok(Accepted { state, heads })
    }
}

fn goes_on(held: &ListState, first: &VerifiedHead) -> bool {
    let header = first.header();
    header.incarnation == held.incarnation() && header.sequence == held.sequence() + 1
}
