//! Membership documents, key generations, the node's own notes and invitations.

use lianfang_store::{InviteUse, MembershipAdoption, Store};

use crate::both::both;
use crate::sample::{at, line, node, race};

both! {
    fn the_highest_membership_is_never_lowered_nor_replaced(database) {
        let store = database.store();
        assert_eq!(store.latest_membership().unwrap(), None);
        let adopt = |version, bytes: &[u8]| store.adopt_membership(version, bytes, at(version), None).unwrap();
        assert_eq!(adopt(1, b"one"), MembershipAdoption::Adopted);
        assert_eq!(adopt(3, b"three"), MembershipAdoption::Adopted);
        assert_eq!(adopt(2, b"two"), MembershipAdoption::Older { newest: 3 });
        assert_eq!(adopt(3, b"three"), MembershipAdoption::Known);
        assert_eq!(adopt(1, b"one"), MembershipAdoption::Known);
        assert_eq!(adopt(3, b"other"), MembershipAdoption::Fork { stored: b"three".to_vec() });
        let latest = store.latest_membership().unwrap().unwrap();
        assert_eq!((latest.version, latest.envelope, latest.received_at), (3, b"three".to_vec(), at(3)));
        assert_eq!(store.membership(1).unwrap().unwrap().envelope, b"one");
        assert_eq!(store.membership(2).unwrap(), None);
    }
}

both! {
    fn a_document_stands_with_its_audit_line_or_not_at_all(database) {
        let store = database.store();
        for n in 1.. {
            assert!(n < 40, "no end");
            store.fail_statement(n);
            let adopted = store.adopt_membership(n, b"document", at(0), Some(line(n.into())));
            let reached = store.stop_failing();
            let stands = store.membership(n).unwrap().is_some();
            assert_eq!(is_told(store, n), stands, "statement {n}");
            if !reached {
                assert_eq!(adopted, Ok(MembershipAdoption::Adopted));
                break;
            }
        }
    }
}

both! {
    fn a_document_that_is_not_adopted_brings_no_audit_line(database) {
        let store = database.store();
        let adopt = |version, bytes: &[u8], n: u64| {
            store.adopt_membership(version, bytes, at(0), Some(line(n.into()))).unwrap()
        };
        assert_eq!(adopt(2, b"two", 1), MembershipAdoption::Adopted);
        assert_eq!(adopt(2, b"two", 2), MembershipAdoption::Known);
        assert_eq!(adopt(1, b"one", 3), MembershipAdoption::Older { newest: 2 });
        assert_eq!(adopt(2, b"other", 4), MembershipAdoption::Fork { stored: b"two".to_vec() });
        assert_eq!([1, 2, 3, 4].map(|n| is_told(store, n)), [true, false, false, false]);
    }
}

both! {
    fn of_several_documents_of_one_version_one_is_adopted(database) {
        let store = database.store();
        let outcomes = race(|number| store.adopt_membership(1, &[number as u8], at(0), None).unwrap());
        let adopted = outcomes.iter().filter(|outcome| **outcome == MembershipAdoption::Adopted).count();
        assert_eq!(adopted, 1);
    }
}

both! {
    fn the_highest_generation_of_a_key_is_remembered_by_class_and_epoch(database) {
        let store = database.store();
        let see = |class, epoch, generation| store.see_generation(class, epoch, generation).unwrap();
        assert_eq!(see(1, 1, 4), 4);
        assert_eq!(see(1, 1, 2), 4);
        assert_eq!(see(1, 1, 5), 5);
        assert_eq!(see(1, 2, 1), 1);
        assert_eq!(see(2, 1, 0), 0);
    }
}

both! {
    fn a_note_is_kept_until_it_is_replaced(database) {
        let store = database.store();
        assert_eq!(store.meta("incarnation").unwrap(), None);
        store.set_meta("incarnation", "1").unwrap();
        store.set_meta("incarnation", "2").unwrap();
        store.set_meta("other", "9").unwrap();
        assert_eq!(store.meta("incarnation").unwrap().as_deref(), Some("2"));
    }
}

both! {
    fn an_invitation_works_once_and_in_time(database) {
        let store = database.store();
        for (code, expires) in [(1, 10), (2, 10)] {
            store.add_invite(&[code; 32], &node("platform-a"), at(expires), line(code.into())).unwrap();
        }
        let accepted = InviteUse::Accepted { node: node("platform-a") };
        assert_eq!(store.use_invite(&[1; 32], at(9)).unwrap(), accepted);
        assert_eq!(store.use_invite(&[1; 32], at(9)).unwrap(), InviteUse::AlreadyUsed { node: node("platform-a") });
        assert_eq!(store.use_invite(&[2; 32], at(10)).unwrap(), InviteUse::Expired);
        assert_eq!(store.use_invite(&[3; 32], at(9)).unwrap(), InviteUse::Unknown);
    }
}

/// Whether the line with this number is in the audit log.
fn is_told(store: &Store, number: u64) -> bool {
    let lines = store.audit_page(at(0), None, usize::MAX).unwrap();
    lines.contains(&line(number.into()))
}

both! {
    fn an_invitation_stands_with_its_audit_line_or_not_at_all(database) {
        let store = database.store();
        for n in 1.. {
            assert!(n < 40, "no end");
            let code = [n as u8; 32];
            store.fail_statement(n);
            let added = store.add_invite(&code, &node("platform-a"), at(10), line(n.into()));
            let reached = store.stop_failing();
            let stands = store.use_invite(&code, at(1)).unwrap() != InviteUse::Unknown;
            assert_eq!(is_told(store, n), stands, "statement {n}");
            if !reached {
                added.unwrap();
                assert!(stands);
                break;
            }
        }
    }
}

both! {
    fn of_several_uses_of_an_invitation_at_once_one_is_accepted(database) {
        let store = database.store();
        store.add_invite(&[1; 32], &node("platform-a"), at(10), line(1)).unwrap();
        let outcomes = race(|_| store.use_invite(&[1; 32], at(1)).unwrap());
        let accepted = outcomes.iter().filter(|outcome| matches!(outcome, InviteUse::Accepted { .. }));
        assert_eq!(accepted.count(), 1);
    }
}
