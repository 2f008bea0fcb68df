//! What a member may have evaluated here once, beside its budget.

use std::time::Duration;

use lianfang_store::{
    AuditRow, BudgetRate, Charge, Credit, Credited, DatabaseSettings, NewCredit, Purse, Store,
};

use crate::both::both;
use crate::sample::{at, line, node, race};

/// One element a second.
const RATE: BudgetRate = BudgetRate {
    capacity: 10,
    per_day: 86_400,
};

/// More than any test grants.
const MOST: u64 = 1_000_000;

fn new(elements: u64, until: u64) -> NewCredit {
    NewCredit {
        member: node("platform-a"),
        class: 1,
        elements,
        until: at(until),
        most: MOST,
    }
}

fn grant(store: &Store, id: u128, elements: u64, until: u64) -> Credited {
    store.credit(&new(elements, until), at(0), line(id)).unwrap()
}

fn charge(store: &Store, purse: Purse, elements: u64, seconds: u64) -> Charge {
    let member = node("platform-a");
    store
        .charge(&member, 1, elements, purse, RATE, at(seconds))
        .unwrap()
}

/// Elements of the credit and of the bucket.
fn left(store: &Store, seconds: u64) -> (u64, u64) {
    let credits = store.credits(at(seconds)).unwrap();
    let credit = credits.iter().map(|credit| credit.credit.left).sum();
    let bucket = store.budget_left(&node("platform-a"), 1, RATE, at(seconds));
    (credit, bucket.unwrap())
}

fn over(seconds: u64) -> Charge {
    Charge::Over {
        retry_after: Some(Duration::from_secs(seconds)),
    }
}

both! {
    fn a_credit_is_drawn_before_the_bucket_and_never_for_screening(database) {
        let store = database.store();
        grant(store, 1, 100, 1_000);
        assert_eq!(charge(store, Purse::CreditFirst, 60, 0), Charge::Charged { left: 10 });
        assert_eq!(left(store, 0), (40, 10));
        assert_eq!(charge(store, Purse::Bucket, 8, 0), Charge::Charged { left: 2 });
        assert_eq!(left(store, 0), (40, 2));
        assert_eq!(charge(store, Purse::Bucket, 3, 0), over(1));
        assert_eq!(charge(store, Purse::CreditFirst, 41, 0), Charge::Charged { left: 1 });
        assert_eq!(left(store, 0), (0, 1));
        assert_eq!(charge(store, Purse::CreditFirst, 2, 0), over(1), "it is a bucket again");
    }
}

both! {
    fn a_charge_takes_all_from_credit_and_bucket_or_nothing_from_either(database) {
        let store = database.store();
        grant(store, 1, 5, 1_000);
        charge(store, Purse::Bucket, 4, 0);
        assert_eq!(charge(store, Purse::CreditFirst, 12, 0), over(1));
        assert_eq!(left(store, 0), (5, 6), "a refusal costs nothing");
        assert_eq!(charge(store, Purse::CreditFirst, 12, 1), Charge::Charged { left: 0 });
        assert_eq!(left(store, 1), (0, 0));
    }
}

both! {
    fn a_charge_whose_statement_fails_takes_all_or_nothing(database) {
        let store = database.store();
        for n in 1.. {
            let member = node(&format!("platform-{n}"));
            let new = NewCredit { member: member.clone(), ..new(5, 50) };
            store.credit(&new, at(0), line(u128::from(n))).unwrap();
            store.fail_statement(n);
            let charged = store.charge(&member, 1, 6, Purse::CreditFirst, RATE, at(0));
            let reached = store.stop_failing();
            let credits = store.credits(at(0)).unwrap();
            let credit = credits.iter().find(|credit| credit.member == member).unwrap().credit.left;
            let left = (credit, store.budget_left(&member, 1, RATE, at(0)).unwrap());
            // An answer may be lost after the commit.
            assert!(left == (0, 9) || (left == (5, 10) && charged.is_err()), "statement {n}: {left:?}");
            if !reached {
                assert!(n > 4, "a charge has more statements");
                break;
            }
        }
    }
}

