//! Proofs that a publisher contradicts itself.

use lianfang_store::{ForkRow, ListKey, StoreError};

use crate::both::both;
use crate::sample::{at, audience, head, line, list, node};

/// Two heads of platform-a at sequence `number`.
pub(crate) fn fork(number: u8) -> ForkRow {
    ForkRow {
        publisher: node("platform-a"),
        audience: audience("all"),
        subject_type: 1,
        epoch: 1,
        incarnation: 0,
        sequence: number.into(),
        first_head: vec![1],
        second_head: vec![2],
        found_at: at(number.into()),
    }
}

both! {
    fn a_new_proof_holds_its_publisher_back_and_a_known_one_only_when_it_happens_again(database) {
        let store = database.store();
        let publisher = node("platform-a");
        let held_back = || store.peers().unwrap().iter().any(|peer| peer.quarantine.is_some());
        assert_eq!(store.prove_fork(fork(1), false), Ok(true));
        assert!(held_back());
        assert_eq!(store.prove_fork(fork(2), false), Ok(false), "it is held back already");
        store.release(&publisher, 0, at(3), line(1)).unwrap();
        assert_eq!(store.prove_fork(fork(1), false), Ok(false), "somebody has looked at it");
        assert!(!held_back());
        assert_eq!(store.prove_fork(fork(1), true), Ok(true));
        assert!(held_back());
        assert_eq!(store.forks(&publisher).unwrap(), [fork(2), fork(1)]);
        assert_eq!(store.forks(&node("platform-b")).unwrap(), []);
    }
}

both! {
    fn a_proof_becomes_the_reason_of_whoever_is_held_back_already_and_since_when_stays(database) {
        let store = database.store();
        let publisher = node("platform-a");
        let reason = || {
            let peer = store.peers().unwrap().remove(0);
            (peer.quarantine, peer.quarantined_at)
        };
        let is = |code: &str, since| (Some(code.to_owned()), Some(at(since)));
        store.quarantine_peer(&publisher, at(1), "growth").unwrap();
        assert_eq!(store.prove_fork(fork(2), false), Ok(true), "somebody has to hear of it");
        assert_eq!(reason(), is("digest_fork", 1));
        assert_eq!(store.prove_fork(fork(3), false), Ok(false), "it is held back for that");
        store.quarantine_peer(&publisher, at(4), "operator").unwrap();
        assert_eq!(store.prove_fork(fork(3), false), Ok(false), "it was known");
        assert_eq!(reason(), is("operator", 4));
    }
}

both! {
    fn no_more_than_64_proofs_are_kept_of_one_publisher(database) {
        let store = database.store();
        for number in 1..=70 {
            store.prove_fork(fork(number), false).unwrap();
        }
        assert_eq!(store.forks(&node("platform-a")).unwrap().len(), 64);
    }
}

both! {
    fn a_superseded_head_is_found_by_its_sequence(database) {
        let store = database.store();
        let list: ListKey = list("platform-a", "all");
        store.adopt_heads((1..=3).map(|sequence| head(&list, sequence)).collect(), at(0)).unwrap();
        for sequence in 1..=3 {
            assert_eq!(store.head_at(&list, sequence).unwrap().sequence, sequence);
        }
        assert_eq!(store.head_at(&list, 4), Err(StoreError::NotFound));
        assert_eq!(store.head_at(&crate::sample::list("platform-b", "all"), 1), Err(StoreError::NotFound));
    }
}
