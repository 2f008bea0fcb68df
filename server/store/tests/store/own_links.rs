//! What leads back to an entry of this node comes and goes with the entry.

use std::collections::BTreeMap;
use std::convert::Infallible;

use lianfang_store::{EntryRow, EntryUpdate, NewEntry, NewLink, Store, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, WITHDRAWN, at, entry, to_state};

fn linked(reference: &str, keys: &[u8]) -> NewEntry {
    let link = |(place, key): (usize, &u8)| NewLink {
        key: [*key; 16],
        identifier_index: u16::try_from(place).unwrap(),
        kind: 22,
        level: 1,
        role: 4,
    };
    NewEntry {
        links: keys.iter().enumerate().map(link).collect(),
        ..entry(reference)
    }
}

fn create(store: &Store, new: NewEntry) -> Uuid {
    let id = new.id;
    store.create_entries(vec![new], at(0), &Hashing).unwrap();
    id
}

fn found(store: &Store, key: u8) -> Vec<(Uuid, u16)> {
    let rows = store.own_links(&[[key; 16]], 10).unwrap();
    rows.iter()
        .map(|row| (row.entry_id, row.identifier_index))
        .collect()
}

both! {
    fn an_entry_is_found_by_its_links_until_it_ends(database) {
        let store = database.store();
        let id = create(store, linked("case-1", &[1, 2, 2]));
        assert_eq!(found(store, 1), [(id, 0)]);
        assert_eq!(found(store, 2), [(id, 1), (id, 2)]);
        let goes_on = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, 7));
        store.update_entry(id, None, at(1), goes_on, &Hashing).unwrap();
        assert_eq!(found(store, 1), [(id, 0)]);
        let ends = |row: &EntryRow| Ok::<_, Infallible>(EntryUpdate { ends: true, ..to_state(row, WITHDRAWN) });
        store.update_entry(id, None, at(2), ends, &Hashing).unwrap();
        assert_eq!(found(store, 1), []);
        assert_eq!(found(store, 2), []);
    }
}

both! {
    fn an_entry_that_was_there_before_gets_no_second_set_of_links(database) {
        let store = database.store();
        let first = linked("case-1", &[1]);
        let id = create(store, first.clone());
        create(store, NewEntry { id: Uuid::new_v4(), links: linked("case-1", &[3]).links, ..first });
        assert_eq!(found(store, 1), [(id, 0)]);
        assert_eq!(found(store, 3), []);
    }
}

both! {
    fn a_value_on_many_entries_costs_no_more_than_asked_for(database) {
        let store = database.store();
        for case in 0..5 {
            create(store, linked(&format!("case-{case}"), &[1]));
        }
        assert_eq!(store.own_links(&[[1; 16], [1; 16]], 3).unwrap().len(), 3);
    }
}

both! {
    fn links_are_replaced_as_a_whole_or_not_at_all(database) {
        let store = database.store();
        let id = create(store, linked("case-1", &[1]));
        let anew = linked("", &[4]).links;
        store.replace_own_links(&BTreeMap::from([(id, anew.clone())])).unwrap();
        assert_eq!((found(store, 1), found(store, 4)), (vec![], vec![(id, 0)]));
        let unknown = BTreeMap::from([(id, Vec::new()), (Uuid::new_v4(), anew)]);
        assert_eq!(store.replace_own_links(&unknown), Err(StoreError::Conflict));
        assert_eq!(found(store, 4), [(id, 0)]);
    }
}