both! {
    fn who_is_over_is_told_when_the_bucket_makes_up_for_what_the_credit_lacks_while_it_lasts(database) {
        let store = database.store();
        grant(store, 1, 5, 100);
        charge(store, Purse::Bucket, 10, 0);
        assert_eq!(charge(store, Purse::CreditFirst, 8, 0), over(3), "5 of the credit, 3 of the bucket");
        assert_eq!(charge(store, Purse::CreditFirst, 15, 0), over(10));
        assert_eq!(charge(store, Purse::CreditFirst, 16, 0), Charge::Over { retry_after: None });
        // From the third second on, when the credit is gone, the bucket has to have all of it.
        charge(store, Purse::Bucket, 10, 97);
        assert_eq!(charge(store, Purse::CreditFirst, 7, 97), over(2));
        assert_eq!(charge(store, Purse::CreditFirst, 8, 97), over(8));
        assert_eq!(charge(store, Purse::CreditFirst, 13, 97), Charge::Over { retry_after: None });
        assert_eq!(charge(store, Purse::CreditFirst, 7, 99), Charge::Charged { left: 0 });
    }
}

both! {
    fn an_expired_credit_counts_for_nothing_and_is_forgotten(database) {
        let store = database.store();
        grant(store, 1, 100, 50);
        assert_eq!(charge(store, Purse::CreditFirst, 20, 49), Charge::Charged { left: 10 });
        assert_eq!(charge(store, Purse::CreditFirst, 20, 50), Charge::Over { retry_after: None });
        assert_eq!((left(store, 49).0, left(store, 50).0), (80, 0));
        assert_eq!(store.forget_credits(at(49)), Ok(0));
        assert_eq!(store.forget_credits(at(50)), Ok(1));
        assert_eq!(store.credits(at(0)), Ok(Vec::new()));
    }
}

both! {
    fn granting_adds_to_what_counts_and_lasts_as_long_as_the_longer_of_the_two(database) {
        let store = database.store();
        let standing = |left, granted, until| Credited::Standing(Credit {
            left,
            granted_at: at(granted),
            until: at(until),
        });
        assert_eq!(grant(store, 1, 10, 50), standing(10, 0, 50));
        assert_eq!(grant(store, 2, 5, 20), standing(15, 0, 50), "nothing is shortened");
        let later = |id, elements, until, now| store.credit(&new(elements, until), at(now), line(id)).unwrap();
        assert_eq!(later(3, 7, 60, 50), standing(7, 50, 60), "what has expired isn't added to");
        charge(store, Purse::CreditFirst, 7, 50);
        assert_eq!(later(4, 1, 55, 51), standing(1, 51, 55), "nor does what is drawn last on");
    }
}

both! {
    fn no_more_stands_than_may_and_what_is_refused_leaves_no_audit_row(database) {
        let store = database.store();
        let bounded = |id, elements, now| {
            let new = NewCredit { most: 100, ..new(elements, 50) };
            store.credit(&new, at(now), line(id)).unwrap()
        };
        assert!(matches!(bounded(1, 60, 0), Credited::Standing(_)));
        assert_eq!(bounded(2, 41, 0), Credited::TooMuch { left: 60 });
        assert_eq!(bounded(3, u64::MAX, 0), Credited::TooMuch { left: 60 });
        assert_eq!(left(store, 0).0, 60);
        assert_eq!(store.audit_page(at(0), None, 9), Ok(vec![line(1)]));
        assert!(matches!(bounded(4, 40, 0), Credited::Standing(_)));
        assert!(matches!(bounded(5, 100, 50), Credited::Standing(_)), "what has expired doesn't count");
    }
}

both! {
    fn a_credit_is_granted_once_under_one_audit_row(database) {
        let store = database.store();
        let first = grant(store, 1, 10, 50);
        assert_eq!(grant(store, 1, 10, 50), first);
        let granted = race(|_| grant(store, 2, 10, 50));
        assert!(granted.iter().all(|granted| matches!(granted, Credited::Standing(_))));
        assert_eq!(left(store, 0).0, 20);
        assert_eq!(store.audit_page(at(0), None, 9), Ok(vec![line(1), line(2)]));
    }
}

both! {
    fn a_credit_and_its_audit_row_stand_together_or_not_at_all(database) {
        let store = database.store();
        for n in 1.. {
            let before = left(store, 0).0;
            store.fail_statement(n);
            let granted = store.credit(&new(1, 50), at(0), line(u128::from(n)));
            let reached = store.stop_failing();
            let rows = store.audit_page(at(0), None, 99).unwrap();
            let told = rows.contains(&line(u128::from(n)));
            let stands = left(store, 0).0 > before;
            assert_eq!(stands, told, "statement {n}");
            // An answer may be lost after the commit.
            assert!(stands || granted.is_err(), "statement {n}");
            if !reached {
                assert!(n > 4, "a credit has more statements");
                break;
            }
        }
    }
}

