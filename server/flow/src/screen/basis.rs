//! What a verdict rests on beside the findings: how fresh and trusted the peers are, and what own entries have in common
//! with the subject. Read from the store for each answer, together with those that are under way at the same time.

use std::sync::Arc;

use lianfang_store::{OwnLinkRow, PeerRow, Store, StoreError};

use crate::group::Group;
use crate::links::MOST_ENTRIES;
use crate::{FlowError, Node};

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

impl Node {
    pub(super) async fn basis(&self, keys: Vec<[u8; 16]>) -> Result<Basis, FlowError> {
        let at_once = |store: &Store| store.verdict_basis_at_once(&keys, MOST_ENTRIES);
        match self.gateway.at_once(at_once) {
            Some(read) => {
                let (peers, links) = read?;
                Ok(Basis { peers, links })
            }
            None => self.reading.call(&self.gateway, keys).await,
        }
    }
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
