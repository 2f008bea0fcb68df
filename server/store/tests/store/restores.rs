//! Grants to nodes that came back from a backup, and what such a node gets back itself.

use lianfang_store::{
    AuditRow, BudgetRate, Charge, Granting, HeadRow, MAX_STEP, NewCredit, Purse, RecoveredList, Store,
    StoreError,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, at, audience, entry, head, line, list, node, recovered};

fn grant(store: &Store, incarnation: u32, key: u8, proven: bool) -> Granting {
    let (node, key) = (node("platform-a"), [key; 32]);
    store
        .grant_incarnation(&node, incarnation, &key, proven, at(0))
        .unwrap()
}

both! {
    fn an_incarnation_is_granted_once_to_one_key(database) {
        let store = database.store();
        let a = node("platform-a");
        assert_eq!(store.known_incarnation(&a), Ok(None));
        assert_eq!(grant(store, 1, 1, false), Granting::Granted);
        assert_eq!(grant(store, 1, 1, false), Granting::Granted);
        assert_eq!(grant(store, 1, 2, false), Granting::Taken);
        assert_eq!(store.granted_incarnation(&a).unwrap().unwrap().restore_key, [1; 32]);
        assert_eq!(grant(store, 1, 2, true), Granting::Granted);
        assert_eq!(grant(store, 3, 3, false), Granting::Granted);
        assert_eq!(grant(store, 2, 2, true), Granting::Taken);
        assert_eq!(store.known_incarnation(&a), Ok(Some(3)));
    }
}

both! {
    fn an_incarnation_far_above_is_granted_only_when_most_members_did(database) {
        let store = database.store();
        let a = node("platform-a");
        for far in [MAX_STEP + 1, u32::MAX] {
            assert_eq!(grant(store, far, 1, false), Granting::TooFar);
        }
        assert_eq!(store.known_incarnation(&a), Ok(None));
        assert_eq!(grant(store, MAX_STEP, 1, false), Granting::Granted);
        assert_eq!(grant(store, 2 * MAX_STEP + 1, 1, false), Granting::TooFar);
        assert_eq!(grant(store, 2 * MAX_STEP + 1, 1, true), Granting::Granted);
        assert_eq!(store.known_incarnation(&a), Ok(Some(2 * MAX_STEP + 1)));
    }
}

both! {
    fn no_incarnation_is_granted_that_heads_were_seen_of(database) {
        let store = database.store();
        let seen = HeadRow { incarnation: 2, ..head(&list("platform-a", "all"), 1) };
        store.adopt_heads(vec![seen], at(0)).unwrap();
        assert_eq!(store.known_incarnation(&node("platform-a")), Ok(Some(2)));
        assert_eq!(grant(store, 2, 1, true), Granting::Taken);
        assert_eq!(grant(store, 3, 1, false), Granting::Granted);
    }
}

both! {
    fn a_feed_goes_on_above_what_was_given_back(database) {
        let store = database.store();
        let all = audience("all");
        store.create_entries(vec![entry("case-1")], at(0), &Hashing).unwrap();
        let recover = |places: &[u64]| {
            let items = places.iter().map(|place| recovered("all", *place)).collect();
            store.recover_status(&all, items, at(0)).unwrap()
        };
        assert_eq!(recover(&[1, 2, 3]), 3);
        assert_eq!(recover(&[2, 5]), 3, "a gap is not bridged");
        store.create_entries(vec![entry("case-2")], at(1), &Hashing).unwrap();
        let sequences = |after, rows| {
            let items = store.status_after(&all, after, rows).unwrap();
            items.iter().map(|item| item.audience_seq).collect::<Vec<_>>()
        };
        assert_eq!(sequences(0, 99), [1, 2, 3, 4]);
        assert_eq!((sequences(1, 2), sequences(3, 9)), (vec![2, 3], vec![4]));
        assert_eq!(store.recovered_audiences(), Ok(vec![all]));
        assert_eq!(store.event_head().unwrap().seq, 2, "the chain itself has no gap");
    }
}

both! {
    fn a_sequence_that_was_seen_never_falls(database) {
        let store = database.store();
        for sequence in [7, 9, 8] {
            let list = RecoveredList { audience: audience("all"), subject_type: 1, epoch: 1, sequence };
            store.raise_lists(vec![list]).unwrap();
        }
        let lists = store.recovered_lists().unwrap();
        assert_eq!((lists.len(), lists[0].sequence), (1, 9));
    }
}

both! {
    fn a_restore_counts_every_budget_as_spent_and_every_credit_as_drawn_and_says_who_decided_it(database) {
        let store = database.store();
        let rate = BudgetRate { capacity: 100, per_day: 86_400 };
        let charge = |member, now| store.charge(&node(member), 1, 5, Purse::CreditFirst, rate, at(now)).unwrap();
        assert_eq!(charge("platform-b", 0), Charge::Charged { left: 95 });
        for (id, member) in (2..).zip(["platform-b", "platform-c"]) {
            let new = NewCredit { member: node(member), class: 1, elements: 50, until: at(99), most: 50 };
            store.credit(&new, at(0), line(id)).unwrap();
        }
        let audit = AuditRow {
            id: Uuid::from_u128(1),
            at: at(1),
            actor: "operator".to_owned(),
            action: "restore".to_owned(),
            object: String::new(),
            purpose: String::new(),
            outcome: String::new(),
        };
        store.mark_restored(&[("restore", "{}")], at(1), audit).unwrap();
        for member in ["platform-b", "platform-c"] {
            assert!(matches!(charge(member, 1), Charge::Over { .. }), "{member}");
            assert_eq!(store.budget_left(&node(member), 1, rate, at(4)), Ok(3));
            assert_eq!(charge(member, 11), Charge::Charged { left: 5 });
        }
        assert_eq!(store.meta("restore"), Ok(Some("{}".to_owned())));
        assert_eq!(store.credits(at(1)), Ok(Vec::new()));
        let restores = store.audit_page(at(0), None, 9).unwrap();
        let mut restores = restores.into_iter().filter(|row| row.action == "restore");
        let again = AuditRow { at: at(2), ..restores.next().unwrap() };
        assert_eq!(restores.next(), None);
        assert_eq!(store.mark_restored(&[("restore", "x")], at(2), again), Err(StoreError::Conflict));
        assert_eq!(store.meta("restore"), Ok(Some("{}".to_owned())), "all or nothing");
    }
}
