//! Heads of digest lists, and the records behind this node's own.

use std::collections::BTreeSet;

use lianfang_encoding::sha256;
use lianfang_store::testing::Backend;
use lianfang_store::{Adoption, EntryInList, HeadRow, ListKey, ListRecord, ListVersion, StoreError};

use crate::both::both;
use crate::sample::{at, head, list, list_record, node};

fn sequences(heads: &[HeadRow]) -> Vec<u64> {
    heads.iter().map(|head| head.sequence).collect()
}

both! {
    fn a_newer_head_takes_the_place_of_the_one_in_force(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        assert_eq!(store.head(&key), Err(StoreError::NotFound));
        assert_eq!(store.adopt_heads(vec![head(&key, 1)], at(0)).unwrap(), Adoption::Adopted);
        assert_eq!(store.adopt_heads(vec![head(&key, 5)], at(0)).unwrap(), Adoption::Adopted);
        let in_force = store.head(&key).unwrap();
        assert_eq!(in_force, HeadRow { in_force: true, live: true, ..head(&key, 5) });
        assert_eq!(in_force.list(), key);
        assert_eq!(store.heads_in_force(None).unwrap(), [in_force]);
    }
}

both! {
    fn a_replayed_head_changes_nothing(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        for sequence in [1, 5] {
            store.adopt_heads(vec![head(&key, sequence)], at(0)).unwrap();
        }
        assert_eq!(store.adopt_heads(vec![head(&key, 5)], at(0)).unwrap(), Adoption::Known);
        assert_eq!(store.adopt_heads(vec![head(&key, 1)], at(0)).unwrap(), Adoption::Known);
        assert_eq!(store.adopt_heads(vec![head(&key, 3)], at(0)).unwrap(), Adoption::Older);
        assert_eq!(store.head(&key).unwrap().sequence, 5);
    }
}

both! {
    fn two_heads_at_one_sequence_are_shown_as_a_fork(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        for sequence in [1, 5] {
            store.adopt_heads(vec![head(&key, sequence)], at(0)).unwrap();
        }
        for sequence in [1, 5] {
            let other = HeadRow { head_hash: [9; 32], ..head(&key, sequence) };
            let Adoption::Fork { stored } = store.adopt_heads(vec![other], at(0)).unwrap() else { panic!("no fork") };
            assert_eq!((stored.sequence, stored.head), (sequence, head(&key, sequence).head));
        }
    }
}

both! {
    fn a_new_incarnation_counts_more_than_any_sequence(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        store.adopt_heads(vec![head(&key, 5)], at(0)).unwrap();
        let restored = HeadRow { incarnation: 2, ..head(&key, 1) };
        assert_eq!(store.adopt_heads(vec![restored], at(0)).unwrap(), Adoption::Adopted);
        assert_eq!(store.adopt_heads(vec![head(&key, 6)], at(0)).unwrap(), Adoption::Older);
        assert_eq!(sequences(&store.heads_after(&key, 0).unwrap()), [1]);
    }
}

both! {
    fn lists_do_not_touch_each_other(database) {
        let store = database.store();
        let keys = [
            list("platform-a", "all"),
            list("platform-b", "all"),
            list("platform-a", "de"),
            ListKey { subject_type: 2, ..list("platform-a", "all") },
            ListKey { epoch: 2, ..list("platform-a", "all") },
        ];
        for (sequence, key) in (1..).zip(&keys) {
            store.adopt_heads(vec![head(key, sequence)], at(0)).unwrap();
        }
        for (sequence, key) in (1..).zip(&keys) {
            assert_eq!(store.head(key).unwrap().sequence, sequence);
        }
        assert_eq!(store.heads_in_force(None).unwrap().len(), 5);
        assert_eq!(store.heads_in_force(Some(&node("platform-b"))).unwrap().len(), 1);
    }
}

both! {
    fn heads_after_a_sequence_come_in_order(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        for sequence in [1, 2, 7] {
            store.adopt_heads(vec![head(&key, sequence)], at(0)).unwrap();
        }
        assert_eq!(sequences(&store.heads_after(&key, 1).unwrap()), [2, 7]);
        assert!(store.heads_after(&list("platform-b", "all"), 0).unwrap().is_empty());
    }
}