both! {
    fn what_is_withdrawn_counts_no_more_and_says_how_much_it_was(database) {
        let store = database.store();
        grant(store, 1, 100, 50);
        store.credit(&NewCredit { class: 2, ..new(7, 50) }, at(0), line(2)).unwrap();
        charge(store, Purse::CreditFirst, 30, 0);
        let withdraw = |id, seconds| store.withdraw_credit(&node("platform-a"), 1, at(seconds), |left| {
            AuditRow { outcome: left.to_string(), ..line(id) }
        });
        assert_eq!(withdraw(3, 1), Ok(70));
        assert_eq!(withdraw(4, 1), Ok(0), "none stands any more");
        assert_eq!(charge(store, Purse::CreditFirst, 11, 1), Charge::Over { retry_after: None });
        assert_eq!(left(store, 1), (7, 10), "that of another class stands");
        let told: Vec<_> = store.audit_page(at(0), None, 9).unwrap().into_iter().map(|row| row.outcome).collect();
        assert_eq!(told[2..], ["70", "0"]);
        grant(store, 5, 5, 50);
        assert_eq!(withdraw(6, 50), Ok(0), "it has expired");
        grant(store, 7, 5, 90);
        assert_eq!(left(store, 50).0, 5, "one that is granted afterwards counts");
    }
}

both! {
    fn a_credit_is_withdrawn_with_its_audit_row_or_stands(database) {
        let store = database.store();
        for n in 1.. {
            let id = u128::from(n);
            grant(store, 2 * id, 5, 50);
            store.fail_statement(n);
            let withdrawn = store.withdraw_credit(&node("platform-a"), 1, at(0), |_| line(2 * id + 1));
            let reached = store.stop_failing();
            let told = store.audit_page(at(0), None, 99).unwrap().contains(&line(2 * id + 1));
            let gone = left(store, 0).0 == 0;
            assert_eq!(gone, told, "statement {n}");
            // An answer may be lost after the commit.
            assert!(gone || withdrawn.is_err(), "statement {n}");
            if !reached {
                assert!(n > 3, "a withdrawal has more statements");
                break;
            }
        }
    }
}

both! {
    fn members_and_classes_have_credits_of_their_own(database) {
        let store = database.store();
        grant(store, 1, 100, 50);
        for (member, class) in [("platform-a", 2), ("platform-b", 1)] {
            let over = store.charge(&node(member), class, 11, Purse::CreditFirst, RATE, at(0));
            assert_eq!(over, Ok(Charge::Over { retry_after: None }), "{member} {class}");
        }
        assert_eq!(left(store, 0).0, 100);
    }
}

both! {
    /// Through two stores, as two processes would: each has connections of its own.
    fn charges_at_the_same_time_never_draw_more_than_credit_and_bucket_hold(database) {
        let patient = DatabaseSettings { patience: Duration::from_secs(60), ..database.settings().clone() };
        let stores = [&patient, &patient].map(|settings| Store::open(settings).unwrap());
        let rate = BudgetRate { capacity: 50, per_day: 0 };
        grant(&stores[0], 1, 100, 50);
        let taken = race(|number| {
            let store = &stores[usize::from(number % 2 == 0)];
            let charge = || store.charge(&node("platform-a"), 1, 3, Purse::CreditFirst, rate, at(0)).unwrap();
            (0..10).filter(|_| matches!(charge(), Charge::Charged { .. })).count()
        });
        assert_eq!(taken.iter().sum::<usize>(), 50);
        assert_eq!(left(&stores[1], 0).0, 0);
        assert_eq!(stores[1].budget_left(&node("platform-a"), 1, rate, at(0)), Ok(0));
    }
}

both! {
    /// What is added while others draw is neither lost nor given twice.
    fn a_credit_that_is_added_to_while_it_is_drawn_keeps_every_element(database) {
        let store = database.store();
        let rate = BudgetRate { capacity: 1, per_day: 0 };
        grant(store, 1_000, 10, 50);
        let drawn = race(|number| {
            let charge = || store.charge(&node("platform-a"), 1, 2, Purse::CreditFirst, rate, at(0)).unwrap();
            (0..10).filter(|round| {
                if number % 2 == 0 {
                    grant(store, number * 10 + round, 3, 50);
                    return false;
                }
                matches!(charge(), Charge::Charged { .. })
            }).count() as u64
        });
        let drawn = 2 * drawn.iter().sum::<u64>();
        let bucket = store.budget_left(&node("platform-a"), 1, rate, at(0)).unwrap();
        assert_eq!(left(store, 0).0 + bucket + drawn, 10 + 1 + 4 * 10 * 3);
    }
}
