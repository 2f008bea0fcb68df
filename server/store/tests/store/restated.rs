//! What is said again at the end of a status feed for a reader that has read other items at its places.

use lianfang_store::{EntryRow, OwnItem, SealingError, Store};

use crate::both::both;
use crate::sample::{Hashing, at, audience, entry, own_item, recovered};

/// The entry and its new place, readable.
#[expect(clippy::unnecessary_wraps, reason = "what the store calls may fail")]
fn text(row: &EntryRow, place: u64) -> Result<OwnItem, SealingError> {
    let reference = row.client_reference.as_deref().unwrap_or_default();
    let text = format!("{reference} at {place}");
    Ok(own_item("all", row.id, place, text.into_bytes()))
}

fn said(store: &Store, after: u64) -> Vec<String> {
    let items = store.status_after(&audience("all"), after, 100).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    items.iter().map(|item| text(&item.bytes)).collect()
}

fn restate(store: &Store, range: (u64, u64), rows: usize) -> Vec<usize> {
    let all = audience("all");
    let step = || store.restate(&all, range, rows, at(0), text).unwrap();
    std::iter::repeat_with(step)
        .take_while(|said| *said > 0)
        .take(100)
        .collect()
}

both! {
    fn each_entry_that_was_said_among_the_places_read_is_said_once_above_them(database) {
        let store = database.store();
        let cases = ["case-1", "case-2", "case-3"];
        store.create_entries(cases.map(entry).into(), at(0), &Hashing).unwrap();
        assert_eq!(restate(store, (1, 6), 100), [2]);
        // Up to the sixth place nobody hears it who needs it.
        assert_eq!(said(store, 3), [
            "case-2 at 4", "case-3 at 5", "case-2 at 6", "case-3 at 7", "case-2 at 8",
        ]);
        assert_eq!(store.audience_heads(), Ok(vec![(audience("all"), 8)]));
        assert_eq!(restate(store, (1, 6), 100), [0; 0], "and not twice");
        store.create_entries(vec![entry("case-4")], at(1), &Hashing).unwrap();
        assert_eq!(store.entry_by_reference("case-4").unwrap().audience_seq, Some(9));
        assert_eq!(store.event_head().unwrap().seq, 4, "the chain has no further event");
    }
}

both! {
    fn what_is_said_again_page_by_page_comes_to_the_same(database) {
        let store = database.store();
        let cases = ["case-1", "case-2", "case-3"];
        store.create_entries(cases.map(entry).into(), at(0), &Hashing).unwrap();
        restate(store, (0, 7), 2);
        let places = cases.map(|case| store.entry_by_reference(case).unwrap().audience_seq.unwrap());
        assert!(places.iter().all(|place| *place > 7), "{places:?}");
        for (case, place) in cases.iter().zip(places) {
            assert!(said(store, 7).contains(&format!("{case} at {place}")));
        }
    }
}

both! {
    fn only_what_lies_among_the_places_is_said_again(database) {
        let store = database.store();
        let all = audience("all");
        let given_back = vec![recovered("all", 1), recovered("all", 2)];
        store.recover_status(&all, given_back, at(0)).unwrap();
        store.create_entries(vec![entry("case-1"), entry("case-2")], at(0), &Hashing).unwrap();
        for range in [(0, 2), (4, 9), (3, 3)] {
            assert_eq!(restate(store, range, 100), [0; 0], "{range:?}");
        }
        assert_eq!(restate(store, (2, 3), 100), [1]);
    }
}
