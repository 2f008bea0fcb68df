//! What an audience sees, and what it must not be able to infer.

use std::convert::Infallible;

use lianfang_store::{EntryRow, EntryUpdate, NewEntry, Store};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{
    ACTIVE, Hashing, WITHDRAWN, assert_chain, at, audience, entry, event, in_audience, local, to_state,
};

fn write(store: &Store, batch: Vec<NewEntry>) {
    store.create_entries(batch, at(0), &Hashing).unwrap();
}

fn feed(store: &Store, name: &str) -> Vec<(u64, Uuid)> {
    let items = store.status_after(&audience(name), 0, 100).unwrap();
    for item in &items {
        assert_eq!(item.bytes, item.audience_seq.to_be_bytes());
    }
    items
        .into_iter()
        .map(|item| (item.audience_seq, item.entry_id))
        .collect()
}

both! {
    fn each_audience_has_a_gapless_sequence_of_its_own(database) {
        let store = database.store();
        let names = ["all", "de", "all", "regulators", "de", "all"];
        let batch: Vec<NewEntry> =
            names.iter().enumerate().map(|(at, name)| in_audience(name, entry(&at.to_string()))).collect();
        let ids: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        for new in batch {
            write(store, vec![new]);
        }
        let withdraw = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
        store.update_entry(ids[1], None, at(1), withdraw, &Hashing).unwrap();
        assert_eq!(feed(store, "all"), [(1, ids[0]), (2, ids[2]), (3, ids[5])]);
        assert_eq!(feed(store, "de"), [(1, ids[1]), (2, ids[4]), (3, ids[1])]);
        assert_eq!(feed(store, "regulators"), [(1, ids[3])]);
        assert!(feed(store, "fr").is_empty());
        assert_eq!(store.audience_head(&audience("de")).unwrap(), 3);
        assert_eq!(store.audience_head(&audience("fr")).unwrap(), 0);
        assert_chain(&store.events_after(0, 100).unwrap());
    }
}

both! {
    fn one_batch_numbers_its_audiences_like_many(database) {
        let store = database.store();
        let batch = ["de", "all", "de"].map(|name| in_audience(name, entry(&Uuid::new_v4().to_string())));
        let ids: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        write(store, batch.to_vec());
        assert_eq!(feed(store, "de"), [(1, ids[0]), (2, ids[2])]);
        assert_eq!(feed(store, "all"), [(1, ids[1])]);
    }
}

both! {
    fn a_feed_is_read_in_pages(database) {
        let store = database.store();
        write(store, (0..5).map(|number| entry(&number.to_string())).collect());
        let page: Vec<u64> = store
            .status_after(&audience("all"), 2, 2)
            .unwrap()
            .into_iter()
            .map(|item| item.audience_seq)
            .collect();
        assert_eq!(page, [3, 4]);
    }
}

both! {
    fn local_entries_leave_no_trace_in_any_feed(database) {
        let store = database.store();
        let (hidden, first, second) = (local(entry("hidden")), entry("first"), entry("second"));
        write(store, vec![hidden.clone(), first.clone()]);
        let keep = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, 20));
        store.update_entry(hidden.id, None, at(1), keep, &Hashing).unwrap();
        write(store, vec![second.clone()]);
        assert_eq!(feed(store, "all"), [(1, first.id), (2, second.id)]);
        assert_eq!(store.audience_head(&audience("all")).unwrap(), 2);
        let own: Vec<_> = store.entry_events(hidden.id).unwrap();
        assert_eq!(own.len(), 2);
        assert!(own.iter().all(|event| event.audience_seq.is_none() && event.status_bytes.is_none()));
        let listed = store.entries_active_for(&audience("all"), 1, &[ACTIVE, 20], None, 100).unwrap();
        assert!(listed.iter().all(|row| row.id != hidden.id));
        assert_eq!(listed.len(), 2);
    }
}

both! {
    fn a_completed_entry_joins_the_feed_and_a_recalled_one_says_so(database) {
        let store = database.store();
        let hidden = local(entry("case-1"));
        write(store, vec![hidden.clone()]);
        let share = |row: &EntryRow| {
            Ok::<_, Infallible>(EntryUpdate { local_reason: None, ..EntryUpdate::of(row, event("share")) })
        };
        let recall = |row: &EntryRow| {
            let local_reason = Some("recalled".to_owned());
            Ok::<_, Infallible>(EntryUpdate { local_reason, ..to_state(row, WITHDRAWN) })
        };
        let row = store.update_entry(hidden.id, None, at(1), share, &Hashing).unwrap();
        assert_eq!(row.audience_seq, Some(1));
        let row = store.update_entry(hidden.id, None, at(2), recall, &Hashing).unwrap();
        assert_eq!(row.audience_seq, Some(2));
        let keep = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
        store.update_entry(hidden.id, None, at(3), keep, &Hashing).unwrap();
        assert_eq!(feed(store, "all"), [(1, hidden.id), (2, hidden.id)]);
    }
}

both! {
    fn the_digest_builder_pages_through_shared_entries_in_order_of_id(database) {
        let store = database.store();
        let batch: Vec<NewEntry> = (0..6).map(|number| entry(&number.to_string())).collect();
        let other_type = NewEntry { subject_type: 2, ..entry("product") };
        let other_state = NewEntry { state: WITHDRAWN, ..entry("withdrawn") };
        let mut ids: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        ids.sort();
        write(store, batch);
        write(store, vec![other_type, other_state, in_audience("de", entry("elsewhere"))]);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.entries_active_for(&audience("all"), 1, &[ACTIVE], after, 4).unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            found.extend(page.into_iter().map(|row| row.id));
        }
        assert_eq!(found, ids);
    }
}