both! {
    fn publishing_replaces_the_records_of_that_list_only(database) {
        let store = database.store();
        let (here, there) = (list("platform-a", "all"), list("platform-a", "de"));
        store.publish_list(head(&here, 1), &mut vec![list_record(1), list_record(2)]).unwrap();
        store.publish_list(head(&there, 1), &mut vec![list_record(3)]).unwrap();
        store.publish_list(head(&here, 2), &mut vec![list_record(4)]).unwrap();
        assert_eq!(store.records_under(&here, &[], 0, usize::MAX).unwrap(), [list_record(4)]);
        assert_eq!(store.records_under(&there, &[], 0, usize::MAX).unwrap(), [list_record(3)]);
        let replay = store.publish_list(head(&here, 1), &mut vec![list_record(5)]).unwrap();
        assert_eq!(replay, Adoption::Known);
        assert_eq!(store.records_under(&here, &[], 0, usize::MAX).unwrap(), [list_record(4)]);
    }
}

both! {
    fn a_new_base_of_a_long_list_writes_only_what_differs(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        let record = |number: u16| ListRecord {
            confirm_key: sha256(&number.to_be_bytes()),
            ..list_record(number as u8)
        };
        let sorted = |mut records: Vec<ListRecord>| {
            records.sort_by_key(|record| record.confirm_key);
            records
        };
        let mut first: Vec<_> = (0..10_000).map(record).collect();
        store.publish_list(head(&key, 1), &mut first).unwrap();
        assert_eq!(store.records_under(&key, &[], 0, usize::MAX).unwrap(), sorted(first.clone()));
        // One gone, one changed, one new; one of them twice.
        let mut second = first[1..].to_vec();
        second[0].token_prefix += 1;
        second.extend([record(10_000), record(10_000)]);
        store.fail_statement(20);
        store.publish_list(head(&key, 2), &mut second).unwrap();
        assert!(!store.stop_failing(), "20 statements for three records that differ");
        second.pop();
        assert_eq!(store.records_under(&key, &[], 0, usize::MAX).unwrap(), sorted(second));
        store.fail_statement(24);
        store.publish_list(head(&key, 3), &mut Vec::new()).unwrap();
        assert!(!store.stop_failing(), "24 statements to empty a list");
        assert!(store.records_under(&key, &[], 0, usize::MAX).unwrap().is_empty());
    }
}

both! {
    fn records_are_found_under_a_prefix_of_any_number_of_bits(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        let mut records: Vec<ListRecord> = (0..=255).map(list_record).collect();
        store.publish_list(head(&key, 1), &mut records).unwrap();
        let found = |prefix: &[u8], bits| {
            let records = store.records_under(&key, prefix, bits, usize::MAX).unwrap();
            records.into_iter().map(|record| record.confirm_key[0]).collect::<Vec<_>>()
        };
        assert_eq!(found(&[0b1010_0101], 4), (0b1010_0000..=0b1010_1111).collect::<Vec<_>>());
        assert_eq!(found(&[0xff], 1), (0x80..=0xff).collect::<Vec<_>>());
        assert_eq!(found(&[7; 32], 256), [7]);
        assert_eq!(found(&[7; 2], 16), [7]);
        assert!(found(&[7, 8], 16).is_empty());
        assert_eq!(found(&[], 0).len(), 256);
        for rows in [0, 1, 16, 17] {
            let some = store.records_under(&key, &[0b1010_0101], 4, rows).unwrap();
            assert_eq!(some.len(), rows.min(16));
        }
    }
}

both! {
    fn heads_that_are_superseded_are_never_written_again(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        for sequence in 1..=3 {
            store.adopt_heads(vec![head(&key, sequence)], at(0)).unwrap();
        }
        let when = "NOT OLD.in_force AND NOT OLD.live";
        database.execute(&match database.backend() {
            Backend::Sqlite => format!(
                "CREATE TRIGGER history BEFORE UPDATE ON digest_heads WHEN {when}
                 BEGIN SELECT RAISE(ABORT, 'history is written again'); END"
            ),
            Backend::Postgres => format!(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE 'history is written again'; END $$;
                 CREATE TRIGGER history BEFORE UPDATE ON digest_heads FOR EACH ROW WHEN ({when})
                 EXECUTE FUNCTION refuse()"
            ),
        });
        store.adopt_heads(vec![delta(&key, 4, 3)], at(0)).unwrap();
        store.adopt_heads(vec![HeadRow { incarnation: 2, ..head(&key, 1) }], at(0)).unwrap();
        assert_eq!(store.heads_in_force(None).unwrap().len(), 1);
        assert_eq!(sequences(&store.live_heads(&key, 0, 9).unwrap()), [1]);
    }
}

