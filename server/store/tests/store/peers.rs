//! Other members: contact, their status feeds, and the records they have confirmed.

use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_store::testing::Backend;
use lianfang_store::{CachedAnswer, HitRow, PeerStatus, RecordRow, StatusOutcome, Store, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::roster::hit;
use crate::sample::{answered, at, audience, line, node, race, record, status};

fn apply(store: &Store, items: &[PeerStatus]) -> StatusOutcome {
    store
        .apply_status(&node("platform-a"), &audience("all"), items, (at(9), at(9)))
        .unwrap()
}

both! {
    fn contact_with_a_peer_is_noted_piece_by_piece(database) {
        let store = database.store();
        let peer = node("platform-a");
        store.peer_answered(&peer, at(1), -7).unwrap();
        store.peer_failed(&peer, at(2), "timeout").unwrap();
        store.quarantine_peer(&peer, at(3), "fork").unwrap();
        let row = store.peers().unwrap().remove(0);
        assert_eq!((row.last_contact, row.last_sync, row.clock_offset_micros), (Some(at(1)), None, Some(-7)));
        assert_eq!((row.last_error.as_deref(), row.last_error_at), (Some("timeout"), Some(at(2))));
        assert_eq!((row.quarantine.as_deref(), row.quarantined_at), (Some("fork"), Some(at(3))));
        store.peer_synced(&peer, at(4), Duration::from_secs(9), at(4)).unwrap();
        store.release(&peer, 0, at(3), line(1)).unwrap();
        let row = store.peers().unwrap().remove(0);
        assert_eq!((row.last_contact, row.last_sync), (Some(at(4)), Some(at(4))));
        assert_eq!((row.lag_micros, row.last_error, row.last_error_at), (Some(9_000_000), None, None));
        assert_eq!((row.quarantine, row.quarantined_at), (None, None));
        assert_eq!(store.hold_back(&peer, at(5), line(1)), Err(StoreError::Conflict));
        assert_eq!(store.peers().unwrap().remove(0).quarantine, None, "not without its audit line");
        store.hold_back(&peer, at(5), line(2)).unwrap();
        assert_eq!(store.peers().unwrap().remove(0).quarantine.as_deref(), Some("operator"));
        assert_eq!(store.audit_page(at(0), None, 9).unwrap(), [line(1), line(2)]);
    }
}

both! {
    fn what_is_remembered_of_peers_is_what_was_last_written(database) {
        let store = database.store();
        let peer = node("platform-a");
        let writes: [&dyn Fn() -> Result<(), StoreError>; 6] = [
            &|| store.peer_answered(&peer, at(1), -7),
            &|| store.peer_failed(&peer, at(2), "timeout"),
            &|| store.peer_synced(&peer, at(3), Duration::from_secs(9), at(3)),
            &|| store.quarantine_peer(&peer, at(4), "fork"),
            &|| store.release(&peer, 0, at(5), line(1)),
            &|| store.hold_back(&peer, at(6), line(2)),
        ];
        for write in writes {
            let before = store.peers().unwrap();
            write().unwrap();
            let stored = store.peers().unwrap();
            assert_ne!(stored, before);
            // A server may have other replicas: nothing is remembered of it.
            if let Some(remembered) = store.peers_at_once() {
                assert_eq!(*remembered.unwrap(), stored);
            }
            assert_eq!(store.peers_at_once().is_some(), database.backend() == Backend::Sqlite);
        }
    }
}

both! {
    fn peers_are_listed_in_order(database) {
        let store = database.store();
        for name in ["c", "a", "b"] {
            store.peer_answered(&node(name), at(1), 0).unwrap();
        }
        let names: Vec<String> = store.peers().unwrap().into_iter().map(|row| row.node.to_string()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}

both! {
    fn a_feed_is_applied_without_gaps_and_may_repeat_itself(database) {
        let store = database.store();
        let entry = Uuid::new_v4();
        let items: Vec<PeerStatus> = (1..=4).map(|seq| status(entry, seq)).collect();
        assert_eq!(apply(store, &items[..2]), StatusOutcome::Applied { cursor: 2 });
        assert_eq!(apply(store, &items[3..]), StatusOutcome::Gap { expected: 3 });
        assert_eq!(store.status_cursor(&node("platform-a"), &audience("all")).unwrap(), 2);
        assert_eq!(apply(store, &items[1..]), StatusOutcome::Applied { cursor: 4 });
        assert_eq!(apply(store, &items[..2]), StatusOutcome::Applied { cursor: 4 });
        assert_eq!(apply(store, &[]), StatusOutcome::Applied { cursor: 4 });
        let holed = [status(entry, 5), status(entry, 7)];
        assert_eq!(apply(store, &holed), StatusOutcome::Gap { expected: 6 });
        let state = store.peer_entry_state(&node("platform-a"), entry).unwrap().unwrap();
        assert_eq!((state.seq, state.raw), (4, items[3].raw.clone()));
    }
}

both! {
    fn other_bytes_at_a_known_sequence_are_a_fork(database) {
        let store = database.store();
        let entry = Uuid::new_v4();
        apply(store, &[status(entry, 1)]);
        let other = PeerStatus { raw: b"other".to_vec(), ..status(entry, 1) };
        let stored = status(entry, 1).raw;
        assert_eq!(apply(store, &[other, status(entry, 2)]), StatusOutcome::Fork { seq: 1, stored });
        assert_eq!(store.status_cursor(&node("platform-a"), &audience("all")).unwrap(), 1);
    }
}

both! {
    fn what_a_publisher_last_said_is_kept_apart_from_what_others_said(database) {
        let store = database.store();
        let entry = Uuid::new_v4();
        apply(store, &[status(entry, 1), PeerStatus { state: 9, ..status(entry, 2) }]);
        let elsewhere = [PeerStatus { state: 7, ..status(entry, 1) }];
        store.apply_status(&node("platform-b"), &audience("all"), &elsewhere, (at(9), at(9))).unwrap();
        let state = |name| store.peer_entry_state(&node(name), entry).unwrap().map(|row| row.state);
        assert_eq!((state("platform-a"), state("platform-b"), state("platform-c")), (Some(9), Some(7), None));
    }
}

both! {
    fn a_cached_record_lasts_as_long_as_it_is_valid(database) {
        let store = database.store();
        let peer = node("platform-a");
        store
            .cache_answers(answered(vec![record(Uuid::from_u128(1), at(10)), record(Uuid::from_u128(2), at(20))]))
            .unwrap();
        let found = |seconds| {
            let rows = store.cached_records(&peer, &[5; 32], at(seconds)).unwrap();
            rows.into_iter().map(|row| row.entry_id.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(found(9), [1, 2]);
        assert_eq!(found(10), [2]);
        assert!(store.cached_records(&peer, &[6; 32], at(9)).unwrap().is_empty());
        assert_eq!(store.prune_records(at(10)).unwrap(), 1);
        assert_eq!(found(9), [2]);
    }
}

both! {
    fn an_answer_takes_the_place_of_the_one_before_and_of_no_other(database) {
        let store = database.store();
        let entry = |number| record(Uuid::from_u128(number), at(10));
        let elsewhere = RecordRow { audience: audience("cn"), ..entry(3) };
        for rows in [vec![entry(1), entry(2)], vec![elsewhere.clone()]] {
            store.cache_answers(answered(rows)).unwrap();
        }
        let newer = RecordRow { jws: "newer".to_owned(), ..entry(2) };
        store.cache_answers(answered(vec![newer.clone()])).unwrap();
        let left = |store: &Store| store.cached_records(&node("platform-a"), &[5; 32], at(1)).unwrap();
        assert_eq!(left(store), [newer, elsewhere]);
        race(|number| store.cache_answers(answered(vec![entry(number % 2), entry(1)]))).into_iter().for_each(Result::unwrap);
        let nothing = CachedAnswer { records: Vec::new(), ..answered(vec![entry(1)]).remove(0) };
        store.cache_answers(vec![nothing]).unwrap();
        assert_eq!(left(store).len(), 1, "that of the other list");
    }
}

both! {
    fn answers_about_the_same_tokens_are_kept_whoever_brings_them_in_which_order(database) {
        let store = database.store();
        let about = |key: u8| {
            let mut answer = answered(vec![record(Uuid::from_u128(1), at(10))]).remove(0);
            answer.confirm_key = [key; 32];
            answer.records[0].confirm_key = [key; 32];
            answer
        };
        let kept = race(|number| {
            (0..50).try_for_each(|_| {
                let mut answers: Vec<_> = (0..8).map(about).collect();
                if number % 2 == 0 {
                    answers.reverse();
                }
                store.cache_answers(answers)
            })
        });
        kept.into_iter().for_each(Result::unwrap);
    }
}

both! {
    fn what_was_last_said_of_many_entries_is_read_at_once(database) {
        let store = database.store();
        let [first, second, other] = [1, 2, 3].map(Uuid::from_u128);
        let later = PeerStatus { state: 9, ..status(first, 3) };
        apply(store, &[status(first, 1), status(second, 2), later]);
        let states = store.peer_entry_states(&node("platform-a"), &[first, second, other]).unwrap();
        for entry in [first, second, other] {
            let alone = store.peer_entry_state(&node("platform-a"), entry).unwrap();
            assert_eq!(states.get(&entry), alone.as_ref());
        }
        assert_eq!(states[&first].state, 9);
        assert!(store.peer_entry_states(&node("platform-b"), &[first]).unwrap().is_empty());
    }
}

both! {
    fn a_terminal_status_kills_the_cached_records_of_its_entry(database) {
        let store = database.store();
        let (ended, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut entries = Vec::new();
        for entry in [ended, other] {
            entries.push(record(entry, at(10)));
        }
        store.cache_answers(answered(entries)).unwrap();
        let elsewhere = RecordRow { publisher: node("platform-b"), ..record(ended, at(10)) };
        store.cache_answers(answered(vec![elsewhere.clone()])).unwrap();
        apply(store, &[status(other, 1), PeerStatus { terminal: true, ..status(ended, 2) }]);
        let left = store.cached_records(&node("platform-a"), &[5; 32], at(1)).unwrap();
        // Another may have been left out for the one that ended.
        assert_eq!(left, [RecordRow { received_at: Timestamp::default(), ..record(other, at(10)) }]);
        assert_eq!(store.cached_records(&node("platform-b"), &[5; 32], at(1)).unwrap(), [elsewhere]);
    }
}

both! {
    fn hits_that_were_put_off_are_due_again_once_their_publisher_is_back_or_they_are_found_again(database) {
        let store = database.store();
        let [away, other] = ["platform-a", "platform-b"].map(|publisher| hit("shop", publisher, 1));
        store.queue_hits(&[away.clone(), other.clone()]).unwrap();
        store.postpone_hits(&[away.clone(), other.clone()], at(0), Duration::from_secs(1_000)).unwrap();
        let due = |seconds| -> Vec<_> {
            let due = store.hits_due(at(seconds), 9).unwrap();
            due.into_iter().map(|hit| (hit.publisher, hit.due_at, hit.attempts)).collect()
        };
        let synced = || store.peer_synced(&away.publisher, at(2), Duration::ZERO, at(5)).unwrap();
        synced();
        assert_eq!(due(999), [], "it hadn't been away");
        store.peer_failed(&away.publisher, at(2), "timeout").unwrap();
        synced();
        assert_eq!(due(999), [(away.publisher.clone(), at(5), 0)]);
        let again = |seconds| store.queue_hits(&[HitRow { due_at: at(seconds), ..other.clone() }]).unwrap();
        again(2_000);
        assert_eq!(due(1_000)[1], (other.publisher.clone(), at(1_000), 1));
        again(7);
        assert_eq!(due(7)[1], (other.publisher.clone(), at(7), 1));
    }
}

both! {
    fn a_hit_that_is_hastened_or_found_again_while_its_publisher_is_asked_is_not_put_off(database) {
        let store = database.store();
        let first = Duration::from_secs(1_000);
        let back = |away: &HitRow| {
            store.peer_failed(&away.publisher, at(1_000), "timeout").unwrap();
            store.peer_synced(&away.publisher, at(1_001), Duration::ZERO, at(1_005)).unwrap();
        };
        let found_again = |hit: &HitRow| {
            let again = HitRow { found_at: at(1_001), last_found_at: at(1_001), due_at: at(1_005), ..hit.clone() };
            store.queue_hits(&[again]).unwrap();
        };
        let check = |publisher, happens: &dyn Fn(&HitRow), attempts| {
            let away = hit("shop", publisher, 1);
            let due = || store.hits_due_of(&away.publisher, at(1_006), 9).unwrap();
            store.queue_hits(std::slice::from_ref(&away)).unwrap();
            store.postpone_hits(&due(), at(0), first).unwrap();
            let asked = due();
            happens(&away);
            store.postpone_hits(&asked, at(1_006), first).unwrap();
            let left: Vec<_> = due().iter().map(|hit| hit.attempts).collect();
            assert_eq!(left, [attempts], "{publisher}");
            store.postpone_hits(&due(), at(1_006), first).unwrap();
            assert_eq!(due(), [], "{publisher}: it's put off as it stands");
        };
        check("platform-a", &back, 0);
        check("platform-b", &found_again, 1);
    }
}
