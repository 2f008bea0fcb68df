//! What regulators subscribe to: the order of arrival, versions, and what a reader may see.

use std::convert::Infallible;
use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_store::{
    EntryRow, FeedFilter, FeedKind, FeedObject, FeedRow, FeedVersions, NewEntry, PeerStatus, Store,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{
    Hashing, WITHDRAWN, at, audience, entry, in_audience, local, node, own_item, race, recovered, status,
    to_state,
};

fn filter(audiences: &[&str]) -> FeedFilter {
    FeedFilter {
        audiences: audiences.iter().map(|name| audience(name)).collect(),
        subject_type: 1,
        kinds: vec![FeedKind::Member, FeedKind::Entry],
        objects: None,
        versions: FeedVersions {
            last: true,
            ..FeedVersions::default()
        },
    }
}

fn every_version(audiences: &[&str]) -> FeedFilter {
    FeedFilter {
        versions: FeedVersions {
            all: true,
            ..FeedVersions::default()
        },
        ..filter(audiences)
    }
}

fn read(store: &Store, filter: &FeedFilter) -> Vec<FeedRow> {
    store.feed_page(filter, Timestamp::default(), usize::MAX).unwrap()
}

fn ids(rows: &[FeedRow]) -> Vec<Uuid> {
    rows.iter().map(|row| row.object_id).collect()
}

fn assert_strictly_increasing(rows: &[FeedRow]) {
    for pair in rows.windows(2) {
        assert!(pair[0].added < pair[1].added, "{pair:?}");
    }
}

fn withdraw(store: &Store, id: Uuid, now: Timestamp) {
    let change = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
    store.update_entry(id, None, now, change, &Hashing).unwrap();
}

both! {
    fn own_events_and_those_of_others_stand_in_the_order_of_arrival(database) {
        let store = database.store();
        let (own, theirs) = (entry("own"), Uuid::new_v4());
        store.create_entries(vec![own.clone()], at(5), &Hashing).unwrap();
        store.apply_status(&node("platform-b"), &audience("all"), &[status(theirs, 1)], (at(5), at(5))).unwrap();
        withdraw(store, own.id, at(4));
        let rows = read(store, &every_version(&["all"]));
        assert_eq!(ids(&rows), [own.id, theirs, own.id]);
        assert_strictly_increasing(&rows);
        assert_eq!(rows[0].added, at(5));
        assert_eq!(rows[2].added, at(5) + Duration::from_micros(2), "the clock stood still or went back");
        assert_eq!(rows[1].content, status(theirs, 1).raw);
    }
}

both! {
    fn what_was_given_back_or_is_said_again_stands_there_too(database) {
        let store = database.store();
        let all = audience("all");
        let own = entry("own");
        store.create_entries(vec![own.clone()], at(0), &Hashing).unwrap();
        let given_back = recovered("all", 2);
        store.recover_status(&all, vec![given_back.clone(), recovered("all", 4)], at(1)).unwrap();
        let again = |row: &EntryRow, place| Ok(own_item("all", row.id, place, vec![7]));
        assert_eq!(store.restate(&all, (0, 2), 9, at(2), again), Ok(1));
        let rows = read(store, &every_version(&["all"]));
        assert_eq!(ids(&rows), [own.id, given_back.entry_id, own.id], "nothing from beyond a gap");
        assert_eq!((&rows[1].content, &rows[2].content), (&given_back.object.content, &vec![7]));
        assert_strictly_increasing(&rows);
    }
}

both! {
    fn a_thousand_in_one_moment_have_a_thousand_places(database) {
        let store = database.store();
        let batch: Vec<NewEntry> = (0..1_000).map(|number| entry(&number.to_string())).collect();
        let written: Vec<Uuid> = batch.iter().map(|new| new.id).collect();
        store.create_entries(batch, at(0), &Hashing).unwrap();
        let rows = read(store, &filter(&["all"]));
        assert_eq!(ids(&rows), written);
        assert_strictly_increasing(&rows);
        let (mut seen, mut after) = (Vec::new(), Timestamp::default());
        loop {
            let page = store.feed_page(&filter(&["all"]), after, 7).unwrap();
            let Some(last) = page.last() else { break };
            after = last.added;
            seen.extend(ids(&page));
        }
        assert_eq!(seen, written);
    }
}

both! {
    fn writers_at_the_same_time_never_add_behind_what_was_read(database) {
        let store = database.store();
        let cursors = race(|number| {
            let publisher = node(&format!("platform-{number}"));
            let mut newest = Vec::new();
            for seq in 1..=10 {
                let items = [status(Uuid::new_v4(), seq)];
                store.apply_status(&publisher, &audience("all"), &items, (at(0), at(0))).unwrap();
                newest.push(read(store, &every_version(&["all"])).len());
            }
            newest
        });
        assert!(cursors.iter().all(|seen| seen.is_sorted()));
        let rows = read(store, &every_version(&["all"]));
        assert_eq!(rows.len(), 80);
        assert_strictly_increasing(&rows);
    }
}

both! {
    fn versions_of_an_object_are_whole_milliseconds_that_rise(database) {
        let store = database.store();
        let id = Uuid::new_v4();
        let items: Vec<PeerStatus> = (1..=3).map(|seq| PeerStatus { at: at(1) + Duration::from_micros(seq), ..status(id, seq) }).collect();
        store.apply_status(&node("platform-b"), &audience("all"), &items, (at(9), at(9))).unwrap();
        let rows = read(store, &every_version(&["all"]));
        let versions: Vec<_> = rows.iter().map(|row| (row.created, row.modified)).collect();
        let millisecond = Duration::from_millis(1);
        assert_eq!(versions, [(at(1), at(1)), (at(1), at(1) + millisecond), (at(1), at(1) + 2 * millisecond)]);
        let superseded: Vec<_> = rows.iter().map(|row| row.superseded).collect();
        assert_eq!(superseded, [Some(rows[1].added), Some(rows[2].added), None]);
    }
}

both! {
    fn an_object_that_is_older_than_its_first_version_here_says_so(database) {
        let store = database.store();
        let listed = |created, second, content: &[u8]| FeedObject {
            kind: FeedKind::Member,
            object_id: Uuid::from_u128(1),
            audience: audience("all"),
            subject_type: None,
            created,
            at: at(second),
            content: content.into(),
        };
        store.list_in_feed(vec![listed(Some(at(1)), 5, b"one")], at(9)).unwrap();
        store.list_in_feed(vec![listed(Some(at(1)), 7, b"two")], at(9)).unwrap();
        let rows = read(store, &every_version(&["all"]));
        let versions: Vec<_> = rows.iter().map(|row| (row.created, row.modified)).collect();
        assert_eq!(versions, [(at(1), at(5)), (at(1), at(7))]);
        let ahead = FeedObject { object_id: Uuid::from_u128(2), ..listed(Some(at(50)), 60, b"ahead") };
        store.list_in_feed(vec![ahead], at(9)).unwrap();
        let rows = read(store, &every_version(&["all"]));
        assert_eq!(rows[2].created, rows[2].modified, "no version of the future");
    }
}

both! {
    fn a_publisher_whose_clock_runs_ahead_makes_no_versions_of_the_future(database) {
        let store = database.store();
        let ahead = [PeerStatus { at: Timestamp::MAX, ..status(Uuid::new_v4(), 1) }];
        store.apply_status(&node("platform-b"), &audience("all"), &ahead, (at(9), at(9))).unwrap();
        let rows = read(store, &filter(&["all"]));
        assert_eq!((rows[0].modified, rows[0].added), (at(9), at(9)));
    }
}

both! {
    fn a_reader_whose_clock_is_behind_dates_versions_by_their_arrival_and_keeps_its_own_places(database) {
        let store = database.store();
        let (early, ahead) = (Uuid::new_v4(), Uuid::new_v4());
        let items = [
            PeerStatus { at: at(30), ..status(early, 1) },
            PeerStatus { at: Timestamp::MAX, ..status(ahead, 2) },
        ];
        store.apply_status(&node("platform-b"), &audience("all"), &items, (at(9), at(40))).unwrap();
        let rows = read(store, &filter(&["all"]));
        let dated: Vec<_> = rows.iter().map(|row| row.modified).collect();
        assert_eq!((dated, rows[0].added), (vec![at(30), at(40)], at(9)));
    }
}

both! {
    fn a_reader_chooses_versions_objects_and_kinds(database) {
        let store = database.store();
        let (one, two) = (entry("one"), entry("two"));
        store.create_entries(vec![one.clone(), two.clone()], at(0), &Hashing).unwrap();
        withdraw(store, one.id, at(1));
        let chosen = |versions: FeedVersions| ids(&read(store, &FeedFilter { versions, ..filter(&["all"]) }));
        assert_eq!(chosen(FeedVersions { last: true, ..FeedVersions::default() }), [two.id, one.id]);
        assert_eq!(chosen(FeedVersions { first: true, ..FeedVersions::default() }), [one.id, two.id]);
        assert_eq!(chosen(FeedVersions { exact: vec![at(1)], ..FeedVersions::default() }), [one.id]);
        assert!(chosen(FeedVersions::default()).is_empty());
        let named = |kind| FeedFilter { objects: Some(vec![(kind, two.id)]), ..every_version(&["all"]) };
        assert_eq!(ids(&read(store, &named(FeedKind::Entry))), [two.id]);
        assert!(read(store, &named(FeedKind::Member)).is_empty());
        let members = FeedFilter { kinds: vec![FeedKind::Member], ..every_version(&["all"]) };
        assert!(read(store, &members).is_empty());
    }
}

both! {
    fn the_first_version_here_is_the_first_one_although_its_object_is_older(database) {
        let store = database.store();
        let listed = |number, created, second, content: &[u8]| FeedObject {
            kind: FeedKind::Member,
            object_id: Uuid::from_u128(number),
            audience: audience("all"),
            subject_type: None,
            created: Some(at(created)),
            at: at(second),
            content: content.into(),
        };
        for object in [listed(1, 1, 5, b"one"), listed(2, 6, 6, b"another"), listed(1, 1, 7, b"two")] {
            store.list_in_feed(vec![object], at(9)).unwrap();
        }
        let first = FeedVersions { first: true, ..FeedVersions::default() };
        let rows = read(store, &FeedFilter { versions: first.clone(), ..filter(&["all"]) });
        let contents: Vec<_> = rows.iter().map(|row| row.content.as_slice()).collect();
        assert_eq!(contents, [b"one".as_slice(), b"another"]);
        let named = Some(vec![(FeedKind::Member, Uuid::from_u128(1))]);
        let rows = read(store, &FeedFilter { versions: first, objects: named, ..filter(&["all"]) });
        assert_eq!(rows.len(), 1);
    }
}

both! {
    fn a_page_takes_the_oldest_of_what_is_in_every_collection_and_in_its_own(database) {
        let store = database.store();
        let member = |number| FeedObject {
            kind: FeedKind::Member,
            object_id: Uuid::from_u128(number),
            audience: audience("all"),
            subject_type: None,
            created: None,
            at: at(0),
            content: vec![1],
        };
        let (one, two) = (entry("one"), entry("two"));
        store.list_in_feed(vec![member(1)], at(1)).unwrap();
        store.create_entries(vec![one.clone()], at(2), &Hashing).unwrap();
        store.list_in_feed(vec![member(2)], at(3)).unwrap();
        store.create_entries(vec![two.clone()], at(4), &Hashing).unwrap();
        let page = |after, rows| ids(&store.feed_page(&filter(&["all"]), at(after), rows).unwrap());
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(page(0, 3), [first, one.id, second]);
        assert_eq!(page(1, 9), [one.id, second, two.id]);
        let entries = FeedFilter { kinds: vec![FeedKind::Entry], ..filter(&["all"]) };
        assert_eq!(ids(&read(store, &entries)), [one.id, two.id]);
        let members = FeedFilter { kinds: vec![FeedKind::Member], ..filter(&["all"]) };
        assert_eq!(ids(&read(store, &members)), [first, second]);
    }
}

both! {
    fn other_audiences_other_subjects_and_local_entries_are_not_there(database) {
        let store = database.store();
        let (de, product) = (in_audience("de", entry("de")), NewEntry { subject_type: 2, ..entry("product") });
        let hidden = local(entry("hidden"));
        store.create_entries(vec![de.clone(), product.clone(), hidden.clone()], at(0), &Hashing).unwrap();
        withdraw(store, hidden.id, at(1));
        assert!(read(store, &every_version(&["all", "cn"])).is_empty());
        assert!(read(store, &every_version(&[])).is_empty());
        assert_eq!(ids(&read(store, &every_version(&["de"]))), [de.id]);
        let products = FeedFilter { subject_type: 2, ..every_version(&["all"]) };
        assert_eq!(ids(&read(store, &products)), [product.id]);
    }
}

both! {
    fn a_member_is_listed_anew_only_when_something_about_it_changed(database) {
        let store = database.store();
        let listed = |content: &[u8]| FeedObject {
            kind: FeedKind::Member,
            object_id: Uuid::from_u128(1),
            audience: audience("all"),
            subject_type: None,
            created: None,
            at: at(0),
            content: content.to_vec(),
        };
        for (content, now) in [(b"one", at(1)), (b"one", at(2)), (b"two", at(3))] {
            store.list_in_feed(vec![listed(content)], now).unwrap();
        }
        for subject_type in [1, 2] {
            let rows = read(store, &FeedFilter { subject_type, ..every_version(&["all"]) });
            let contents: Vec<_> = rows.iter().map(|row| (row.added, row.content.as_slice())).collect();
            assert_eq!(contents, [(at(1), b"one".as_slice()), (at(3), b"two".as_slice())]);
        }
    }
}