both! {
    fn a_body_leads_to_every_list_that_names_it(database) {
        let store = database.store();
        let (here, there) = (list("platform-a", "all"), list("platform-a", "de"));
        let shared = HeadRow { body_hash: [3; 32], ..head(&here, 1) };
        store.adopt_heads(vec![shared.clone()], at(0)).unwrap();
        store.adopt_heads(vec![HeadRow { body_hash: [3; 32], ..head(&there, 1) }], at(0)).unwrap();
        store.adopt_heads(vec![head(&there, 2)], at(0)).unwrap();
        let mut lists: Vec<ListKey> =
            store.lists_of_body(&[3; 32]).unwrap().iter().map(HeadRow::list).collect();
        lists.sort();
        assert_eq!(lists, [here, there]);
        assert!(store.lists_of_body(&[4; 32]).unwrap().is_empty());
    }
}

both! {
    fn a_superseded_head_goes_after_thirty_days_however_long_it_counts(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        let made = lianfang_encoding::Timestamp::from_secs(100 * 86_400);
        for sequence in [1, 2] {
            let head = HeadRow { created: made, expires: lianfang_encoding::Timestamp::MAX, ..head(&key, sequence) };
            store.adopt_heads(vec![head], made).unwrap();
        }
        let month = std::time::Duration::from_secs(30 * 86_400);
        assert_eq!(store.prune_heads(made + month).unwrap(), 0);
        assert_eq!(store.prune_heads(made + month + std::time::Duration::from_secs(1)).unwrap(), 1);
        assert_eq!(sequences(&store.heads_after(&key, 0).unwrap()), [2]);
    }
}

both! {
    fn pruning_keeps_what_is_in_force(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        for (sequence, body) in [(1, 1), (2, 2), (3, 1)] {
            let head = HeadRow { body_hash: [body; 32], expires: at(10), ..head(&key, sequence) };
            store.adopt_heads(vec![head], at(0)).unwrap();
        }
        assert_eq!(store.prune_heads(at(10)).unwrap(), 0);
        assert_eq!(store.prune_heads(at(11)).unwrap(), 2);
        assert_eq!(sequences(&store.heads_after(&key, 0).unwrap()), [3]);
    }
}

fn delta(list: &ListKey, sequence: u64, base: u64) -> HeadRow {
    HeadRow {
        kind: HeadRow::DELTA,
        base_sequence: base,
        ..head(list, sequence)
    }
}

both! {
    fn a_reader_gets_what_it_lacks_and_the_whole_when_its_base_is_gone(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        store.adopt_heads(vec![head(&key, 1), delta(&key, 2, 1), delta(&key, 3, 1)], at(0)).unwrap();
        assert_eq!(store.head(&key).unwrap().sequence, 3);
        assert_eq!(sequences(&store.live_heads(&key, 0, 9).unwrap()), [1, 2, 3]);
        assert_eq!(sequences(&store.live_heads(&key, 2, 9).unwrap()), [3]);
        assert_eq!(sequences(&store.live_heads(&key, 0, 2).unwrap()), [1, 2]);
        store.adopt_heads(vec![head(&key, 4), delta(&key, 5, 4)], at(0)).unwrap();
        assert_eq!(sequences(&store.live_heads(&key, 3, 9).unwrap()), [4, 5]);
        assert_eq!(sequences(&store.live_heads(&key, 5, 9).unwrap()), [0_u64; 0]);
    }
}

both! {
    fn a_base_leaves_the_deltas_live_that_it_does_not_fold_in(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        store.adopt_heads(vec![head(&key, 1), delta(&key, 2, 1), delta(&key, 3, 1)], at(0)).unwrap();
        store.adopt_heads(vec![HeadRow { base_sequence: 2, ..head(&key, 4) }], at(0)).unwrap();
        assert_eq!(sequences(&store.live_heads(&key, 0, 9).unwrap()), [3, 4]);
    }
}

