//! Creating, changing and reading entries.

use std::convert::Infallible;
use std::sync::Barrier;
use std::thread;

use lianfang_store::{
    Created, EntryFilter, EntryRow, EntryUpdate, FeedFilter, FeedKind, FeedVersions, InState, NewEntry,
    Overdue, Store, StoreError, UpdateError,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{
    ACTIVE, Hashing, WITHDRAWN, assert_chain, at, audience, entry, event, in_audience, local, to_state,
};

fn create(store: &Store, new: NewEntry) -> Uuid {
    let id = new.id;
    store.create_entries(vec![new], at(0), &Hashing).unwrap();
    id
}

fn withdraw(row: &EntryRow) -> Result<EntryUpdate, Infallible> {
    Ok(to_state(row, WITHDRAWN))
}

both! {
    fn what_was_written_is_read_back(database) {
        let store = database.store();
        let new = entry("case-1");
        let created = store.create_entries(vec![new.clone()], at(5), &Hashing).unwrap();
        assert_eq!(created, [Created::New { id: new.id, seq: 1 }]);
        let row = store.entry(new.id).unwrap();
        assert_eq!((row.revision, row.created_at, row.audience_seq), (1, at(5), Some(1)));
        assert_eq!((&row.body_sealed, &row.jurisdiction), (&new.body_sealed, &new.jurisdiction));
        assert_eq!(store.entry_by_reference("case-1").unwrap(), row);
        assert_eq!(store.entries(&[Uuid::new_v4(), new.id]).unwrap(), [row]);
        assert_chain(&store.entry_events(new.id).unwrap());
        assert_eq!(store.entry_payloads(new.id).unwrap()[0].payload_sealed, b"case-1");
        assert_eq!(store.event_payload(1).unwrap().payload_sealed, b"case-1");
        assert_eq!(store.entry(Uuid::new_v4()), Err(StoreError::NotFound));
    }
}

both! {
    fn the_same_request_again_is_answered_with_what_exists(database) {
        let store = database.store();
        let first = entry("case-1");
        create(store, first.clone());
        let again = NewEntry { id: Uuid::new_v4(), ..first.clone() };
        let other = NewEntry { id: Uuid::new_v4(), request_hash: [9; 32], ..first.clone() };
        let new = entry("case-2");
        let outcomes = store.create_entries(vec![again, other, new.clone()], at(1), &Hashing).unwrap();
        assert_eq!(
            outcomes,
            [Created::Existing { id: first.id }, Created::Conflict, Created::New { id: new.id, seq: 2 }]
        );
        assert_eq!(store.event_head().unwrap().seq, 2);
    }
}

both! {
    fn a_batch_that_repeats_itself_is_treated_like_two_batches(database) {
        let first = entry("case-1");
        let again = NewEntry { id: Uuid::new_v4(), ..first.clone() };
        let same_id = NewEntry { client_reference: None, request_hash: [9; 32], ..first.clone() };
        let outcomes = database
            .store()
            .create_entries(vec![first.clone(), again, same_id], at(0), &Hashing)
            .unwrap();
        assert_eq!(
            outcomes,
            [Created::New { id: first.id, seq: 1 }, Created::Existing { id: first.id }, Created::Conflict]
        );
    }
}

both! {
    fn a_batch_larger_than_one_statement_goes_in_whole(database) {
        let store = database.store();
        let batch: Vec<NewEntry> = (0..1_203).map(|number| entry(&format!("case-{number}"))).collect();
        let created = store.create_entries(batch.clone(), at(0), &Hashing).unwrap();
        assert!(created.iter().all(|outcome| matches!(outcome, Created::New { .. })));
        assert_chain(&store.events_after(0, usize::MAX).unwrap());
        let again = store.create_entries(batch, at(1), &Hashing).unwrap();
        assert!(again.iter().all(|outcome| matches!(outcome, Created::Existing { .. })));
        assert_eq!(store.event_head().unwrap().seq, 1_203);
    }
}

both! {
    fn an_update_writes_the_entry_and_its_event_together(database) {
        let store = database.store();
        let id = create(store, entry("case-1"));
        let row = store.update_entry(id, Some(1), at(9), withdraw, &Hashing).unwrap();
        assert_eq!((row.revision, row.state, row.last_seq, row.updated_at), (2, WITHDRAWN, 2, at(9)));
        assert_eq!(store.entry(id).unwrap(), row);
        let timeline = store.entry_events(id).unwrap();
        assert_chain(&timeline);
        assert_eq!(timeline[1].state, WITHDRAWN);
        assert_eq!(store.event_head().unwrap().hash, timeline[1].hash);
    }
}

both! {
    fn what_is_told_of_a_later_time_moves_neither_the_chain_nor_the_feed_and_what_follows_of_its_entry_is_later_still(database) {
        let store = database.store();
        let (id, other) = (create(store, entry("case-1")), create(store, entry("case-2")));
        let since = |row: &EntryRow| Ok::<_, Infallible>(EntryUpdate { since: at(99), ..to_state(row, ACTIVE) });
        let dated = |id, now, row: EntryRow| {
            let event = store.entry_events(id).unwrap().pop().unwrap();
            assert_eq!((event.at, store.event_head().unwrap().at), (now, now));
            row.updated_at
        };
        let later = store.update_entry(id, None, at(9), since, &Hashing).unwrap();
        assert_eq!(dated(id, at(9), later), at(99));
        let unmoved = store.update_entry(other, None, at(10), withdraw, &Hashing).unwrap();
        assert_eq!(dated(other, at(10), unmoved), at(10));
        let following = store.update_entry(id, None, at(11), withdraw, &Hashing).unwrap();
        assert!(dated(id, at(11), following) > at(99));
        let filter = FeedFilter {
            audiences: vec![audience("all")],
            subject_type: 1,
            kinds: vec![FeedKind::Entry],
            objects: None,
            versions: FeedVersions { all: true, ..FeedVersions::default() },
        };
        let feed = store.feed_page(&filter, at(1), usize::MAX).unwrap();
        let places: Vec<_> = feed.iter().map(|row| row.added).collect();
        assert_eq!(places, [at(9), at(10), at(11)]);
        assert_eq!(feed[0].modified, at(99));
    }
}

both! {
    fn an_update_can_replace_everything_but_the_place_of_an_entry(database) {
        let store = database.store();
        let id = create(store, local(entry("case-1")));
        let change = |row: &EntryRow| {
            Ok::<_, Infallible>(EntryUpdate {
                natural_person: true,
                state_data: "{\"a\":1}".to_owned(),
                local_reason: None,
                grade: 7,
                category: None,
                basis: 6,
                jurisdiction: "de".to_owned(),
                decided_at: None,
                expires_at: Some(at(99)),
                body_sealed: vec![9],
                ..EntryUpdate::of(row, event("completed"))
            })
        };
        let row = store.update_entry(id, None, at(1), change, &Hashing).unwrap();
        assert_eq!(store.entry(id).unwrap(), row);
        assert_eq!((row.grade, row.category, row.basis), (7, None, 6));
        assert_eq!((row.expires_at, row.due_at), (Some(at(99)), Some(at(99))));
    }
}

both! {
    fn concurrent_updates_of_one_entry_let_one_win_and_show_the_others_what_it_is_now(database) {
        let store = database.store();
        let id = create(store, entry("case-1"));
        let start = Barrier::new(8);
        let outcomes: Vec<_> = thread::scope(|scope| {
            let update = |state: i16| {
                let change = move |row: &EntryRow| Ok::<_, Infallible>(to_state(row, state));
                start.wait();
                store.update_entry(id, Some(1), at(1), change, &Hashing)
            };
            let threads: Vec<_> = (10..18).map(|state| scope.spawn(move || update(state))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let now = store.entry(id).unwrap();
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.into_iter().map(Result::unwrap).collect::<Vec<_>>(), std::slice::from_ref(&now));
        assert_eq!((now.revision, lost.len()), (2, 7));
        for outcome in lost {
            let Err(UpdateError::Stale { current }) = outcome else { panic!("{outcome:?}") };
            assert_eq!(*current, now);
        }
        assert_eq!(store.event_head().unwrap().seq, 2);
    }
}

both! {
    fn a_change_that_refuses_leaves_no_event(database) {
        let store = database.store();
        let id = create(store, entry("case-1"));
        let refused = store.update_entry(id, Some(1), at(1), |_| Err::<EntryUpdate, _>("no"), &Hashing);
        assert!(matches!(refused, Err(UpdateError::Refused("no"))));
        let missing = store.update_entry(Uuid::new_v4(), None, at(1), withdraw, &Hashing);
        assert!(matches!(missing, Err(UpdateError::NotFound)));
        assert_eq!((store.entry(id).unwrap().revision, store.event_head().unwrap().seq), (1, 1));
    }
}

both! {
    fn time_in_the_chain_rises_even_when_the_clock_stands_still_or_goes_back(database) {
        let store = database.store();
        let batch = vec![entry("case-1"), entry("case-2")];
        store.create_entries(batch, at(5), &Hashing).unwrap();
        store.create_entries(vec![entry("case-3")], at(1), &Hashing).unwrap();
        let times: Vec<u64> =
            store.events_after(0, 9).unwrap().iter().map(|event| event.at.as_micros()).collect();
        assert_eq!(times, [0, 1, 2].map(|more| at(5).as_micros() + more));
    }
}

both! {
    fn pages_of_entries_follow_creation_and_keep_to_the_filter(database) {
        let store = database.store();
        let batch: Vec<NewEntry> = (0..5)
            .map(|number| {
                let new = entry(&format!("case-{number}"));
                if number % 2 == 0 { new } else { in_audience("de", new) }
            })
            .collect();
        let ids: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        store.create_entries(batch, at(0), &Hashing).unwrap();
        store.update_entry(ids[4], None, at(1), withdraw, &Hashing).unwrap();
        let page = |state: Option<i16>, name: Option<&str>, cursor, rows| {
            let state = state.map(|state| InState { state, at: at(1), overdue: Overdue::None });
            let filter = EntryFilter { state, audience: name.map(audience) };
            let page = store.entries_page(&filter, cursor, rows).unwrap();
            page.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(page(None, None, 0, 3), ids[..3]);
        assert_eq!(page(None, None, 3, 3), ids[3..]);
        assert_eq!(page(Some(ACTIVE), None, 0, 9), ids[..4]);
        assert_eq!(page(Some(ACTIVE), Some("de"), 2, 9), [ids[3]]);
        assert!(page(Some(ACTIVE), Some("fr"), 0, 9).is_empty());
    }
}

both! {
    fn a_page_of_a_state_counts_what_time_has_done_whether_or_not_it_is_written_down(database) {
        const EXPIRED: i16 = 11;
        let store = database.store();
        let expiring = |number: u64| NewEntry { expires_at: Some(at(number * 10)), ..entry(&format!("case-{number}")) };
        let batch: Vec<NewEntry> = (1..=3).map(expiring).chain([entry("case-4")]).collect();
        let ids: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        store.create_entries(batch, at(0), &Hashing).unwrap();
        let end = |row: &EntryRow| Ok::<_, Infallible>(EntryUpdate { ends: true, ..to_state(row, EXPIRED) });
        store.update_entry(ids[1], None, at(1), end, &Hashing).unwrap();
        let page = |state, seconds, overdue: &Overdue, cursor, rows| {
            let state = Some(InState { state, at: at(seconds), overdue: overdue.clone() });
            let filter = EntryFilter { state, audience: None };
            let page = store.entries_page(&filter, cursor, rows).unwrap();
            page.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(page(ACTIVE, 9, &Overdue::None, 0, 9), [ids[0], ids[2], ids[3]]);
        assert_eq!(page(ACTIVE, 10, &Overdue::None, 0, 9), ids[2..]);
        assert_eq!(page(EXPIRED, 9, &Overdue::All, 0, 9), [ids[1]]);
        assert_eq!(page(EXPIRED, 30, &Overdue::All, 0, 9), ids[..3]);
        assert_eq!(page(EXPIRED, 30, &Overdue::All, 0, 2), ids[..2]);
        assert_eq!(page(EXPIRED, 30, &Overdue::All, 2, 2), [ids[2]]);
        assert_eq!(page(WITHDRAWN, 30, &Overdue::Of(vec![ACTIVE]), 0, 9), [ids[0], ids[2]]);
        assert!(page(WITHDRAWN, 30, &Overdue::Of(vec![EXPIRED]), 0, 9).is_empty());
    }
}

both! {
    fn an_entry_is_due_at_its_deadline_or_expiry_until_it_ends(database) {
        let store = database.store();
        let mut with_deadline = NewEntry { expires_at: Some(at(50)), ..entry("case-1") };
        with_deadline.event.deadline = Some(at(20));
        let id = create(store, with_deadline);
        create(store, NewEntry { expires_at: Some(at(10)), ..entry("case-2") });
        create(store, entry("case-3"));
        let due = |seconds| {
            let due = store.entries_due(at(seconds), 9).unwrap();
            due.into_iter().filter_map(|row| row.client_reference).collect::<Vec<_>>()
        };
        assert!(due(9).is_empty());
        assert_eq!(due(10), ["case-2"]);
        assert_eq!(due(20), ["case-2", "case-1"]);
        let end = |row: &EntryRow| Ok::<_, Infallible>(EntryUpdate { ends: true, ..to_state(row, WITHDRAWN) });
        store.update_entry(id, None, at(20), end, &Hashing).unwrap();
        assert_eq!(due(99), ["case-2"]);
    }
}
