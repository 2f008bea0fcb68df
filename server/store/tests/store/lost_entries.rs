//! What is said of entries that were told of and that the backup lacks.

use lianfang_store::{OwnItem, SealingError, Store};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, at, audience, entry, own_item, recovered};

#[expect(clippy::unnecessary_wraps, reason = "what the store calls may fail")]
fn over(entry: Uuid, place: u64) -> Result<OwnItem, SealingError> {
    Ok(own_item("all", entry, place, vec![9]))
}

fn speak(store: &Store, through: u64, told: &[Uuid]) -> usize {
    store
        .speak_of_lost(&audience("all"), through, told, at(1), over)
        .unwrap()
}

both! {
    fn of_what_this_node_lacks_is_spoken_once_at_the_end_of_the_feed(database) {
        let store = database.store();
        let all = audience("all");
        let held = entry("held");
        store.create_entries(vec![held.clone()], at(0), &Hashing).unwrap();
        let lost = [recovered("all", 2), recovered("all", 3)];
        let ids = lost.each_ref().map(|item| item.entry_id);
        store.recover_status(&all, lost.into(), at(0)).unwrap();
        let told = [held.id, ids[0], ids[1]];
        assert_eq!(store.lost_entries(&told).unwrap(), ids.into());
        assert_eq!(speak(store, 3, &told), 2);
        let said = store.status_after(&all, 3, 9).unwrap();
        let said: Vec<_> = said.iter().map(|item| (item.audience_seq, item.entry_id)).collect();
        assert_eq!(said, [(4, ids[0]), (5, ids[1])]);
        assert_eq!(speak(store, 3, &told), 0, "somebody else was first");
        assert_eq!(speak(store, 5, &told[..1]), 0, "an entry that is held isn't lost");
        assert_eq!(store.audience_head(&all), Ok(5));
        assert_eq!(store.event_head().unwrap().seq, 1, "the chain has no further event");
    }
}

both! {
    fn nothing_is_said_when_one_item_can_t_be_signed(database) {
        let store = database.store();
        let all = audience("all");
        let told = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let fails = |entry, place| match place {
            1 => over(entry, place),
            _ => Err(SealingError::Standing),
        };
        assert!(store.speak_of_lost(&all, 0, &told, at(1), fails).is_err());
        assert_eq!(store.audience_head(&all), Ok(0));
        assert!(store.status_after(&all, 0, 9).unwrap().is_empty());
    }
}