both! {
    fn what_is_live_outlives_its_own_expiry_under_a_newer_head(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        store.adopt_heads(vec![HeadRow { expires: at(1), ..head(&key, 1) }, delta(&key, 2, 1)], at(0)).unwrap();
        assert_eq!(store.prune_heads(at(9)).unwrap(), 0);
        store.adopt_heads(vec![head(&key, 3)], at(0)).unwrap();
        assert_eq!(store.prune_heads(at(9)).unwrap(), 1);
    }
}

both! {
    fn a_delta_replaces_the_records_of_the_entries_it_names(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        store.publish_list(head(&key, 1), &mut vec![list_record(1), list_record(2)]).unwrap();
        let gone = [list_record(1).entry_id];
        store.publish_delta(delta(&key, 2, 1), &gone, vec![list_record(3)]).unwrap();
        assert_eq!(store.records_under(&key, &[], 0, usize::MAX).unwrap(), [list_record(2), list_record(3)]);
        let late = store.publish_delta(delta(&key, 2, 1), &gone, vec![list_record(9)]).unwrap();
        assert_eq!(late, Adoption::Known);
        assert_eq!(store.records_under(&key, &[], 0, usize::MAX).unwrap(), [list_record(2), list_record(3)]);
    }
}

both! {
    fn what_other_entries_hold_is_told_apart_from_what_the_changed_ones_do(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        let twin = ListRecord { entry_id: list_record(9).entry_id, ..list_record(1) };
        store.publish_list(head(&key, 1), &mut vec![list_record(1), list_record(2), twin]).unwrap();
        let changed = [1, 2].map(|byte| list_record(byte).entry_id);
        assert_eq!(store.records_of(&key, &changed).unwrap().len(), 2);
        let changed = BTreeSet::from(changed);
        let keys = store.confirm_keys_of_others(&key, &[[1; 32], [2; 32], [3; 32]], &changed).unwrap();
        assert_eq!(keys, BTreeSet::from([[1; 32]]));
        let prefixes = store.token_prefixes_of_others(&key, &[1, 2, 3], &changed).unwrap();
        assert_eq!(prefixes, BTreeSet::from([1]));
        let under = |bits| store.records_of_others_under(&key, &[1; 32], bits, &changed, 8).unwrap();
        assert_eq!((under(0), under(8)), (1, 1));
        assert_eq!(store.records_of_others_under(&key, &[2; 32], 8, &changed, 8).unwrap(), 0);
    }
}

both! {
    fn an_entry_is_held_against_the_head_it_came_and_left_with(database) {
        let store = database.store();
        let key = list("platform-a", "all");
        let entry = |byte| store.entry_in_list(&key, list_record(byte).entry_id).unwrap();
        let version = |sequence| Some(ListVersion { incarnation: 1, sequence });
        let came = |sequence| EntryInList { came: Some(sequence), left: None };
        store.publish_list(head(&key, 1), &mut vec![list_record(1), list_record(2)]).unwrap();
        assert_eq!((entry(1), entry(2), entry(3)), (came(1), came(1), EntryInList::default()));
        // Of the entries that a delta names one stays, one is new and one goes.
        let named = [1, 2, 3].map(|byte| list_record(byte).entry_id);
        store.publish_delta(delta(&key, 2, 1), &named, vec![list_record(2), list_record(3)]).unwrap();
        let gone = EntryInList { came: None, left: version(2) };
        assert_eq!((entry(1), entry(2), entry(3)), (gone, came(1), came(2)));
        // What leaves no trace in the digest went with the newest head.
        store.replace_list_records(&key, &named[1..2], Vec::new()).unwrap();
        assert_eq!(entry(2), EntryInList { came: None, left: version(2) });
        // A base changes nothing for what stays, and takes along what goes.
        store.publish_list(head(&key, 3), &mut vec![list_record(3), list_record(4)]).unwrap();
        assert_eq!((entry(1), entry(3), entry(4)), (gone, came(2), came(3)));
        store.publish_list(head(&key, 4), &mut vec![list_record(4)]).unwrap();
        store.publish_list(head(&key, 5), &mut Vec::new()).unwrap();
        assert_eq!(entry(3).left, version(4));
        assert_eq!(entry(4), EntryInList { came: None, left: version(5) });
        // It comes back.
        store.publish_list(head(&key, 6), &mut vec![list_record(1)]).unwrap();
        assert_eq!(entry(1), EntryInList { came: Some(6), left: version(2) });
        let other = list("platform-a", "cn");
        assert_eq!(store.entry_in_list(&other, named[0]).unwrap(), EntryInList::default());
    }
}
