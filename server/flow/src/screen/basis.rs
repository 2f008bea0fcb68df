//! What a verdict rests on beside the findings: how fresh and trusted the peers are, and what own entries have in common
//! with the subject. Read from the store for each answer, together with those that are under way at the same time.

use std::sync::Arc;

use lianfang_store::{OwnLinkRow, PeerRow, Store, StoreError};

use crate::group::Group;
use crate::links::MOST_ENTRIES;

/// The peers and the links of one subject.
pub(crate) struct Basis {
    pub(super) peers: Arc<Vec<PeerRow>>,
    pub(super) links: Vec<OwnLinkRow>,
}

/// Keys of subjects on their way to the store.
pub(crate) type Reading = Group<Vec<[u8; 16]>, Basis>;

pub(crate) fn reading() -> Arc<Reading> {
    Group::new(read)
}

fn read(store: &Store, subjects: Vec<Vec<[u8; 16]>>) -> Result<Vec<Basis>, StoreError> {
    let (peers, links) = store.verdict_basis(&subjects, MOST_ENTRIES)?;
    let peers = Arc::new(peers);
    let basis = |links| Basis {
        peers: Arc::clone(&peers),
        links,
    };
    Ok(links.into_iter().map(basis).collect())
}
